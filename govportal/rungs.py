"""When a deadline is told of, pure: rungs in working days around its last day (domain §8).

Day 0 is the last working day on which the deadline can still be met: its day, or the one before a day off. The rungs
before it count back from there, those after it are the 1st, 6th, 11th … working day after the deadline. All of this
hangs on one number, the working days that are left; so a holiday notice that comes late moves rungs, never skips them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from govportal.workdays import Calendar, add_working_days, working_days_between

YELLOW_FROM = 3  # working days left

# Working days from the last day: negative before it, 0 on it.
type Rung = int


@dataclass(frozen=True, slots=True)
class Ladder:
    """So many working days before, on the day, on the first working day after, then every so many."""

    before: tuple[int, ...] = (7, 3, 1)
    every: int = 5

    @property
    def furthest(self) -> int:
        """Working days before the last day on which the first word is given."""
        return max(self.before, default=0)


class Card(StrEnum):
    """黄牌、红牌: how a deadline is marked on lists and scorecards."""

    YELLOW = "yellow"
    RED = "red"


def days_left(due_on: date, today: date, calendar: Calendar) -> int:
    """Working days after today up to the last day; negative: so many have passed since."""
    return working_days_between(today, due_on, calendar)


def rung_at(left: int, ladder: Ladder) -> Rung | None:
    """The latest rung whose day has come when so many working days are left; None before the first."""
    if left < 0:
        return 1 + (-left - 1) // ladder.every * ladder.every
    if left == 0:
        return 0
    return max((-days for days in ladder.before if days >= left), default=None)


def is_missed(rung: Rung, left: int) -> bool:
    """Its day has passed without its word: the portal stood still, or the deadline came up later."""
    return rung != -left


def horizon(days: int, today: date, calendar: Calendar) -> date:
    """The last day of which at most so many working days are left today."""
    return add_working_days(today, days + 1, calendar) - timedelta(days=1)


def card(due_on: date, today: date, calendar: Calendar) -> Card | None:
    """Red once the last day has passed, yellow from three working days before it."""
    if due_on < today:
        return Card.RED
    return Card.YELLOW if days_left(due_on, today, calendar) <= YELLOW_FROM else None
