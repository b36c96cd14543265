"""The trace that a reading of the clock leaves: step by step, and walked day by day. Pure, and without words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from govportal.workdays import Calendar, is_working_day
from requests_app.clock_terms import TermKey, term_on


class StepKey(StrEnum):
    RECEIVED = "received"
    CORRECTION_ASKED = "correction_asked"
    CORRECTED = "corrected"
    THIRD_PARTY = "third_party"
    CO_AGENCY = "co_agency"
    EXTENDED = "extended"
    DELAYED = "delayed"
    FEE_NOTIFIED = "fee_notified"
    FEE_PAID = "fee_paid"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


STARTS = frozenset({StepKey.RECEIVED, StepKey.CORRECTED, StepKey.FEE_PAID})
STOPS = frozenset({StepKey.CORRECTION_ASKED, StepKey.FEE_NOTIFIED})
QUESTIONS = frozenset({StepKey.THIRD_PARTY, StepKey.CO_AGENCY})
ADDITIONS = frozenset({StepKey.EXTENDED, StepKey.DELAYED})
ENDS = frozenset({StepKey.ANSWERED, StepKey.WITHDRAWN, StepKey.LAPSED})


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the working, and the due date after it (None while a correction or payment is awaited).

    `days` are working days: the limit a start gives, what a question leaves out beyond the questions before it, what
    an extension or delay adds, what had been used when the clock stopped or ended. `until`: of a question the last
    day not counted, of a stop the day of the new start. `is_silent`: no answer came and the term of the letter ended
    it. A question that lasts beyond a new start has a second step on that day (`is_carried`).
    """

    key: StepKey
    on: date
    until: date | None
    days: int
    due_on: date | None
    basis: str
    ref: str = ""
    is_silent: bool = False
    is_carried: bool = False


class DayKind(StrEnum):
    START = "start"  # day 0: received, corrected, paid
    COUNTED = "counted"
    ADDED = "added"  # counted, by an extension or a delay
    DAY_OFF = "day_off"
    SUSPENDED = "suspended"  # a working day that is not counted while an answer is awaited
    WAITING = "waiting"  # the clock stands still for a correction or a payment


@dataclass(frozen=True, slots=True)
class DayMark:
    """What one calendar day is to the clock. `number` of a counted day since the last start; `key` of a start."""

    on: date
    kind: DayKind
    number: int | None
    basis: str
    is_makeup: bool = False  # a weekend day worked in exchange for a holiday
    key: StepKey | None = None


def walk(steps: Sequence[Step], last_on: date, calendar: Calendar, *, counts_receipt_day: bool) -> Iterator[DayMark]:
    """Every calendar day from day 0 to the last, as the steps have it."""
    return _Walk(steps, calendar, counts_receipt_day).marks(last_on)


class _Walk:
    def __init__(self, steps: Sequence[Step], calendar: Calendar, counts_receipt_day: bool) -> None:
        self.calendar = calendar
        self.counts_receipt_day = counts_receipt_day
        self.received_on = steps[0].on
        # By day, in order: the last of a day is what holds when it ends.
        self.turns: dict[date, list[Step]] = {}
        for step in steps:
            if step.key in STARTS | STOPS | ADDITIONS:
                self.turns.setdefault(step.on, []).append(step)
        self.gaps = [(step.on, step.until) for step in steps if step.key in QUESTIONS and step.until]

    def marks(self, last_on: date) -> Iterator[DayMark]:
        day, number = self.received_on, 0
        waits_by = ""  # the article under which the clock stands still
        bounds: list[tuple[int, str]] = []  # up to which number a day is counted by which article
        while day <= last_on:
            turns = self.turns.get(day, [])
            start = next((step for step in reversed(turns) if step.key in STARTS), None)
            if start:
                counts = self.counts_receipt_day and start.key is not StepKey.FEE_PAID and self._counts(day)
                number = int(counts)
                waits_by = ""
                bounds = [(start.days, term_on(TermKey.REPLY, self.received_on).basis)]
                yield self._mark(day, DayKind.START, number or None, start.basis, start.key)
            elif waits_by:
                yield self._mark(day, DayKind.WAITING, None, waits_by)
            elif self._counts(day):
                number += 1
                basis = next((basis for bound, basis in bounds if number <= bound), bounds[-1][1])
                kind = DayKind.COUNTED if number <= bounds[0][0] else DayKind.ADDED
                yield self._mark(day, kind, number, basis)
            elif is_working_day(day, self.calendar):
                basis = term_on(TermKey.NOT_COUNTED, self.received_on).basis
                yield self._mark(day, DayKind.SUSPENDED, None, basis)
            else:
                basis = term_on(TermKey.DAY_OFF, self.received_on).basis
                yield self._mark(day, DayKind.DAY_OFF, None, basis)
            for step in turns[turns.index(start) + 1 if start else 0 :]:
                if step.key in STOPS:
                    waits_by = step.basis
                elif step.key in ADDITIONS:
                    bounds.append((bounds[-1][0] + step.days, step.basis))
            day += timedelta(days=1)

    def _counts(self, day: date) -> bool:
        return is_working_day(day, self.calendar) and not any(asked < day <= until for asked, until in self.gaps)

    def _mark(self, day: date, kind: DayKind, number: int | None, basis: str, key: StepKey | None = None) -> DayMark:
        is_makeup = day.weekday() >= 5 and is_working_day(day, self.calendar)
        return DayMark(day, kind, number, basis, is_makeup, key)
