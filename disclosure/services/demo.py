"""The demo county: what `./portal run` shows first. Uses the same services as everybody."""

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from disclosure.enums import ItemAction, RecordKind, RelationKind, ReviewStep, Validity
from disclosure.models import CatalogueEntry, Edition, Item, SupportingRecord
from disclosure.services import close, draft, publish, relate, review
from disclosure.services.demo_texts import FOLDER, DemoFault, load, load_items
from disclosure.services.import_catalogue import import_catalogue
from disclosure.types import ITEM_TYPES
from disclosure.workflow import ACTION_OF
from govportal import files
from govportal.html import sanitise
from govportal.models import Agency, Attachment, InternalBody, Leader, Membership, SiteProfile, User
from govportal.permissions import Role
from govportal.services.agencies import save_agency

# The accounts that are shown to whoever tries the demo: one a role, at the office that holds it.
ACCOUNTS = (
    ("admin", "县管理员", Role.ADMINISTRATOR, "CM-GOV"),
    ("chengban", "民政局承办人", Role.PUBLISHER, "CM-MZJ"),
    ("baomi", "民政局保密审查员", Role.SECRECY_REVIEWER, "CM-MZJ"),
    ("yushen", "民政局预审员", Role.PRE_REVIEWER, "CM-MZJ"),
    ("fushen", "民政局复审员", Role.SECOND_REVIEWER, "CM-MZJ"),
    ("shending", "民政局审定人", Role.APPROVER, "CM-MZJ"),
    ("shenqing", "民政局依申请公开经办", Role.REQUEST_OFFICER, "CM-MZJ"),
    ("tousu", "信访局投诉举报经办", Role.COMPLAINT_OFFICER, "CM-XFJ"),
    ("kaohe", "县政府办考核人员", Role.INSPECTOR, "CM-GOV"),
    ("gongkai", "县政府办公开机构负责人", Role.OFFICE_HEAD, "CM-ZFB"),
    ("juzhang", "民政局局长", Role.AGENCY_HEAD, "CM-MZJ"),
    ("zhigong", "民政局工作人员", Role.STAFF, "CM-MZJ"),
    ("zhen", "河东镇承办人", Role.PUBLISHER, "CM-HDZ"),
)


PROCEDURE_ROLES = (
    Role.PUBLISHER,
    Role.SECRECY_REVIEWER,
    Role.PRE_REVIEWER,
    Role.SECOND_REVIEWER,
    Role.APPROVER,
)
_SIGNERS = {
    ReviewStep.SECRECY: Role.SECRECY_REVIEWER,
    ReviewStep.PRE: Role.PRE_REVIEWER,
    ReviewStep.SECOND: Role.SECOND_REVIEWER,
    ReviewStep.APPROVAL: Role.APPROVER,
}

# How the end of an item is written in the demo's files.
_ACTION_OF = {
    "partly_void": ItemAction.PARTLY_VOID,
    "expired": ItemAction.EXPIRE,
    "void": ItemAction.VOID,
    "withdrawn": ItemAction.WITHDRAW,
    "terminated": ItemAction.TERMINATE,
}


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    password: str
    full_name: str
    role: str


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happened in the demo's year. Played in order, so that the log runs forward in time."""

    on: date
    order: int
    play: Callable[[datetime], object]


def is_seeded() -> bool:
    return Item.objects.exists() or Agency.objects.exists()


@transaction.atomic
def seed(today: date, now: datetime) -> list[Account]:
    """Fill an empty portal. Returns the demo accounts with their fresh passwords."""
    _seed_site()
    agencies = _seed_agencies()
    accounts = _seed_users(agencies)
    admin = User.objects.get(username="admin")
    import_catalogue(FOLDER / "catalogue.csv", actor=admin)
    _Story(today, now, agencies).tell()
    return accounts


def _seed_site() -> None:
    values = load("site.toml")
    known = {f.name for f in SiteProfile._meta.concrete_fields}
    html = {"guide", "institutions", "accessibility", "privacy", "help"}
    values = {key: sanitise(value) if key in html else value for key, value in values.items() if key in known}
    SiteProfile.objects.update_or_create(pk=1, defaults=values)


