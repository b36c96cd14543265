"""The demo county's registers: what is withheld, what is put right, what was spent. Through the services, backdated."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.files import File
from django.utils import timezone

from disclosure.enums import Category, Mode, ReviewStep
from disclosure.models import Edition, Item
from disclosure.services import draft, receipts, rectify, review, withhold
from disclosure.services.demo_texts import FOLDER, DemoFault, fill, load
from disclosure.workflow import ACTION_OF
from govportal import access, files
from govportal.models import Agency, Attachment, Membership, User
from govportal.permissions import Permission, Role

INSPECTOR = "kaohe"  # who orders and verifies, for the whole county
_SIGNERS = {
    ReviewStep.SECRECY: Role.SECRECY_REVIEWER,
    ReviewStep.PRE: Role.PRE_REVIEWER,
    ReviewStep.SECOND: Role.SECOND_REVIEWER,
    ReviewStep.APPROVAL: Role.APPROVER,
}


def seed_registers(today: date, now: datetime, agencies: Mapping[str, Agency], people: Mapping[str, User]) -> None:
    """Fill the three registers of an otherwise seeded county. `people` by user name; call inside a transaction."""
    seeding = _Seeding(today, now, agencies, people)
    for raw in load("withheld.toml")["withheld"]:
        seeding.add_withheld(raw)
    for raw in sorted(load("rectifications.toml")["rectification"], key=lambda raw: -raw["days_ago"]):
        seeding.add_rectification(raw)
    for raw in load("receipts.toml")["receipt"]:
        seeding.add_receipt(raw)


class _Seeding:
    def __init__(self, today: date, now: datetime, agencies: Mapping[str, Agency], people: Mapping[str, User]) -> None:
        self.today = today
        self.now = now
        self.agencies = agencies
        self.people = people

    def _person(self, agency: Agency, role: Role) -> User:
        return self.people[f"{agency.code.lower()}-{role}"]

    def _at(self, raw: Mapping[str, Any], after: int = 0) -> datetime:
        """Ten in the morning so many days after the row began, never after now."""
        day = self.today - timedelta(days=raw["days_ago"] - after)
        return min(timezone.make_aware(datetime.combine(day, time(10))), self.now)

    def _day(self, raw: Mapping[str, Any], after: int) -> date:
        return self.today - timedelta(days=raw["days_ago"] - after)

    # --- 不予公开 ---------------------------------------------------------------------------------------------

    def add_withheld(self, raw: dict[str, Any]) -> None:
        agency = self.agencies[raw["agency"]]
        matter = withhold.Matter(
            name=raw["matter"],
            ground=raw["ground"],
            reason=raw["reason"],
            basis=raw["basis"],
            review_on=self._day(raw, raw["review_after"]),
            postponed_until=self._day(raw, raw["postponed_after"]) if "postponed_after" in raw else None,
        )
        row_id = self._with_text(raw, agency, matter) if "text" in raw else self._without_text(raw, agency, matter)
        if filing := raw.get("filing"):
            at = self._at(raw, filing["after"])
            number = fill(filing["number"], at.date())
            deposit = withhold.Deposit(agency=self.agencies[filing["with"]], filed_on=at.date(), number=number)
            withhold.file_with(row_id, deposit, actor=self._person(agency, Role.PUBLISHER), at=at)
        for verdict in raw.get("reviews", []):
            next_on = self._day(raw, verdict["next_after"]) if "next_after" in verdict else None
            found = withhold.Verdict(is_kept=verdict["kept"], reason=verdict["reason"], next_review_on=next_on)
            approver = self._person(agency, Role.APPROVER)
            withhold.review(row_id, found, actor=approver, at=self._at(raw, verdict["after"]))

    def _without_text(self, raw: dict[str, Any], agency: Agency, matter: withhold.Matter) -> int:
        publisher = self._person(agency, Role.PUBLISHER)
        row = withhold.register(agency, matter, actor=publisher, at=self._at(raw))
        if "decided_after" in raw:
            at = self._at(raw, raw["decided_after"])
            withhold.decide(row.pk, actor=self._person(agency, Role.APPROVER), at=at)
        return row.pk

    def _with_text(self, raw: dict[str, Any], agency: Agency, matter: withhold.Matter) -> int:
        """源头认定: the text itself is drafted as not to be published, and its approval withholds it."""
        publisher, at = self._person(agency, Role.PUBLISHER), self._at(raw)
        content = draft.Content(
            title=raw["title"],
            body=raw["text"],
            formed_on=at.date(),
            category=Category.DECISIONS,
            mode=Mode.NOT_PUBLIC,
        )
        item = draft.create_item(content, agency=agency, item_type="general", author=publisher, at=at)
        edition = Edition.objects.get(item=item)
        row = withhold.propose(edition, matter, deposit=None, actor=publisher, at=at)
        review.submit(edition.pk, actor=publisher, at=at)
        for step in edition.steps:
            signed = self._at(raw, raw["decided_after"])
            review.review(edition.pk, ACTION_OF[step], actor=self._person(agency, _SIGNERS[step]), at=signed)
        return row.pk

    # --- 整改 --------------------------------------------------------------------------------------------------

    def add_rectification(self, raw: dict[str, Any]) -> None:
        agency, inspector = self.agencies[raw["agency"]], self.people[INSPECTOR]
        order = rectify.Order(
            agency=agency,
            problem=raw["problem"],
            requirement=raw["requirement"],
            basis=raw["basis"],
            due_on=self._day(raw, raw["due_after"]) if "due_after" in raw else None,
            item=self._item(agency, raw["item"]) if "item" in raw else None,
        )
        row = rectify.order(order, actor=inspector, at=self._at(raw))
        publisher = self._person(agency, Role.PUBLISHER)
        for turn in raw.get("rounds", []):
            rectify.report(row.pk, actor=publisher, at=self._at(raw, turn["after"]), text=turn["report"])
            if "checked" in turn:
                due_on = self._day(raw, turn["due_after"]) if "due_after" in turn else None
                finding = rectify.Finding(is_done=turn["done"], finding=turn["finding"], due_on=due_on)
                rectify.verify(row.pk, finding, actor=inspector, at=self._at(raw, turn["checked"]))
        if end := raw.get("cancelled"):
            rectify.cancel(row.pk, actor=inspector, at=self._at(raw, end["after"]), reason=end["reason"])

    def _item(self, agency: Agency, title: str) -> Item:
        found = Item.objects.filter(agency=agency, title=title).first()
        if found is None:
            raise DemoFault(f"rectifications.toml: {agency.code} has no item of the title {title}")
        return found

    # --- 阳光票据 ------------------------------------------------------------------------------------------------

    def add_receipt(self, raw: dict[str, Any]) -> None:
        agency, at = self.agencies[raw["agency"]], self._at(raw)
        expense = receipts.Expense(
            kind=raw["kind"],
            spent_on=at.date(),
            amount=Decimal(raw["amount"]),
            purpose=raw["purpose"],
            handled_by_name=raw["handled_by"],
            payee=raw.get("payee", ""),
            people=raw.get("people"),
            scan=self._scan if raw.get("scan") else None,
        )
        row = receipts.record(agency, expense, actor=self._person(agency, Role.PUBLISHER), at=at)
        if "checked" in raw:
            receipts.check(row.pk, actor=_office_head(agency), at=self._at(raw, raw["checked"]))

    @cached_property
    def _scan(self) -> Attachment:
        with (FOLDER / "files" / "receipt.png").open("rb") as stream:
            return files.store(File(stream, "票据扫描件.png"), by=None)


def _office_head(agency: Agency) -> User:
    """公开机构负责人 of the agency; where the demo has no account for one, somebody who cannot log in."""
    found = access.holders(Permission.CHECK_RECEIPT, agency).first()
    if found:
        return found
    name = f"{agency.code.lower()}-{Role.OFFICE_HEAD}"
    full_name = f"{agency.display_name}{Role.OFFICE_HEAD.label}"
    head = User.objects.create(username=name, full_name=full_name, password=make_password(None))
    Membership.objects.create(user=head, agency=agency, role=Role.OFFICE_HEAD)
    return head
