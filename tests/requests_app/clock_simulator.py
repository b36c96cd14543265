"""The clock a second time, slowly: it lives through every calendar day. Shares no code with requests_app/clock.py."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from govportal.workdays import Calendar, is_working_day

ONE_DAY = timedelta(days=1)


@dataclass
class Question:
    delivered_on: date
    days_silent: int = 0


@dataclass
class Simulation:
    """The state of a request as the days pass; `seen` is what it was at the end of `today`."""

    calendar: Calendar
    counts_receipt_day: bool
    counted: int = 0
    limit: int = 20
    due_on: date | None = None
    waits_for: str = ""
    stopped_on: date | None = None
    is_over: bool = False
    questions: dict[tuple[str, str], Question] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)

    def live(self, day: date, events: Iterable[Mapping[str, Any]], *, is_day_0: bool) -> None:
        is_worked = is_working_day(day, self.calendar)
        is_asking = bool(self.questions)
        if not is_day_0 and is_worked and not is_asking and not self.waits_for:
            self.counted += 1
        if is_day_0 and is_worked and self.counts_receipt_day:
            self.counted = 1
        for event in events:
            self.happen(event, day, is_worked=is_worked, was_asking=is_asking)
        for name, question in list(self.questions.items()):
            if is_worked and day > question.delivered_on:
                question.days_silent += 1
                if question.days_silent == 15:
                    del self.questions[name]
        if self.waits_for or self.counted < self.limit:
            self.due_on = None
        elif self.due_on is None:
            self.due_on = day

    def happen(self, event: Mapping[str, Any], day: date, *, is_worked: bool, was_asking: bool) -> None:
        kind, name = event["kind"], (event["kind"].rpartition("_")[0], event.get("ref", ""))
        match kind:
            case "third_party_asked" | "co_agency_asked":
                self.questions[name] = Question(event.get("delivered_on") or day)
            case "third_party_answered" | "co_agency_answered":
                self.questions.pop(name, None)
            case "correction_asked" | "fee_notified":
                self.waits_for, self.stopped_on = kind, day
            case "corrected" | "fee_paid":
                self.waits_for, self.limit, self.due_on = "", 20, None
                counts_today = self.counts_receipt_day and is_worked and kind == "corrected" and not was_asking
                self.counted = int(counts_today)
            case "extended" | "delayed":
                self.limit += event["days"]
                self.due_on = None
            case _:
                self.is_over = True

    def state(self) -> str:
        if self.is_over:
            return "ended"
        if self.waits_for:
            return {"correction_asked": "awaiting_correction", "fee_notified": "awaiting_payment"}[self.waits_for]
        return "suspended" if self.questions else "running"

    def see(self) -> None:
        self.seen = {"state": self.state(), "days_used": self.counted, "days_left": self.limit - self.counted}


def simulate(history: Mapping[str, Any], calendar: Calendar, *, counts_receipt_day: bool = False) -> dict[str, Any]:
    """What the README of the cases calls `expect`, for a history of the same shape with dates as dates."""
    simulation = Simulation(calendar, counts_receipt_day)
    day, today, events = history["received_on"], history["today"], history["events"]
    last_event_on = max((event["on"] for event in events), default=day)
    while True:
        on_this_day = [event for event in events if event["on"] == day]
        was_over = simulation.is_over
        simulation.live(day, on_this_day, is_day_0=day == history["received_on"])
        is_now_over = simulation.is_over and not was_over
        if is_now_over and day <= today:
            simulation.see()  # nothing moves any more
        if day == today and not simulation.is_over:
            simulation.see()
        is_settled = simulation.due_on is not None or bool(simulation.waits_for)
        if day >= today and day >= last_event_on and is_settled:
            break
        day += ONE_DAY
    due_on = simulation.due_on
    until = due_on or simulation.stopped_on or last_event_on
    years = range(history["received_on"].year, until.year + 1)
    is_provisional = any(year not in calendar.announced for year in years)
    return {"due_on": due_on, **simulation.seen, "provisional": is_provisional}