def _seed_agencies() -> dict[str, Agency]:
    agencies: dict[str, Agency] = {}
    for position, raw in enumerate(load("agencies.toml")["agency"], 1):
        bodies, leaders = raw.pop("bodies", []), raw.pop("leaders", [])
        first, second, specific = raw.pop("responsible")
        parent = raw.pop("parent", "")
        agency = Agency(
            **raw,
            parent=agencies[parent] if parent else None,
            position=position,
            first_responsible=first,
            second_responsible=second,
            specific_responsible=specific,
        )
        save_agency(agency)
        agencies[agency.code] = agency
        InternalBody.objects.bulk_create(InternalBody(agency=agency, position=n, **row) for n, row in enumerate(bodies))
        Leader.objects.bulk_create(Leader(agency=agency, position=n, **row) for n, row in enumerate(leaders))
    return agencies


def _seed_users(agencies: dict[str, Agency]) -> list[Account]:
    accounts = []
    for username, full_name, role, code in ACCOUNTS:
        password = secrets.token_urlsafe(9)
        user = User.objects.create_user(username, f"{username}@chengming.example", password, full_name=full_name)
        Membership.objects.create(user=user, agency=agencies[code], role=role)
        accounts.append(Account(username, password, full_name, str(Role(role).label)))
    # Each agency has somebody for every step of the review, and nobody for two; they cannot log in.
    closed = make_password(None)
    people = [
        User(username=f"{code.lower()}-{role}", full_name=f"{agency.display_name}{Role(role).label}", password=closed)
        for code, agency in agencies.items()
        for role in PROCEDURE_ROLES
    ]
    saved = {user.username: user for user in User.objects.bulk_create(people)}
    Membership.objects.bulk_create(
        Membership(user=saved[f"{code.lower()}-{role}"], agency=agency, role=role)
        for code, agency in agencies.items()
        for role in PROCEDURE_ROLES
    )
    return accounts


