"""What the public sees of the review procedure: steps and days, never names; and how much went out unreviewed.

应急公开 skips reviews for a while, so its share is public, with every case and whether its review was made good
(domain §4.7).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import make_aware

from disclosure.enums import PUBLIC_CHAIN, LogKind, Procedure, ReviewStep
from disclosure.models import Approval, Edition, LogEntry

# Kinds of entry by which a text of today goes public; what was taken over from another system is not counted.
PUBLISHING = (LogKind.PUBLISH, LogKind.AMEND)


@dataclass(frozen=True, slots=True)
class Share:
    """Publications of one year, and how many of them were emergencies."""

    year: int
    published: int
    emergencies: int

    @property
    def percent(self) -> float:
        return 100 * self.emergencies / self.published if self.published else 0.0


@dataclass(frozen=True, slots=True)
class Afterwards:
    """The review that an emergency publication owes. `missing` is empty once it has been made good."""

    reason: str
    due_on: date | None
    missing: tuple[ReviewStep, ...]
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature as the public sees it."""

    step: ReviewStep
    at: datetime


def share(year: int) -> Share:
    """Of the public log, by the day in Beijing; two counts."""
    begin, end = (make_aware(datetime(number, 1, 1)) for number in (year, year + 1))  # noqa: DTZ001
    entries = LogEntry.objects.filter(chain=PUBLIC_CHAIN, kind__in=PUBLISHING, at__gte=begin, at__lt=end)
    emergencies = entries.filter(edition__procedure=Procedure.EMERGENCY)
    return Share(year, entries.count(), emergencies.count())


def owed(edition: Edition, given: Iterable[str]) -> tuple[ReviewStep, ...]:
    """The signatures an emergency publication still owes; its one approver stands for the approval."""
    done = {*given, ReviewStep.APPROVAL}
    return tuple(step for step in edition.steps if step not in done)


def signatures(editions: Iterable[Edition]) -> Mapping[int, list[Signed]]:
    """The standing signatures under these editions, by the id of the edition, in their order; one statement."""
    found: dict[int, list[Signed]] = {}
    rows = Approval.objects.standing().filter(edition__in=[edition.pk for edition in editions]).order_by("at", "pk")
    for edition_id, step, at in rows.values_list("edition_id", "step", "at"):
        found.setdefault(edition_id, []).append(Signed(ReviewStep(step), at))
    return found


def afterwards(editions: Iterable[Edition], today: date) -> Mapping[int, Afterwards]:
    """How it stands with the review of those among these editions that were published in an emergency.

    Needs their item and agency; one statement, none if there is no emergency among them.
    """
    emergencies = [edition for edition in editions if edition.procedure == Procedure.EMERGENCY]
    given = signatures(emergencies) if emergencies else {}
    found = {}
    for edition in emergencies:
        missing = owed(edition, [signed.step for signed in given.get(edition.pk, [])])
        due_on = edition.review_due_on
        is_overdue = bool(missing) and due_on is not None and due_on < today
        found[edition.pk] = Afterwards(edition.emergency_reason, due_on, missing, is_overdue)
    return found
