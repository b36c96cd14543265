"""Which open obligations a publication meets: the rule of docs/adr/0007. Pure.

EVENT, BEFORE_EVENT, STAGE: those of the item's own event. PRESENCE: one half-year. RECURRING: one period.
REVIEW: the running one, by a first publication also those left behind. FILING: none; a report is met by being filed.
An amendment meets nothing but the running REVIEW and its own event.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from disclosure.enums import ObligationKind

_OF_EVENTS = {ObligationKind.EVENT, ObligationKind.BEFORE_EVENT, ObligationKind.STAGE}
# Item types that answer for nothing: a notice that a text was wrong stands under the entry of that text.
MEETING_NOTHING = frozenset({"correction"})


@dataclass(frozen=True, slots=True)
class Publication:
    """One edition of one item becoming public. `day`: in Beijing. `years`: the years that the text is about.

    `is_first`: no edition of the item was public before it; else it is an amendment.
    """

    item_id: int
    day: date
    is_first: bool
    formed_on: date | None = None
    years: tuple[int, ...] = ()

    @property
    def formed(self) -> date:
        """The day by which the period is told: 成文日期, else the day of the publication."""
        return self.formed_on or self.day


@dataclass(frozen=True, slots=True)
class Open:
    """An obligation of one entry and agency that is not met. `of_item`: the item of its event.

    `is_due_at_end`: it falls due as its period ends, so that what answers for it appears while it runs.
    """

    pk: int
    kind: str
    period_start: date
    period_end: date
    due_on: date
    of_item: int | None = None
    is_due_at_end: bool = False


def met_by(publication: Publication, obligations: Iterable[Open]) -> list[Open]:
    """What the publication meets of the open obligations of its entry and agency."""
    begun = [o for o in obligations if o.period_start <= publication.day or o.kind in _OF_EVENTS]
    met = [o for o in begun if o.kind in _OF_EVENTS and o.of_item == publication.item_id]
    reviews = [o for o in begun if o.kind == ObligationKind.REVIEW]
    if not publication.is_first:
        return met + [review for review in reviews if review.period_end >= publication.day]
    met += reviews
    for choice in (
        _half_year(publication, [o for o in begun if o.kind == ObligationKind.PRESENCE]),
        _period(publication, [o for o in begun if o.kind == ObligationKind.RECURRING]),
    ):
        met += [choice] if choice else []
    return met


def _half_year(publication: Publication, presences: Sequence[Open]) -> Open | None:
    """The half-year in which the text was formed, else the one in which it became public."""
    for day in (publication.formed, publication.day):
        for presence in presences:
            if presence.period_start <= day <= presence.period_end:
                return presence
    return None


def _period(publication: Publication, periods: Sequence[Open]) -> Open | None:
    """The one period that the text answers for."""
    if publication.years:
        periods = [p for p in periods if p.period_end.year in publication.years]
    day = publication.formed
    if not any(p.period_start <= day for p in periods):
        day = publication.day  # formed before anything was owed
    periods = [p for p in periods if p.period_start <= day] if not publication.years else periods
    return min(periods, key=lambda period: _preference(period, day), default=None)


def _preference(period: Open, day: date) -> tuple[int, int]:
    """Ended and still in its term (the earliest due) · running and due as it ends · overdue (the latest) · running."""
    has_ended = period.period_end < day
    if has_ended and period.due_on >= day:
        return 0, period.due_on.toordinal()
    if not has_ended and period.is_due_at_end:
        return 1, 0
    if has_ended:
        return 2, -period.due_on.toordinal()
    return 3, 0
