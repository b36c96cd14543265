"""Timing rules turned into what is owed by when. Pure: rule, days and calendar in, expected obligations out.

Periods are months, quarters, half-years and years of the calendar, or steps of n days. A period is owed from
the day it begins. The first one owed is the first that ends on or after the day the entry came into force.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from disclosure.enums import ObligationKind, Recurrence, TimingKind, TimingUnit
from disclosure.rules import DEFAULT_AFTER_EVENT, DEFAULT_AT_ONCE, DEFAULT_REVIEW, Term, TimingRule
from govportal.workdays import Calendar, add_working_days, is_working_day

_DAY = timedelta(days=1)
_MONTHS = {Recurrence.MONTHLY: 1, Recurrence.QUARTERLY: 3, Recurrence.HALF_YEARLY: 6, Recurrence.YEARLY: 12}
_HALF_YEAR = 6
_DEFAULT_CONTINUOUS = TimingRule(TimingKind.CONTINUOUS, DEFAULT_REVIEW.n, DEFAULT_REVIEW.unit)
# 上半年7月15日前、下半年次年1月15日前: fixed dates, which never move.
HALF_YEAR_DUE = ("07-15", "01-15")
# What is owed once for each recorded event.
EVENT_KINDS = {
    TimingKind.AFTER_EVENT: ObligationKind.EVENT,
    TimingKind.AT_ONCE: ObligationKind.EVENT,
    TimingKind.MINIMUM_DISPLAY: ObligationKind.EVENT,
    TimingKind.BEFORE_EVENT: ObligationKind.BEFORE_EVENT,
    TimingKind.BY_STAGE: ObligationKind.STAGE,
}
# Rules whose entry must also show, each half-year, that there was something or that there was nothing.
_WITH_PRESENCE = {TimingKind.AFTER_EVENT, TimingKind.AT_ONCE, TimingKind.MINIMUM_DISPLAY, TimingKind.BY_STAGE}


@dataclass(frozen=True, slots=True)
class Days:
    """What counting days needs: the working-day calendar, and whether a term in calendar days or months that ends
    on a day off moves to the next working day (domain §8)."""

    calendar: Calendar
    calendar_terms_move: bool = True

    def after(self, day: date, term: Term) -> date:
        """The last day of a term that begins the day after `day`."""
        if term.unit == TimingUnit.WORKING_DAY:
            return add_working_days(day, term.n, self.calendar)
        end = add_months(day, term.n) if term.unit == TimingUnit.MONTH else day + term.n * _DAY
        while self.calendar_terms_move and not is_working_day(end, self.calendar):
            end += _DAY
        return end

    def before(self, day: date, term: Term) -> date:
        """The last day on which it is still a whole term until `day`. Such a day never moves: that would cut the term.

        In working days it is a working day itself, with `day` the n-th one after it.
        """
        if term.unit != TimingUnit.WORKING_DAY:
            return add_months(day, -term.n) if term.unit == TimingUnit.MONTH else day - term.n * _DAY
        ordinal = day.toordinal()
        target = self.calendar.worked_until(ordinal) - term.n
        while (surplus := self.calendar.worked_until(ordinal) - target) > 0:
            ordinal -= surplus
        found = date.fromordinal(ordinal)
        while not is_working_day(found, self.calendar):
            found -= _DAY
        return found


@dataclass(frozen=True, slots=True)
class Owed:
    """One expected obligation. `period_start` tells it from the others of its entry, agency and kind."""

    kind: ObligationKind
    period_start: date
    period_end: date
    due_on: date
    basis: str = ""


def add_months(day: date, n: int) -> date:
    """The same day n months on (or back); the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def owed_by_periods(
    rule: TimingRule, *, in_force_on: date, today: date, days: Days, is_report: bool = False
) -> list[Owed]:
    """What the rule makes every agency of an entry owe in the periods that have begun by `today`.

    `is_report`: owed to the superior body and met by filing; nobody files that there was nothing.
    """
    if today < in_force_on:
        return []
    owed = [*_recurring(rule, in_force_on, today, days), *_reviews(rule, in_force_on, today, days)]
    if is_report:
        return [Owed(ObligationKind.FILING, o.period_start, o.period_end, o.due_on, o.basis) for o in owed]
    if rule.kind in _WITH_PRESENCE:
        for start, end in _months(_HALF_YEAR, in_force_on, today):
            owed.append(Owed(ObligationKind.PRESENCE, start, end, first_date_from(end, HALF_YEAR_DUE)))
    return owed


def owed_by_event(
    rule: TimingRule | None, occurred_on: date, days: Days, *, matter: str = "", is_report: bool = False
) -> Owed | None:
    """What one event makes its agency owe; None where the rule knows no events.

    `matter`: words about the event. Where the rule has a term of its own for a matter among them (行政许可、
    行政处罚 within 7 working days, all else within 20), that term counts.
    """
    if rule is None or rule.kind not in EVENT_KINDS:
        return None
    term = _term_of(rule, matter)
    if term is None:
        due_on = occurred_on
    elif rule.kind == TimingKind.BEFORE_EVENT:
        due_on = days.before(occurred_on, term)
    else:
        due_on = days.after(occurred_on, term)
    kind = ObligationKind.FILING if is_report else EVENT_KINDS[rule.kind]
    return Owed(kind, min(occurred_on, due_on), max(occurred_on, due_on), due_on, rule.basis)


