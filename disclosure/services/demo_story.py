"""The year of the demo county: every item drafted, reviewed, published, amended and ended by the services."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.core.files import File
from django.utils import timezone

from disclosure import projects
from disclosure.enums import (
    EditionState,
    ItemAction,
    RecordKind,
    RelationKind,
    ReviewStep,
    Validity,
)
from disclosure.models import CatalogueEntry, Edition, Item, SupportingRecord
from disclosure.services import draft, motion, publish, relate, review
from disclosure.services.demo_texts import FOLDER, DemoFault, load_items
from disclosure.types import ITEM_TYPES
from disclosure.workflow import ACTION_OF
from govportal import files
from govportal.models import Agency, Attachment, Membership, User
from govportal.permissions import Role

_SIGNERS = {
    ReviewStep.SECRECY: Role.SECRECY_REVIEWER,
    ReviewStep.PRE: Role.PRE_REVIEWER,
    ReviewStep.SECOND: Role.SECOND_REVIEWER,
    ReviewStep.APPROVAL: Role.APPROVER,
}

_DAY = timedelta(days=1)
# States in which an edition waits for its next signature, by how many it has in the full procedure.
_SIGNED_IN = (
    EditionState.SUBMITTED,
    EditionState.SECRECY_REVIEWED,
    EditionState.PRE_REVIEWED,
    EditionState.SECOND_REVIEWED,
)
# How the end of an item is written in the demo's files.
_ACTION_OF = {
    "partly_void": ItemAction.PARTLY_VOID,
    "expired": ItemAction.EXPIRE,
    "void": ItemAction.VOID,
    "withdrawn": ItemAction.WITHDRAW,
    "terminated": ItemAction.TERMINATE,
}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened in the demo's year. Played in order, so that the log runs forward in time."""

    on: date
    order: int
    play: Callable[[datetime], object]


def office_hours(on: date, count: int, now: datetime) -> list[datetime]:
    """Times in the office hours of a day, in order, as uneven as days are, never after now."""
    opening = timezone.make_aware(datetime.combine(on, time(8, 30)))
    spread = random.Random(on.toordinal())  # noqa: S311  (not for secrets: the same demo every time)
    seconds = sorted(spread.sample(range(9 * 3600), count))
    return [min(opening + timedelta(seconds=second), now) for second in seconds]