class _Story:
    """The items of the demo, in the order in which their county lived them."""

    def __init__(self, today: date, now: datetime, agencies: dict[str, Agency]) -> None:
        self.now = now
        self.agencies = agencies
        self.people = {user.username: user for user in User.objects.all()}
        self.entries = {entry.code: entry for entry in CatalogueEntry.objects.all()}
        self.items: dict[str, Item] = {}
        self.raw = {raw["key"]: raw for raw in load_items(today)}

    def tell(self) -> None:
        events: list[_Event] = []
        for raw in self.raw.values():
            events.append(_Event(raw["published_on"], 0, self._publishing(raw)))
            events += [_Event(change["on"], 1, self._amending(raw, change)) for change in raw.get("amendments", [])]
            if closing := raw.get("closing"):
                events.append(_Event(closing["on"], 2, self._closing(raw, closing)))
        events.sort(key=lambda event: (event.on, event.order))
        for on, of_day in groupby(events, key=lambda event: event.on):
            played = list(of_day)
            for event, moment in zip(played, self._moments(on, len(played)), strict=True):
                event.play(moment)
        self._relate()

    def _moments(self, on: date, count: int) -> list[datetime]:
        """Times in the office hours of a day, in order, as uneven as days are, never after now."""
        opening = timezone.make_aware(datetime.combine(on, time(8, 30)))
        spread = random.Random(on.toordinal())  # noqa: S311  (not for secrets: the same demo every time)
        seconds = sorted(spread.sample(range(9 * 3600), count))
        return [min(opening + timedelta(seconds=second), self.now) for second in seconds]

    def _person(self, raw: dict[str, Any], role: Role) -> User:
        return self.people[f"{raw['agency'].lower()}-{role}"]

    def _content(self, raw: dict[str, Any], **changes: Any) -> draft.Content:
        names = draft.Content.__dataclass_fields__
        values = {key: value for key, value in raw.items() if key in names}
        return draft.Content(**values | changes)

    def _attachments(self, raw: dict[str, Any]) -> list[tuple[Attachment, str]]:
        stored = []
        for row in raw.get("attachments", []):
            path = FOLDER / row["file"]
            with path.open("rb") as stream:
                name = f"{row['title']}{path.suffix}"
                stored.append((files.store(File(stream, name), by=self._person(raw, Role.PUBLISHER)), row["title"]))
        return stored

    def _publishing(self, raw: dict[str, Any]) -> Callable[[datetime], object]:
        def play(at: datetime) -> None:
            if raw["key"] in self.items:
                return  # an interpretation, published together with its policy
            item = self._draft(raw, at)
            partners = [self.raw[key] for key in self._interpretations(raw)]
            for partner in partners:
                self._draft(partner, at)
                self._relate_one(partner, "interprets", raw["key"])
            if raw.get("draft"):
                return
            if raw.get("migrated"):
                publish.migrate(
                    item.pk, actor=self.people["admin"], at=at, reason=raw["migrated"], published_on=raw["published_on"]
                )
                return
            for each in (raw, *partners):
                self._review(each, at)
            publish.publish(self._open(raw).pk, actor=self._person(raw, Role.APPROVER), at=at)

        return play

    def _interpretations(self, raw: dict[str, Any]) -> list[str]:
        """Keys of the items that a policy cannot be published without."""
        if not ITEM_TYPES[raw["type"]].needs_interpretation:
            return []
        return [
            other["key"]
            for other in self.raw.values()
            for row in other.get("relations", [])
            if row["kind"] == "interprets" and row["to"] == raw["key"]
        ]

    def _draft(self, raw: dict[str, Any], at: datetime) -> Item:
        item = draft.create_item(
            self._content(raw),
            agency=self.agencies[raw["agency"]],
            item_type=raw["type"],
            author=self._person(raw, Role.PUBLISHER),
            at=at,
            audience=raw.get("audience", "public"),
            catalogue_entry=self.entries.get(raw.get("catalogue", "")),
            attachments=self._attachments(raw),
        )
        self.items[raw["key"]] = item
        return item

    def _open(self, raw: dict[str, Any]) -> Edition:
        edition = publish.open_edition(self.items[raw["key"]])
        assert edition is not None
        return edition

    def _review(self, raw: dict[str, Any], at: datetime) -> None:
        """Through every signature the type and the agency ask for."""
        edition = self._open(raw)
        self._record(edition, at)
        review.submit(edition.pk, actor=self._person(raw, Role.PUBLISHER), at=at)
        for step in edition.steps:
            review.review(edition.pk, ACTION_OF[step], actor=self._person(raw, _SIGNERS[step]), at=at)

    def _record(self, edition: Edition, at: datetime) -> None:
        """The audit or meeting record that finance items and major matters need."""
        kind = edition.item.type
        for needed, record in (
            (kind.needs_audit_record, RecordKind.AUDIT),
            (kind.needs_meeting_record, RecordKind.MEETING),
        ):
            if needed:
                SupportingRecord.objects.create(
                    edition=edition,
                    kind=record,
                    title=f"{edition.title}{record.label}",
                    dated_on=edition.formed_on or at.date(),
                    added_by=edition.created_by,
                )

    def _amending(self, raw: dict[str, Any], change: dict[str, Any]) -> Callable[[datetime], object]:
        def play(at: datetime) -> None:
            body = raw["body"]
            for old, new in change["replace"]:
                if old not in body:
                    raise DemoFault(f"{raw['key']}: the text to be replaced is not in the body: {old}")
                body = body.replace(old, new)
            raw["body"] = body
            raw["extra"] = raw.get("extra", {}) | change.get("extra", {})
            raw["validity"] = change.get("validity", Validity.AMENDED)
            item = self.items[raw["key"]]
            content = self._content(raw, change_note=change["note"])
            draft.add_edition(
                item, content, author=self._person(raw, Role.PUBLISHER), at=at, attachments=self._attachments(raw)
            )
            self._review(raw, at)
            publish.publish(self._open(raw).pk, actor=self._person(raw, Role.APPROVER), at=at, note=change["note"])

        return play

    def _closing(self, raw: dict[str, Any], closing: dict[str, Any]) -> Callable[[datetime], object]:
        def play(at: datetime) -> None:
            close.close(
                self.items[raw["key"]].pk,
                close.Closing(
                    action=_ACTION_OF[closing["state"]],
                    ground=closing["ground"],
                    basis=closing["basis"],
                    explanation=closing["explanation"],
                    replacement=self.items.get(closing.get("replacement", "")),
                ),
                actor=self._person(raw, Role.APPROVER),
                asked_by=self._person(raw, Role.PUBLISHER),
                at=at,
            )

        return play

    def _relate(self) -> None:
        for raw in self.raw.values():
            for row in raw.get("relations", []):
                self._relate_one(raw, row["kind"], row["to"])

    def _relate_one(self, raw: dict[str, Any], kind: str, to: str) -> None:
        author = self._person(raw, Role.PUBLISHER)
        relate.relate(self.items[raw["key"]], RelationKind(kind), self.items[to], actor=author)
