"""What the public sees of the review procedure: steps and days, never names; and how much went out unreviewed.

应急公开 skips reviews for a while, so its share is public, with every case and whether its review was made good
(domain §4.7).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from disclosure.enums import (
    PUBLIC_CHAIN,
    READABLE_STATES,
    LogKind,
    Procedure,
    RecordKind,
    RelationKind,
    ReviewStep,
)
from disclosure.models import Approval, Edition, LogEntry, Relation, SupportingRecord

# Kinds of entry by which a text of today goes public; what was taken over from another system is not counted.
PUBLISHING = (LogKind.PUBLISH, LogKind.AMEND)


class Supplement(TextChoices):
    """What an emergency is published without and owes beside signatures (domain §4.1, §4.4)."""

    AUDIT = RecordKind.AUDIT.value, _("审计记录")
    MEETING = RecordKind.MEETING.value, _("会议记录")
    INTERPRETATION = "interpretation", _("政策解读")


type Debt = ReviewStep | Supplement


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
    """What an emergency publication owes: the review, and what should have been there before it.

    `missing` is empty once it has been made good.
    """

    reason: str
    due_on: date | None
    missing: tuple[Debt, ...]
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


def owed(edition: Edition, given: Iterable[str]) -> tuple[Debt, ...]:
    """What of its steps and supplements an emergency publication still owes beside what is `given`.

    Its one approver stands for the approval. A change of no substance rests on the records of the text before.
    """
    done = {*given, ReviewStep.APPROVAL}
    debts: list[Debt] = [*edition.steps, *_supplements(edition)]
    return tuple(debt for debt in debts if debt not in done)


def _supplements(edition: Edition) -> list[Supplement]:
    kind = edition.item.type
    wanted = [Supplement(record) for record in kind.records] if edition.is_substantive else []
    return [*wanted, Supplement.INTERPRETATION] if kind.needs_interpretation else wanted


def missing(editions: Iterable[Edition]) -> Mapping[int, tuple[Debt, ...]]:
    """What those among these editions that were published in an emergency still owe, by the id of the edition.

    Needs their item and agency; at most three statements, none if there is no emergency among them.
    """
    emergencies = [edition for edition in editions if edition.procedure == Procedure.EMERGENCY]
    if not emergencies:
        return {}
    given: dict[int, set[str]] = {
        pk: {signed.step.value for signed in rows} for pk, rows in signatures(emergencies).items()
    }
    with_supplements = [edition for edition in emergencies if _supplements(edition)]
    for pk, supplement in _supplied(with_supplements):
        given.setdefault(pk, set()).add(supplement)
    return {edition.pk: owed(edition, given.get(edition.pk, ())) for edition in emergencies}


def _supplied(editions: list[Edition]) -> Iterator[tuple[int, str]]:
    """(edition, supplement) of all that is there by now: a record entered, an interpretation that can be read."""
    if not editions:
        return
    yield from SupportingRecord.objects.filter(edition__in=[edition.pk for edition in editions]).values_list(
        "edition", "kind"
    )
    explained = Relation.objects.filter(
        kind=RelationKind.INTERPRETS,
        target__in=[edition.item_id for edition in editions],
        source__state__in=READABLE_STATES,
    )
    items = set(explained.values_list("target", flat=True))
    yield from ((edition.pk, Supplement.INTERPRETATION) for edition in editions if edition.item_id in items)


def signatures(editions: Iterable[Edition]) -> Mapping[int, list[Signed]]:
    """The standing signatures under these editions, by the id of the edition, in their order; one statement."""
    found: dict[int, list[Signed]] = {}
    rows = Approval.objects.standing().filter(edition__in=[edition.pk for edition in editions]).order_by("at", "pk")
    for edition_id, step, at in rows.values_list("edition_id", "step", "at"):
        found.setdefault(edition_id, []).append(Signed(ReviewStep(step), at))
    return found


def afterwards(editions: Iterable[Edition], today: date) -> Mapping[int, Afterwards]:
    """How it stands with the review of those among these editions that were published in an emergency.

    Needs what `missing` needs, by as many statements.
    """
    by_id = {edition.pk: edition for edition in editions}
    found = {}
    for pk, debts in missing(by_id.values()).items():
        edition = by_id[pk]
        due_on = edition.review_due_on
        is_overdue = bool(debts) and due_on is not None and due_on < today
        found[pk] = Afterwards(edition.emergency_reason, due_on, debts, is_overdue)
    return found
