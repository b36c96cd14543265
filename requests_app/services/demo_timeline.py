"""When something of the demo's year happens: in order of days, in office hours, and never after now."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from disclosure.services.demo_story import office_hours


@dataclass(frozen=True, slots=True)
class Happening:
    """`order` within its day; `name` tells which line of the demo's files is at fault."""

    on: date
    order: int
    name: str
    play: Callable[[datetime], object]


def play_all(happenings: Iterable[Happening], now: datetime) -> None:
    """Play them all, so that numbers and records run forward in time."""
    in_order = sorted(happenings, key=lambda one: (one.on, one.order))
    for on, of_day in groupby(in_order, key=lambda one: one.on):
        played = list(of_day)
        for one, moment in zip(played, office_hours(on, len(played), now), strict=True):
            try:
                one.play(moment)
            except Exception as error:
                error.add_note(f"in the demo: {one.name} on {on}")
                raise
