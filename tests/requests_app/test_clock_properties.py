"""What holds for every lawful history, and the comparison with the simulator."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govportal.workdays import Calendar, is_working_day
from requests_app.clock import ClockKind, DayKind, Event, ImpossibleHistory, fold
from tests.requests_app.clock_histories import FIRST_DAY, random_history, read, real_calendar, shown
from tests.requests_app.clock_simulator import simulate

LAST_DAY = FIRST_DAY + timedelta(days=2300)
CALENDAR_DAYS = st.dates(FIRST_DAY, LAST_DAY)
calendars = st.builds(
    Calendar,
    off=st.frozensets(CALENDAR_DAYS, max_size=80),
    worked=st.frozensets(CALENDAR_DAYS, max_size=80),
    announced=st.just(frozenset(range(2021, 2026))),
) | st.just(real_calendar())
seeds = st.integers(0, 2**32 - 1)
offsets = st.integers(0, 40)


def history_of(seed: int, calendar: Calendar) -> dict[str, Any]:
    return random_history(Random(seed), calendar)  # noqa: S311


def with_event(history: dict[str, Any], *new: dict[str, Any]) -> dict[str, Any]:
    """The history with events put in on their days, after what happened on the same day."""
    events = sorted([*history["events"], *new], key=lambda event: event["on"])
    return {**history, "events": events}


@pytest.mark.parametrize("counts_receipt_day", [False, True])
def test_ten_thousand_histories_agree_with_the_simulator(counts_receipt_day: bool) -> None:
    random, calendar = Random(20260302), real_calendar()  # noqa: S311

    for _ in range(10_000):
        history = random_history(random, calendar)
        reading = read(history, calendar, counts_receipt_day=counts_receipt_day)
        assert shown(reading) == simulate(history, calendar, counts_receipt_day=counts_receipt_day), history


@settings(max_examples=300, deadline=None)
@given(seeds, calendars, st.booleans())
def test_any_calendar_agrees_with_the_simulator(seed: int, calendar: Calendar, counts: bool) -> None:
    history = history_of(seed, calendar)

    assert shown(read(history, calendar, counts_receipt_day=counts)) == simulate(
        history, calendar, counts_receipt_day=counts
    )


@settings(deadline=None)
@given(seeds, calendars)
def test_due_date_is_a_working_day_and_the_last_line_of_the_trace(seed: int, calendar: Calendar) -> None:
    reading = read(history_of(seed, calendar), calendar)

    assert reading.steps[-1].due_on == reading.due_on
    assert reading.due_on is None or is_working_day(reading.due_on, calendar)


@settings(deadline=None)
@given(seeds, calendars, offsets, st.integers(1, 20), st.sampled_from(["extended", "delayed"]))
def test_adding_days_never_shortens(seed: int, calendar: Calendar, offset: int, days: int, kind: str) -> None:
    history = history_of(seed, calendar)
    on = history["received_on"] + timedelta(days=offset)
    before = read(history, calendar).due_on

    try:
        after = read(with_event(history, {"kind": kind, "on": on, "days": days}), calendar).due_on
    except ImpossibleHistory:
        return

    assert (before is None) == (after is None)
    assert before is None or (after is not None and after >= before)


@settings(deadline=None)
@given(seeds, calendars, offsets, st.none() | st.integers(0, 30))
def test_asking_never_shortens(seed: int, calendar: Calendar, offset: int, answered_after: int | None) -> None:
    history = history_of(seed, calendar)
    on = history["received_on"] + timedelta(days=offset)
    new = [{"kind": "third_party_asked", "on": on, "ref": "new"}]
    if answered_after is not None:
        answered_on = on + timedelta(days=answered_after)
        new.append({"kind": "third_party_answered", "on": answered_on, "ref": "new"})
    before = read(history, calendar).due_on

    try:
        after = read(with_event(history, *new), calendar).due_on
    except ImpossibleHistory:
        return

    assert (before is None) == (after is None)
    assert before is None or (after is not None and after >= before)


@settings(deadline=None)
@given(seeds, calendars, offsets)
def test_stopping_never_shortens(seed: int, calendar: Calendar, waits: int) -> None:
    """From any day of the running clock a new start is due no earlier than the old one would have been."""
    history = history_of(seed, calendar)
    history["events"] = [event for event in history["events"] if event["kind"].startswith(("third", "co_"))]
    asked_on = history["received_on"] + timedelta(days=3)
    stop = [
        {"kind": "correction_asked", "on": asked_on},
        {"kind": "corrected", "on": asked_on + timedelta(days=waits)},
    ]
    before = read(history, calendar).due_on
    after = read(with_event(history, *stop), calendar).due_on

    assert before is not None and after is not None and after >= before


@settings(deadline=None)
@given(seeds, calendars, offsets, st.sampled_from(["third_party", "co_agency"]))
def test_asked_and_answered_on_one_day_changes_nothing(seed: int, calendar: Calendar, offset: int, who: str) -> None:
    history = history_of(seed, calendar)
    on = history["received_on"] + timedelta(days=offset)
    new = [{"kind": f"{who}_{verb}", "on": on, "ref": "new"} for verb in ("asked", "answered")]

    try:
        after = read(with_event(history, *new), calendar)
    except ImpossibleHistory:
        return

    assert shown(after) == shown(read(history, calendar))


@settings(deadline=None)
@given(calendars, offsets, st.permutations(["a", "b", "c"]), st.permutations(["a", "b", "c"]), offsets)
def test_order_of_questions_of_one_day_does_not_matter(
    calendar: Calendar, offset: int, asked: list[str], answered: list[str], answered_after: int
) -> None:
    on = FIRST_DAY + timedelta(days=offset)
    answered_on = on + timedelta(days=answered_after)

    def reading(first: list[str], second: list[str]) -> dict[str, Any]:
        events = [Event(ClockKind.THIRD_PARTY_ASKED, on, ref) for ref in first]
        events += [Event(ClockKind.THIRD_PARTY_ANSWERED, answered_on, ref) for ref in second]
        return shown(fold(FIRST_DAY, events, calendar, today=on + timedelta(days=5)))

    assert reading(asked, answered) == reading(sorted(asked), sorted(answered))


@settings(deadline=None)
@given(seeds, calendars)
def test_what_was_read_on_a_day_stays_true(seed: int, calendar: Calendar) -> None:
    """The state of a day does not depend on what happened later."""
    history = history_of(seed, calendar)
    past = {**history, "events": [event for event in history["events"] if event["on"] <= history["today"]]}

    full, known = shown(read(history, calendar)), shown(read(past, calendar))

    assert {**full, "due_on": 0, "provisional": 0} == {**known, "due_on": 0, "provisional": 0}


@settings(max_examples=300, deadline=None)
@given(seeds, calendars, st.booleans())
def test_days_tell_the_same_as_the_fold(seed: int, calendar: Calendar, counts: bool) -> None:
    history = history_of(seed, calendar)
    last_on = max([history["today"], *(event["on"] for event in history["events"])])
    reading = read({**history, "today": last_on}, calendar, counts_receipt_day=counts)

    marks = list(reading.days())

    assert (marks[0].on, marks[0].kind) == (reading.received_on, DayKind.START)
    assert all(b.on - a.on == timedelta(days=1) for a, b in pairwise(marks))
    last_start_on = max(mark.on for mark in marks if mark.kind is DayKind.START)
    numbers = [mark.number for mark in marks if mark.on >= last_start_on and mark.number]
    assert numbers == list(range(1, len(numbers) + 1))
    if marks[-1].on == reading.due_on:
        assert numbers[-1] == reading.limit
    else:
        assert len(numbers) == reading.days_used


def test_kind_of_a_day_says_whether_it_counts() -> None:
    history = {
        "received_on": date(2026, 9, 15),
        "today": date(2026, 11, 5),
        "events": [
            {"kind": "third_party_asked", "on": date(2026, 9, 21), "ref": "a"},
            {"kind": "third_party_answered", "on": date(2026, 10, 9), "ref": "a"},
            {"kind": "extended", "on": date(2026, 10, 27), "days": 10},
        ],
    }

    marks = {mark.on: mark for mark in read(history, real_calendar()).days()}

    kinds = Counter(mark.kind for mark in marks.values())
    assert kinds == {
        DayKind.START: 1, DayKind.COUNTED: 20, DayKind.ADDED: 10, DayKind.SUSPENDED: 8, DayKind.DAY_OFF: 20
    }  # fmt: skip
    assert marks[date(2026, 9, 20)].is_makeup and marks[date(2026, 9, 20)].number == 4
    assert marks[date(2026, 10, 29)].number == 20
    assert (max(marks), marks[max(marks)].number) == (date(2026, 11, 12), 30)
    assert marks[date(2026, 10, 8)].basis == "《政府信息公开条例》第三十三条第三款"
