"""Histories as JSON, one a line: id, received_on, today, events, each with kind, on, ref, days, delivered_on. Pure.

Other keys are ignored. `today` may be left out where the reader knows it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from requests_app.clock import ClockKind, Event
from requests_app.clock_events import LAST_YEAR

MAX_EVENTS = 1000  # of one request; no real one has a hundred
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class UnreadableRecord(ValueError):
    """A line that is no history; the message names the field and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Record:
    """`id` as it was given, if it is a text or a number; events in the order given."""

    id: str | int | None
    received_on: date
    today: date | None
    events: list[Event]


def parse(line: str) -> Record:
    """Raises UnreadableRecord, and nothing else, for whatever is no history."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableRecord(f"not JSON: {str(error)[:100]}") from None
    if not isinstance(fields, dict):
        raise UnreadableRecord("not a JSON object")
    events = fields.get("events", [])
    if not isinstance(events, list) or len(events) > MAX_EVENTS:
        raise UnreadableRecord(f"events: not a list of at most {MAX_EVENTS}")
    name, received_on = fields.get("id"), _day(fields, "received_on")
    today = _day(fields, "today") if fields.get("today") is not None else None
    if today and not received_on <= today <= date(LAST_YEAR, 12, 31):
        raise UnreadableRecord(f"today {today} lies before the receipt or beyond {LAST_YEAR}")
    return Record(
        id=name if isinstance(name, str | int) and not isinstance(name, bool) else None,
        received_on=received_on,
        today=today,
        events=[_event(event, f"event {number}") for number, event in enumerate(events, 1)],
    )


def _event(fields: Any, where: str) -> Event:
    if not isinstance(fields, dict):
        raise UnreadableRecord(f"{where}: not a JSON object")
    kind, ref, days = fields.get("kind"), fields.get("ref", ""), fields.get("days")
    if not isinstance(kind, str) or kind not in ClockKind:
        raise UnreadableRecord(f"{where}: kind {_shown(kind)} is unknown")
    if isinstance(ref, bool) or not isinstance(ref, str | int):
        raise UnreadableRecord(f"{where}: ref {_shown(ref)} is neither text nor number")
    if days is not None and (isinstance(days, bool) or not isinstance(days, int)):
        raise UnreadableRecord(f"{where}: days {_shown(days)} is no whole number")
    delivered_on = _day(fields, "delivered_on", f"{where}: ") if fields.get("delivered_on") is not None else None
    return Event(ClockKind(kind), _day(fields, "on", f"{where}: "), str(ref), days, delivered_on)


def _day(fields: Mapping[str, Any], key: str, where: str = "") -> date:
    value = fields.get(key)
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise UnreadableRecord(f"{where}{key} {_shown(value)} is no date YYYY-MM-DD")


def _shown(value: Any) -> str:
    """A short, printable form of whatever was given."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**20:
        return "a number of many digits"
    return ascii(value)[:60]
