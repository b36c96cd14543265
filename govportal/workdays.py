"""Working days under 调休, pure: the calendar is passed in.

A weekday is worked unless a notice gives it off; a weekend day is not unless a notice has it worked
(《全国年节及纪念日放假办法》第八条 and the yearly notices of the State Council's office).
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cached_property


@dataclass(frozen=True)
class Calendar:
    """Days off and weekend days worked, as the notices name them, and the years whose notice is known."""

    off: frozenset[date]
    worked: frozenset[date]
    announced: frozenset[int]

    def is_provisional(self, day: date) -> bool:
        """True while the notice for the year of the day is not known: the day may still move."""
        return day.year not in self.announced

    @cached_property
    def _weekdays_off(self) -> list[int]:
        return sorted(day.toordinal() for day in self.off if day.weekday() < 5)

    @cached_property
    def _weekend_worked(self) -> list[int]:
        return sorted(day.toordinal() for day in self.worked - self.off if day.weekday() >= 5)

    def worked_until(self, ordinal: int) -> int:
        """Number of working days from 0001-01-01 (a Monday, ordinal 1) to the day, both included."""
        weeks, rest = divmod(ordinal, 7)
        weekdays = weeks * 5 + min(rest, 5)
        return weekdays - bisect_right(self._weekdays_off, ordinal) + bisect_right(self._weekend_worked, ordinal)


def is_working_day(day: date, calendar: Calendar) -> bool:
    if day in calendar.off:
        return False
    return day.weekday() < 5 or day in calendar.worked


def add_working_days(day: date, n: int, calendar: Calendar) -> date:
    """The n-th working day after the day, which itself does not count; with n = 0 the day itself.

    Raises ValueError for a negative n.
    """
    if n < 0:
        raise ValueError("n must not be negative")
    ordinal = day.toordinal()
    target = calendar.worked_until(ordinal) + n
    # A day adds at most one, so a step by what is missing never goes too far and ends on a working day.
    while missing := target - calendar.worked_until(ordinal):
        ordinal += missing
    return date.fromordinal(ordinal)


def working_days_between(a: date, b: date, calendar: Calendar) -> int:
    """Working days after `a` up to and including `b`; negative when `b` is earlier.

    For n ≥ 0, `working_days_between(a, add_working_days(a, n, c), c) == n`.
    """
    return calendar.worked_until(b.toordinal()) - calendar.worked_until(a.toordinal())
