"""What everybody may know of complaints: how many were closed, of which ground, against whom, with which result.

Only of quarters that are over: who watched the figures day by day would otherwise learn of a case, and the agency that
there is one against it. A day of closing is never written for another day, so that the figures of a quarter stand.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from govportal.models import Agency
from requests_app.complaint_enums import ComplaintGround, ComplaintState
from requests_app.models import Complaint
from requests_app.queries import ComplaintQuerySet


@dataclass(frozen=True, slots=True)
class Row:
    """Closed complaints by result."""

    upheld: int = 0
    partly: int = 0
    not_upheld: int = 0

    @property
    def total(self) -> int:
        return self.upheld + self.partly + self.not_upheld

    def __add__(self, other: "Row") -> "Row":
        return Row(self.upheld + other.upheld, self.partly + other.partly, self.not_upheld + other.not_upheld)


@dataclass(frozen=True, slots=True)
class OnTime:
    """Of `answered`, all that were closed with an answer, so many were answered on the last day or before."""

    on_time: int
    answered: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where nothing was answered."""
        return self.on_time / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class Figures:
    """A year up to `until`, which is no longer counted. All nine grounds; of the agencies those with a complaint."""

    year: int
    until: date
    by_ground: Sequence[tuple[ComplaintGround, Row]]
    by_agency: Sequence[tuple[Agency, Row]]
    total: Row
    answers: OnTime
    not_accepted: int
    redirected: int

    @property
    def is_empty(self) -> bool:
        return not (self.total.total or self.not_accepted or self.redirected)


_COUNTED = (ComplaintState.CLOSED, ComplaintState.NOT_ACCEPTED, ComplaintState.REDIRECTED)
_ON_TIME = Count("pk", filter=Q(answered_on__lte=F("answer_by")))


def counted_until(today: date) -> date:
    """The first day of the current quarter: what ended before it is counted."""
    return date(today.year, (today.month - 1) // 3 * 3 + 1, 1)


def years(today: date) -> list[int]:
    """The years that have figures, the newest first."""
    ended = Complaint.objects.filter(state__in=_COUNTED, closed_on__lt=counted_until(today))
    return [day.year for day in ended.dates("closed_on", "year", order="DESC")]


def _ended(year: int, today: date) -> ComplaintQuerySet:
    return Complaint.objects.filter(state__in=_COUNTED, closed_on__year=year, closed_on__lt=counted_until(today))


def figures(year: int, *, today: date) -> Figures:
    """The public figures of a year, in two statements."""
    by_ground: dict[ComplaintGround, Row] = defaultdict(Row)
    by_agency: dict[int, Row] = defaultdict(Row)
    by_state: Counter[str] = Counter()
    on_time = 0
    groups = _ended(year, today).order_by().values("state", "ground", "agency", "result")
    for found in groups.annotate(count=Count("pk"), on_time=_ON_TIME):
        by_state[found["state"]] += found["count"]
        if found["state"] == ComplaintState.CLOSED:
            row = Row(**{found["result"]: found["count"]})
            by_ground[ComplaintGround(found["ground"])] += row
            by_agency[found["agency"]] += row
            on_time += found["on_time"]
    total = sum(by_ground.values(), Row())
    return Figures(
        year=year,
        until=min(counted_until(today), date(year + 1, 1, 1)),
        by_ground=[(ground, by_ground[ground]) for ground in ComplaintGround],
        by_agency=_named(by_agency),
        total=total,
        answers=OnTime(on_time, total.total),
        not_accepted=by_state[ComplaintState.NOT_ACCEPTED],
        redirected=by_state[ComplaintState.REDIRECTED],
    )


def _named(rows: Mapping[int, Row]) -> list[tuple[Agency, Row]]:
    """In the order of the register, which is no ranking; those that it lists no more too."""
    return [(agency, rows[agency.pk]) for agency in Agency.objects.filter(pk__in=rows)]
