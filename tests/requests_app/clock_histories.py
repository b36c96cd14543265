"""Cases from the file, and random histories that the law allows, in its shape with dates as dates."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from chinese_calendar import constants

from govportal.workdays import Calendar, add_working_days
from requests_app.clock import ClockKind, Event, Reading, fold

CASES_FILE = Path(__file__).parent / "clock_cases.jsonl"
FIRST_DAY = date(2021, 1, 4)


@cache
def real_calendar() -> Calendar:
    """The notices of the State Council up to 2026, as the installed package has them."""
    return Calendar(
        off=frozenset(constants.holidays),
        worked=frozenset(constants.workdays),
        announced=frozenset(range(2004, 2027)),
    )


def cases() -> list[dict[str, Any]]:
    return list(_cases())


def _cases() -> Iterator[dict[str, Any]]:
    for line in CASES_FILE.read_text().splitlines():
        case = json.loads(line)
        for key in ("received_on", "today"):
            case[key] = date.fromisoformat(case[key])
        for event in case["events"]:
            for key in ("on", "delivered_on"):
                if key in event:
                    event[key] = date.fromisoformat(event[key])
        due_on = case["expect"]["due_on"]
        case["expect"]["due_on"] = due_on and date.fromisoformat(due_on)
        yield case


def as_events(history: dict[str, Any]) -> list[Event]:
    return [Event(**{**event, "kind": ClockKind(event["kind"])}) for event in history["events"]]


def read(history: dict[str, Any], calendar: Calendar, *, counts_receipt_day: bool = False) -> Reading:
    return fold(
        history["received_on"],
        as_events(history),
        calendar,
        today=history["today"],
        counts_receipt_day=counts_receipt_day,
    )


def shown(reading: Reading) -> dict[str, Any]:
    return {
        "due_on": reading.due_on,
        "state": reading.state.value,
        "days_used": reading.days_used,
        "days_left": reading.days_left,
        "provisional": reading.is_provisional,
    }


def random_history(random: Random, calendar: Calendar) -> dict[str, Any]:
    """Stops, questions, additions and an end, each maybe; everything lawful, nothing likely."""
    received_on = day_0 = FIRST_DAY + timedelta(days=random.randrange(2300))
    events: list[dict[str, Any]] = []
    stops = [("correction_asked", "corrected"), ("fee_notified", "fee_paid")]
    random.shuffle(stops)
    for asked, ended in stops[: random.choice((0, 0, 1, 1, 2))]:
        asked_on = min(day_0 + timedelta(days=random.randrange(25)), add_working_days(day_0, 19, calendar))
        events.append({"kind": asked, "on": asked_on})
        if random.random() < 0.15:
            day_0 = asked_on
            break
        day_0 = asked_on + timedelta(days=random.choice((0, 1, 3, 8, 20)))
        events.append({"kind": ended, "on": day_0})
    is_stopped = bool(events) and events[-1]["kind"] in {"correction_asked", "fee_notified"}
    if not is_stopped:
        events += _additions(random, day_0, calendar)
    events += _questions(random, received_on, day_0)
    # Of one day, starts and stops keep their order, and an answer follows its question.
    events = [event for _, event in sorted(enumerate(events), key=lambda pair: (pair[1]["on"], pair[0]))]
    if random.random() < 0.3:
        last_on = max([received_on, *(event["on"] for event in events)])
        kind = random.choice(("answered", "withdrawn", "lapsed") if is_stopped else ("answered", "withdrawn"))
        events.append({"kind": kind, "on": last_on + timedelta(days=random.randrange(15))})
    today = received_on + timedelta(days=random.randrange(90))
    return {"received_on": received_on, "events": events, "today": today}


def _additions(random: Random, day_0: date, calendar: Calendar) -> Iterator[dict[str, Any]]:
    last_on = add_working_days(day_0, 19, calendar)
    for kind, most in (("extended", 20), ("delayed", 60)):
        if random.random() < 0.35:
            on = min(day_0 + timedelta(days=random.randrange(35)), last_on)
            yield {"kind": kind, "on": on, "days": random.randint(1, most)}


def _questions(random: Random, received_on: date, day_0: date) -> Iterator[dict[str, Any]]:
    for ref in range(random.choice((0, 0, 1, 2, 3, 4))):
        kind = random.choice(("third_party", "co_agency"))
        asked_on = random.choice((received_on, day_0)) + timedelta(days=random.randrange(40))
        asked: dict[str, Any] = {"kind": f"{kind}_asked", "on": asked_on, "ref": str(ref)}
        if random.random() < 0.3:
            asked["delivered_on"] = asked_on + timedelta(days=random.randrange(8))
        yield asked
        if random.random() < 0.6:
            answered_on = asked_on + timedelta(days=random.choice((0, 1, 4, 9, 14, 40)))
            yield {"kind": f"{kind}_answered", "on": answered_on, "ref": str(ref)}