class Story:
    """The items of the demo, in the order in which their county lived them."""

    def __init__(self, today: date, now: datetime, agencies: dict[str, Agency]) -> None:
        self.today, self.now = today, now
        self.agencies = agencies
        self.admin = User.objects.get(username="admin")
        memberships = Membership.objects.select_related("user", "agency").order_by("-pk")
        self.members = {(m.agency.code, Role(m.role)): m.user for m in memberships}
        self.entries = {entry.code: entry for entry in CatalogueEntry.objects.all()}
        self.items: dict[str, Item] = {}
        self.told: set[str] = set()
        self.raw = {raw["key"]: raw for raw in load_items(today)}

    def tell(self, others: Iterable[Happening] = ()) -> None:
        """Play the year of the items, and in between what `others` happened, the texts of a day first."""
        events = list(others)
        for raw in self.raw.values():
            events.append(Happening(raw["published_on"], 0, self._publishing(raw)))
            events += [Happening(change["on"], 1, self._amending(raw, change)) for change in raw.get("amendments", [])]
            endings = [*filter(None, [raw.get("closing")]), *raw.get("motions", [])]
            events += [Happening(ending["on"], 2 + n, self._closing(raw, ending)) for n, ending in enumerate(endings)]
        events.sort(key=lambda event: (event.on, event.order))
        for on, of_day in groupby(events, key=lambda event: event.on):
            played = list(of_day)
            for event, moment in zip(played, office_hours(on, len(played), self.now), strict=True):
                event.play(moment)
        self._relate()

    def _person(self, raw: dict[str, Any], role: Role) -> User:
        """Whoever holds the role at the item's agency: an account that can be tried, where there is one."""
        return self.members[raw["agency"], role]

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
            if raw["key"] in self.told:
                return  # an interpretation, published together with its policy
            item = self._draft(raw, at)
            partners = [self.raw[key] for key in self._interpretations(raw)]
            self.told |= {raw["key"], *(partner["key"] for partner in partners)}
            for partner in partners:
                self._draft(partner, at)
                self._relate_one(partner, "interprets", raw["key"])
            if raw.get("draft"):
                return
            if raw.get("migrated"):
                publish.migrate(
                    item.pk, actor=self.admin, at=at, reason=raw["migrated"], published_on=raw["published_on"]
                )
                return
            if emergency := raw.get("emergency"):
                self._publish_in_emergency(raw, emergency, at)
                return
            for each in (raw, *partners):
                self._review(each, at)
            if "stop" not in raw:
                publish.publish(self._open(raw).pk, actor=self._person(raw, Role.APPROVER), at=at)

        return play

    def _publish_in_emergency(self, raw: dict[str, Any], emergency: dict[str, Any], at: datetime) -> None:
        """应急公开, and as many of the later signatures as the file says were given."""
        edition = self._open(raw)
        approver = self._person(raw, Role.APPROVER)
        publish.publish_in_emergency(edition.pk, actor=approver, at=at, reason=emergency["reason"])
        for _number in range(emergency["signed_afterwards"]):
            step = review.step_afterwards(Edition.objects.get(pk=edition.pk))
            assert step is not None
            review.sign_afterwards(edition.pk, actor=self._person(raw, _SIGNERS[step]), at=min(at + _DAY, self.now))

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
        """The item with its first draft. A project is begun with the first stage of it that becomes public."""
        if raw["key"] in self.items:
            return self.items[raw["key"]]
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
        if raw["type"] == projects.PART:
            for row in raw["relations"]:
                self._draft(self.raw[row["to"]], at)
                self._relate_one(raw, row["kind"], row["to"])
        return item

    def _open(self, raw: dict[str, Any]) -> Edition:
        edition = publish.open_edition(self.items[raw["key"]])
        assert edition is not None
        return edition

    def _review(self, raw: dict[str, Any], at: datetime) -> None:
        """Through every signature the type and the agency ask for, or as far as the file says (`stop`)."""
        edition = self._open(raw)
        stop = raw.get("stop", {"state": EditionState.APPROVED})
        if stop["state"] == EditionState.DISCARDED:
            review.discard(edition.pk, actor=edition.created_by, at=at, note=stop["note"])
            return
        self._record(edition, at)
        if edition.state == EditionState.DRAFT:  # an interpretation went to review with its policy
            review.submit(edition.pk, actor=edition.created_by, at=at)
        if stop["state"] in _SIGNED_IN:
            signed = _SIGNED_IN.index(stop["state"])
        else:
            signed = stop.get("signed", len(edition.steps))
        for step in edition.steps[:signed]:
            review.review(edition.pk, ACTION_OF[step], actor=self._person(raw, _SIGNERS[step]), at=at)
        if stop["state"] == EditionState.SCHEDULED:
            day = self.today + timedelta(days=stop["days_ahead"])
            minute = timezone.make_aware(datetime.combine(day, time.fromisoformat(stop["at"])))
            publish.schedule(edition.pk, actor=self._person(raw, Role.APPROVER), at=at, publish_at=minute)
        elif stop["state"] == EditionState.DRAFT:
            returning = self._person(raw, _SIGNERS[edition.steps[signed]])
            review.send_back(edition.pk, actor=returning, at=at, reason=stop["note"])

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
            raw["summary"] = change.get("summary", raw["summary"])
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
        """Asked by the publisher; granted by the approver, or still open, or refused with a note."""

        def play(at: datetime) -> None:
            item = self.items[raw["key"]]
            edition = item.editions.get(number=closing["edition"]) if "edition" in closing else None
            replacement = self.items[closing["replacement"]] if closing.get("replacement") else None
            if replacement:
                replacement.refresh_from_db()  # published by another copy of the row
            asked = motion.ask(
                item.pk,
                _ACTION_OF[closing["state"]] if "state" in closing else ItemAction(closing["action"]),
                actor=self._person(raw, Role.PUBLISHER),
                at=at,
                ground=closing["ground"],
                basis=closing.get("basis", ""),
                explanation=closing.get("explanation", ""),
                replacement=replacement,
                edition=edition,
                new_title=closing.get("new_title", ""),
            )
            approver = self._person(raw, Role.APPROVER)
            if refused := closing.get("refused"):
                motion.refuse(asked.pk, actor=approver, at=at, note=refused)
            elif not closing.get("waits"):
                motion.grant(asked.pk, actor=approver, at=at)

        return play

    def _relate(self) -> None:
        for raw in self.raw.values():
            for row in raw.get("relations", []):
                self._relate_one(raw, row["kind"], row["to"])

    def _relate_one(self, raw: dict[str, Any], kind: str, to: str) -> None:
        author = self._person(raw, Role.PUBLISHER)
        relate.relate(self.items[raw["key"]], RelationKind(kind), self.items[to], actor=author)
