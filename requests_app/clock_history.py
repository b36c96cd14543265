"""A history of events taken one by one into numbers of working days, for clock.py alone. Pure.

A day is the number of working days from the year 1 to it (Calendar.worked_until): a span of days not counted is then
a pair of numbers, a due date a sum, and no day is ever walked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from govportal.workdays import Calendar, add_working_days
from requests_app.clock_events import LAST_YEAR, ClockKind, ClockState, Event, Fault, FaultCode, ImpossibleHistory
from requests_app.clock_terms import LONGEST_DELAY, Deadline, NoTermInForce, TermKey, deadline, term_on
from requests_app.clock_trace import Step, StepKey

type Objection = tuple[FaultCode, str, date | int | None]  # code, basis, bound of the Fault

# Kind of an answer -> kind of its question; kind of a question -> its step and its term.
_ANSWERS = {
    ClockKind.THIRD_PARTY_ANSWERED: ClockKind.THIRD_PARTY_ASKED,
    ClockKind.CO_AGENCY_ANSWERED: ClockKind.CO_AGENCY_ASKED,
}
_QUESTIONS = {
    ClockKind.THIRD_PARTY_ASKED: (StepKey.THIRD_PARTY, TermKey.THIRD_PARTY),
    ClockKind.CO_AGENCY_ASKED: (StepKey.CO_AGENCY, TermKey.CO_AGENCY),
}
_STOPS = {
    ClockKind.CORRECTION_ASKED: (ClockState.AWAITING_CORRECTION, TermKey.CORRECTION),
    ClockKind.FEE_NOTIFIED: (ClockState.AWAITING_PAYMENT, TermKey.PAYMENT),
}
# Kind of a new start -> kind of the stop it ends; kind of an addition -> its term.
_RESTARTS = {ClockKind.CORRECTED: ClockKind.CORRECTION_ASKED, ClockKind.FEE_PAID: ClockKind.FEE_NOTIFIED}
_ADDITIONS = {ClockKind.EXTENDED: TermKey.EXTENSION, ClockKind.DELAYED: TermKey.DELAY}


def silence_ends(event: Event, calendar: Calendar) -> Deadline:
    """Until when the party asked may answer: 15 working days after delivery. Raises NoTermInForce."""
    return deadline(_QUESTIONS[event.kind][1], event.delivered_on or event.on, calendar)


@dataclass(slots=True)
class _Question:
    """Days after `start` up to and with `end` are not counted; both number working days since the year 1."""

    asked: Event
    start: int
    end: int
    ends_on: date
    basis: str
    is_answered: bool = False
    is_silent: bool = True  # no answer within the term


@dataclass(slots=True)
class _Count:
    """One count from a day 0: `base` is the number of the last working day that is not counted."""

    key: StepKey
    day_0: date
    base: int
    basis: str


def _last_number(base: int, limit: int, questions: Sequence[_Question]) -> int:
    """The number of the working day on which the limit is used up. Questions in the order of asking."""
    last, reach = base + limit, base
    for question in questions:
        start = max(question.start, reach)
        if start >= last:
            break
        if question.end > start:
            last += question.end - start
            reach = question.end
    return last


class History:
    """The events taken so far, and the faults of those refused. Raises NoTermInForce for a receipt before the law."""

    def __init__(self, received_on: date, calendar: Calendar, counts_receipt_day: bool) -> None:
        self.calendar = calendar
        self.counts_receipt_day = counts_receipt_day
        self.received_on = self.latest_on = received_on
        self.reply = term_on(TermKey.REPLY, received_on)
        self.full_limit = self.limit = self.reply.days or 0
        self.count = self._count(StepKey.RECEIVED, received_on, term_on(TermKey.RECEIPT, received_on).basis)
        self.questions: list[_Question] = []
        self.entries: list[_Count | _Question | Event] = [self.count]
        self.seen: set[ClockKind] = set()
        self.stop: Event | None = None
        self.end: Event | None = None
        self.faults: list[Fault] = []

    def _count(self, key: StepKey, day_0: date, basis: str) -> _Count:
        counts_day_0 = self.counts_receipt_day and key is not StepKey.FEE_PAID
        return _Count(key, day_0, self.calendar.worked_until(day_0.toordinal() - counts_day_0), basis)

    def _number(self, day: date) -> int:
        return self.calendar.worked_until(day.toordinal())

    # --- taking events -----------------------------------------------------------------------------------------

    def take(self, position: int, event: Event) -> None:
        objection = self._objection(event)
        if objection:
            code, basis, bound = objection
            self.faults.append(Fault(code, position, event, basis, bound))
            return
        self.latest_on = event.on
        kind = event.kind
        if kind in _QUESTIONS:
            self._ask(event)
        elif kind in _ANSWERS:
            question = self._open_question(_ANSWERS[kind], event.ref)
            assert question
            question.is_answered = True
            if event.on <= question.ends_on:
                question.is_silent = False
                question.ends_on, question.end = event.on, self._number(event.on)
        elif kind in _STOPS:
            self.stop = event
        elif kind in _RESTARTS:
            self._restart(event)
        elif kind in _ADDITIONS:
            self.limit += event.days or 0
        else:
            self.end = event
        self.seen.add(kind)
        if kind in _STOPS or kind in _ADDITIONS or self.end:
            self.entries.append(event)

    def _ask(self, event: Event) -> None:
        silence = silence_ends(event, self.calendar)
        question = _Question(event, self._number(event.on), self._number(silence.due_on), silence.due_on, silence.basis)
        self.questions.append(question)
        self.entries.append(question)

    def _restart(self, event: Event) -> None:
        assert self.stop
        basis = term_on(_STOPS[self.stop.kind][1], self._rules_of(self.stop)).basis
        self.count = self._count(StepKey(event.kind), event.on, basis)
        self.entries.append(self.count)
        self.limit = self.full_limit
        self.stop = None

    def _rules_of(self, event: Event) -> date:
        """The day whose law governs an event: a charge has its own, all else goes by the receipt."""
        return event.on if event.kind is ClockKind.FEE_NOTIFIED else self.received_on

    def _open_question(self, kind: ClockKind, ref: str) -> _Question | None:
        return next(
            (q for q in self.questions if not q.is_answered and q.asked.kind is kind and q.asked.ref == ref), None
        )

    # --- what cannot be ----------------------------------------------------------------------------------------

    def _objection(self, event: Event) -> Objection | None:
        if self.end:
            return FaultCode.AFTER_END, "", self.end.on
        if event.on < self.received_on:
            return FaultCode.BEFORE_RECEIPT, self.count.basis, self.received_on
        if event.on < self.latest_on:
            return FaultCode.OUT_OF_ORDER, "", self.latest_on
        if max(event.on, event.delivered_on or event.on).year > LAST_YEAR:
            return FaultCode.OUT_OF_RANGE, "", None
        kind = event.kind
        if kind in _QUESTIONS:
            return self._objection_to_question(event)
        if kind in _ANSWERS:
            is_open = self._open_question(_ANSWERS[kind], event.ref)
            term = _QUESTIONS[_ANSWERS[kind]][1]
            return None if is_open else (FaultCode.NOT_ASKED, self._basis(term, event.on), None)
        if kind in _RESTARTS or kind is ClockKind.LAPSED:
            awaited = _STOPS[_RESTARTS[kind]][1] if kind in _RESTARTS else TermKey.CORRECTION
            is_due = self.stop and (kind is ClockKind.LAPSED or self.stop.kind is _RESTARTS[kind])
            return None if is_due else (FaultCode.NOT_ASKED, self._basis(awaited, event.on), None)
        if kind in _STOPS or kind in _ADDITIONS:
            return self._objection_to_change(event)
        return None

    def _objection_to_question(self, event: Event) -> Objection | None:
        basis = self._basis(_QUESTIONS[event.kind][1], event.on)
        if event.delivered_on and event.delivered_on < event.on:
            return FaultCode.DELIVERED_EARLY, basis, event.on
        return (FaultCode.TWICE, basis, None) if self._open_question(event.kind, event.ref) else None

    def _objection_to_change(self, event: Event) -> Objection | None:
        """Against a stop or an addition: each comes once, while the clock runs, before the reply is overdue."""
        key = _ADDITIONS[event.kind] if event.kind in _ADDITIONS else _STOPS[event.kind][1]
        try:
            term = term_on(key, self._rules_of(event))
        except NoTermInForce:
            return FaultCode.NO_RULE, "", None
        if event.kind in self.seen:
            return FaultCode.TWICE, term.basis, None
        if self.stop:
            return FaultCode.STANDS_STILL, term.basis, self.stop.on
        if event.kind in _ADDITIONS:
            most = term.days or LONGEST_DELAY
            if event.days is None or not 1 <= event.days <= most:
                return FaultCode.WRONG_DAYS, term.basis, most
        due_on = self.due_on()
        return (FaultCode.AFTER_DUE, term.basis, due_on) if due_on and event.on > due_on else None

    def basis_of(self, event: Event) -> str:
        if event.kind in _STOPS or event.kind in _ADDITIONS:
            key = _ADDITIONS[event.kind] if event.kind in _ADDITIONS else _STOPS[event.kind][1]
            return self._basis(key, self._rules_of(event))
        if event.kind is ClockKind.LAPSED and self.stop:
            return self.basis_of(self.stop)
        # No article speaks of withdrawing.
        return self._basis(TermKey.ANSWER, self.received_on) if event.kind is ClockKind.ANSWERED else ""

    def _basis(self, key: TermKey, day: date) -> str:
        try:
            return term_on(key, day).basis
        except NoTermInForce:
            return ""

    # --- reading -----------------------------------------------------------------------------------------------

    @property
    def stands_since(self) -> date | None:
        """The day from which no day is counted any more, neither now nor later, unless something new happens."""
        halt = self.stop or self.end
        return halt.on if halt else None

    def due_on(self) -> date | None:
        return None if self.stop else self.day(self.count, _last_number(self.count.base, self.limit, self.questions))

    def day(self, count: _Count, number: int) -> date:
        return add_working_days(count.day_0, number - self._number(count.day_0), self.calendar)

    def used(self, on: date, count: _Count | None = None) -> int:
        """Days counted from day 0 of the count (the present one) to the end of the day."""
        count = count or self.count
        number, reach = self._number(on), count.base
        used = max(number - count.base, 0)
        for question in self.questions:
            start, end = max(question.start, reach), min(question.end, number)
            if end > start:
                used -= end - start
                reach = end
        return used

    def state(self, today: date) -> ClockState:
        if self.end:
            return ClockState.ENDED
        if self.stop:
            return _STOPS[self.stop.kind][0]
        return ClockState.SUSPENDED if self._open_on(today) else ClockState.RUNNING

    def _open_on(self, day: date) -> list[_Question]:
        return [question for question in self.questions if question.asked.on <= day < question.ends_on]

    def stopped_since(self, today: date) -> date | None:
        """The day of the notice, or of the first of the questions that have followed each other without a gap."""
        if self.end:
            return None
        if self.stop:
            return self.stop.on
        since = None
        for question in reversed(self._open_on(today) and self.questions):
            if question.asked.on <= today and (since is None or question.ends_on >= since):
                since = min(question.asked.on, since or today)
        return since

    def trace(self) -> Iterator[Step]:
        return _Trace(self).steps()


class _Trace:
    """The steps of a history, once the end of every question is known."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.count = history.count
        self.limit = self.last = 0
        self.is_stopped = False
        self.taken: list[_Question] = []  # the questions that bear on the present count
        self.restarts = [entry.day_0 for entry in reversed(history.entries) if isinstance(entry, _Count)]

    def steps(self) -> Iterator[Step]:
        for entry in self.history.entries:
            match entry:
                case _Count():
                    yield from self._start(entry)
                case _Question():
                    yield self._ask(entry)
                case Event():
                    yield self._happen(entry)

    @property
    def _due_on(self) -> date | None:
        return None if self.is_stopped else self.history.day(self.count, self.last)

    def _start(self, count: _Count) -> Iterator[Step]:
        self.restarts.pop()
        earlier, self.taken = self.taken, []
        self.count, self.limit, self.is_stopped = count, self.history.full_limit, False
        self.last = count.base + self.limit
        yield Step(count.key, count.day_0, None, self.limit, self._due_on, count.basis)
        for question in earlier:
            if question.end > count.base:
                yield self._ask(question, count.day_0)

    def _ask(self, question: _Question, on: date | None = None) -> Step:
        """The line of a question; `on` the day of a new start that it outlasts."""
        self.taken.append(question)
        days = self._move()
        asked = question.asked
        return Step(
            key=_QUESTIONS[asked.kind][0],
            on=on or asked.on,
            until=question.ends_on,
            days=days,
            due_on=self._due_on,
            basis=question.basis,
            ref=asked.ref,
            is_silent=question.is_silent,
            is_carried=on is not None,
        )

    def _happen(self, event: Event) -> Step:
        basis = self.history.basis_of(event)
        key = StepKey(event.kind)
        if event.kind in _ADDITIONS:
            self.limit += event.days or 0
            self._move()
            return Step(key, event.on, None, event.days or 0, self._due_on, basis)
        used = self.history.used(event.on, self.count)
        if event.kind in _STOPS:
            self.is_stopped = True
            until = self.restarts[-1] if self.restarts else None
            return Step(key, event.on, until, used, None, basis)
        return Step(key, event.on, None, used, self._due_on, basis)

    def _move(self) -> int:
        """By how many working days the last day moves; none while the clock stands still."""
        if self.is_stopped:
            return 0
        before, self.last = self.last, _last_number(self.count.base, self.limit, self.taken)
        return self.last - before


def replay(received_on: date, events: Sequence[Event], calendar: Calendar, counts_receipt_day: bool) -> History:
    """Raises ImpossibleHistory for a receipt on a day without law or calendar; other faults stay in the history."""
    if received_on.year > LAST_YEAR:
        raise ImpossibleHistory([Fault(FaultCode.OUT_OF_RANGE, None, None)])
    try:
        history = History(received_on, calendar, counts_receipt_day)
    except NoTermInForce:
        raise ImpossibleHistory([Fault(FaultCode.NO_RULE, None, None)]) from None
    for position, event in enumerate(events):
        history.take(position, event)
    return history
