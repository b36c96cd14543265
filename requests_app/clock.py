"""The statutory clock of a request for disclosure: recorded events and a calendar in, a due date and its trace out.

Pure. The terms are rows of clock_terms.py (20 working days: TermKey.REPLY), the vocabulary is clock_events.py, the
arithmetic clock_history.py; everybody else imports from here. The counting (《政府信息公开条例》第三十至三十五条):
- Day 0 is the day of receipt. The first counted day is the first working day after it; the due date is the 20th.
  With `counts_receipt_day` a day 0 that is worked counts as the first (the statute does not say; a setting).
- An event takes effect at the end of its day: the day of asking, stopping or extending is still counted.
- A question to a third party or a co-agency: the working days after it, up to and including the day of the answer,
  are not counted. Silence ends it on the 15th working day after delivery of the letter, and an answer that comes
  later ends nothing again: by then the agency decides, or consent is given (第三十二、三十四条). Days of several
  questions are left out once.
- A correction asked for, or a fee notified, stops the clock; the correction received, or the payment, is a new day 0
  with a fresh limit. An extension made before is spent with the count it belonged to. The day of payment itself is
  never counted: the measure on fees names the day after.
- An extension adds 1 to 20 days, once, and a delay (第三十五条) its days, once. Each is decided on or before the due
  date, and so is a stop: what is overdue stays overdue.
- Answered, withdrawn, lapsed: the clock stands still from that day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from govportal.workdays import Calendar
from requests_app.clock_events import ClockKind, ClockState, Event, Fault, FaultCode, ImpossibleHistory
from requests_app.clock_history import replay, silence_ends
from requests_app.clock_terms import Deadline, NoTermInForce, TermKey, deadline
from requests_app.clock_trace import DayKind, DayMark, Step, StepKey, walk

__all__ = [
    "ClockKind",
    "ClockState",
    "DayKind",
    "DayMark",
    "Deadline",
    "Event",
    "Fault",
    "FaultCode",
    "ImpossibleHistory",
    "NoTermInForce",
    "Reading",
    "Step",
    "StepKey",
    "correction_due",
    "fold",
    "payment_due",
    "reasons_against",
    "silence_ends",
]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clock shows at the end of `today`.

    `due_on` and `steps` follow every event given; the state and the days only those up to today. `days_left` is
    negative when overdue. While a correction or payment is awaited, and after the end, the days are those at the
    stop. `stopped_since`: the day of asking or notice since which nothing is counted.
    """

    received_on: date
    today: date
    due_on: date | None
    state: ClockState
    days_used: int
    days_left: int
    limit: int
    stopped_since: date | None
    ended_on: date | None
    is_late: bool
    provisional_years: tuple[int, ...]  # years up to the due date, or the stop, whose holidays are not announced
    steps: tuple[Step, ...]
    counts_receipt_day: bool
    calendar: Calendar = field(repr=False, compare=False)

    @property
    def is_provisional(self) -> bool:
        return bool(self.provisional_years)

    @property
    def days_over(self) -> int:
        """Working days beyond the limit."""
        return max(-self.days_left, 0)

    def days(self) -> Iterator[DayMark]:
        """Every calendar day from the receipt to the due date; without one to today, after an early end to that end."""
        last_on = self.due_on or max(self.today, self.steps[-1].on)
        if self.ended_on:
            last_on = min(self.ended_on, last_on)
        return walk(self.steps, last_on, self.calendar, counts_receipt_day=self.counts_receipt_day)


def fold(
    received_on: date,
    events: Sequence[Event],
    calendar: Calendar,
    *,
    today: date,
    counts_receipt_day: bool = False,
) -> Reading:
    """The reading of a history at the end of `today`; the events in order of their days.

    Raises ImpossibleHistory with every fault.
    """
    history = replay(received_on, events, calendar, counts_receipt_day)
    if history.faults:
        raise ImpossibleHistory(history.faults)
    known = history
    if events and events[-1].on > today:
        known = replay(received_on, [e for e in events if e.on <= today], calendar, counts_receipt_day)
    steps = tuple(history.trace())
    due_on = steps[-1].due_on
    shown_until = known.stands_since or today
    used = known.used(shown_until)
    known_due = due_on if known is history else known.due_on()
    return Reading(
        received_on=received_on,
        today=today,
        due_on=due_on,
        state=known.state(today),
        days_used=used,
        days_left=known.limit - used,
        limit=known.limit,
        stopped_since=known.stopped_since(today),
        ended_on=known.end.on if known.end else None,
        is_late=known_due is not None and shown_until > known_due,
        provisional_years=_years_not_announced(received_on, due_on or history.stands_since or received_on, calendar),
        steps=steps,
        counts_receipt_day=counts_receipt_day,
        calendar=calendar,
    )


def reasons_against(
    received_on: date, events: Sequence[Event], calendar: Calendar, *, counts_receipt_day: bool = False
) -> list[Fault]:
    """Every fault of a history, one for each event that cannot be; the others are read as if it were not there."""
    try:
        return replay(received_on, events, calendar, counts_receipt_day).faults
    except ImpossibleHistory as impossible:
        return list(impossible.faults)


def correction_due(received_on: date, calendar: Calendar, *, counts_receipt_day: bool = False) -> Deadline:
    """Until when the agency may ask, once, for a correction. Raises NoTermInForce."""
    return deadline(TermKey.CORRECTION, received_on, calendar, counts_first_day=counts_receipt_day)


def payment_due(notified_delivered_on: date, calendar: Calendar) -> Deadline:
    """Until when the applicant pays, from the day after the notice arrived. Raises NoTermInForce."""
    return deadline(TermKey.PAYMENT, notified_delivered_on, calendar)


def _years_not_announced(first: date, last: date, calendar: Calendar) -> tuple[int, ...]:
    return tuple(year for year in range(first.year, last.year + 1) if year not in calendar.announced)