def _term_of(rule: TimingRule, matter: str) -> Term | None:
    """How long after (or before) the event; None: on its very day."""
    if rule.kind == TimingKind.MINIMUM_DISPLAY:
        return None  # n says how long it is displayed, from that day
    for other in rule.others:
        if any(word and word in matter for word in other.matter.replace("和", "、").split("、")):
            return other
    if rule.n and rule.unit:
        return Term(rule.n, rule.unit)
    return {TimingKind.AFTER_EVENT: DEFAULT_AFTER_EVENT, TimingKind.BEFORE_EVENT: None}.get(rule.kind, DEFAULT_AT_ONCE)


def _recurring(rule: TimingRule, in_force_on: date, today: date, days: Days) -> Iterator[Owed]:
    """RECURRING, and the recurrence of BY_STAGE."""
    if rule.kind not in (TimingKind.RECURRING, TimingKind.BY_STAGE) or rule.recurrence is None:
        return
    if rule.recurrence == Recurrence.EVERY_N_DAYS:
        for start, end in _steps(rule, in_force_on, today, days):
            due_on = end if rule.unit == TimingUnit.WORKING_DAY else days.after(end, Term(0, TimingUnit.CALENDAR_DAY))
            yield Owed(ObligationKind.RECURRING, start, end, due_on, rule.basis)
        return
    for start, end in _months(_MONTHS[rule.recurrence], in_force_on, today):
        if rule.due:
            due_on = first_date_from(end, rule.due)
        elif rule.kind == TimingKind.RECURRING and rule.n and rule.unit:
            due_on = days.after(end, Term(rule.n, rule.unit))
        else:
            due_on = end
        yield Owed(ObligationKind.RECURRING, start, end, due_on, rule.basis)


def is_due_at_end(rule: TimingRule | None) -> bool:
    """Whether a recurring obligation of the rule falls due as its period ends, not some time after it."""
    if rule is None or rule.due:
        return False
    return rule.kind != TimingKind.RECURRING or rule.recurrence == Recurrence.EVERY_N_DAYS or not rule.n


def _reviews(rule: TimingRule, in_force_on: date, today: date, days: Days) -> Iterator[Owed]:
    """CONTINUOUS every n months, and what is kept current at once but looked through every so often."""
    if rule.kind == TimingKind.CONTINUOUS:
        periods = _steps(rule if rule.n and rule.unit else _DEFAULT_CONTINUOUS, in_force_on, today, days)
    elif rule.kind == TimingKind.AT_ONCE and rule.recurrence in _MONTHS:
        periods = _months(_MONTHS[rule.recurrence], in_force_on, today)
    else:
        return
    for start, end in periods:
        yield Owed(ObligationKind.REVIEW, start, end, end, rule.basis)


def _months(n: int, in_force_on: date, today: date) -> Iterator[tuple[date, date]]:
    """Periods of n months of the calendar, from the one that holds `in_force_on` to the one that holds `today`."""
    index = (in_force_on.year * 12 + in_force_on.month - 1) // n * n
    start = date(index // 12, index % 12 + 1, 1)
    while start <= today:
        following = add_months(start, n)
        yield start, following - _DAY
        start = following


def _steps(rule: TimingRule, in_force_on: date, today: date, days: Days) -> Iterator[tuple[date, date]]:
    """Periods of n days: weeks and the like by the calendar, working days counted from the day in force."""
    if not rule.n or rule.unit is None:
        return
    if rule.unit == TimingUnit.MONTH:
        yield from _months(rule.n, in_force_on, today)
        return
    start = in_force_on
    if rule.unit == TimingUnit.CALENDAR_DAY:  # 0001-01-01 was a Monday, so that seven days are a week
        start = date.fromordinal((in_force_on.toordinal() - 1) // rule.n * rule.n + 1)
    while start <= today:
        if rule.unit == TimingUnit.CALENDAR_DAY:
            end = start + (rule.n - 1) * _DAY
        else:
            end = add_working_days(start - _DAY, rule.n, days.calendar)
        yield start, end
        start = end + _DAY


def first_date_from(day: date, due: Iterable[str]) -> date:
    """The first of the fixed dates ("MM-DD" in a year, "DD" in a month) on or after the day; 31 is the last."""
    found = [date_ for text in due for date_ in _dates_near(day, text) if date_ >= day]
    return min(found)


def _dates_near(day: date, text: str) -> Iterator[date]:
    """The dates that the text names in the year or month of the day and in the next one."""
    month, _dash, number = text.rpartition("-")
    if month:
        firsts = [date(year, int(month), 1) for year in (day.year, day.year + 1)]
    else:
        firsts = [day.replace(day=1), add_months(day.replace(day=1), 1)]
    for first in firsts:
        yield first.replace(day=min(int(number), monthrange(first.year, first.month)[1]))
