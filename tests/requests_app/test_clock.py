"""The cases that fix the counting, and what the clock refuses."""

from datetime import date
from typing import Any

import pytest

from requests_app.clock import (
    ClockKind,
    ClockState,
    Event,
    FaultCode,
    ImpossibleHistory,
    StepKey,
    correction_due,
    fold,
    payment_due,
    reasons_against,
    silence_ends,
)
from tests.requests_app.clock_histories import cases, read, real_calendar, shown
from tests.requests_app.clock_simulator import simulate

RECEIVED = date(2026, 3, 2)
DUE = date(2026, 3, 30)


def march(day: int) -> date:
    return date(2026, 3, day)


def faults(*events: Event, received_on: date = RECEIVED) -> list[tuple[int | None, FaultCode]]:
    found = reasons_against(received_on, events, real_calendar())
    return [(fault.position, fault.code) for fault in found]


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["id"]))
def test_case_is_read_as_expected(case: dict[str, Any]) -> None:
    assert shown(read(case, real_calendar())) == case["expect"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["id"]))
def test_simulator_agrees_with_case(case: dict[str, Any]) -> None:
    assert simulate(case, real_calendar()) == case["expect"]


# --- the receipt day ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (date(2026, 3, 2), date(2026, 3, 27)),  # a Monday: one day earlier
        (date(2026, 3, 7), date(2026, 4, 3)),  # a Saturday cannot be the first day
        (date(2026, 2, 14), date(2026, 3, 19)),  # a Saturday worked in exchange can
    ],
)
def test_receipt_day_counts_when_it_is_set_to(received_on: date, due_on: date) -> None:
    reading = fold(received_on, [], real_calendar(), today=received_on, counts_receipt_day=True)

    assert reading.due_on == due_on


def test_day_of_payment_never_counts() -> None:
    events = [Event(ClockKind.FEE_NOTIFIED, march(10)), Event(ClockKind.FEE_PAID, march(18))]

    reading = fold(RECEIVED, events, real_calendar(), today=march(18), counts_receipt_day=True)

    assert (reading.due_on, reading.days_used) == (date(2026, 4, 16), 0)


# --- the end --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ClockKind.ANSWERED, ClockKind.WITHDRAWN])
def test_clock_stands_still_after_the_end(kind: ClockKind) -> None:
    reading = fold(RECEIVED, [Event(kind, march(11))], real_calendar(), today=date(2026, 9, 1))

    assert reading.state is ClockState.ENDED
    assert (reading.days_used, reading.days_left, reading.due_on) == (7, 13, DUE)
    assert (reading.ended_on, reading.is_late) == (march(11), False)


@pytest.mark.parametrize(
    ("answered_on", "is_late"), [(DUE, False), (date(2026, 3, 31), True), (date(2026, 4, 4), True)]
)
def test_answer_is_late_after_the_due_date(answered_on: date, is_late: bool) -> None:
    reading = fold(RECEIVED, [Event(ClockKind.ANSWERED, answered_on)], real_calendar(), today=date(2026, 5, 1))

    assert reading.is_late is is_late


def test_unanswered_request_is_late_on_the_day_off_after_the_due_date() -> None:
    received_on = date(2026, 3, 6)  # due on Friday 3 April, before three days off

    last_day = fold(received_on, [], real_calendar(), today=date(2026, 4, 3))
    day_after = fold(received_on, [], real_calendar(), today=date(2026, 4, 4))

    assert (last_day.is_late, last_day.days_left) == (False, 0)
    assert (day_after.is_late, day_after.days_left) == (True, 0)


def test_answer_that_comes_after_today_is_not_known_yet() -> None:
    reading = fold(RECEIVED, [Event(ClockKind.ANSWERED, march(11))], real_calendar(), today=march(10))

    assert (reading.state, reading.ended_on) == (ClockState.RUNNING, None)


@pytest.mark.parametrize("stop", [ClockKind.CORRECTION_ASKED, ClockKind.FEE_NOTIFIED])
def test_request_lapses_when_what_was_awaited_did_not_come(stop: ClockKind) -> None:
    events = [Event(stop, march(5)), Event(ClockKind.LAPSED, date(2026, 4, 20))]

    reading = fold(RECEIVED, events, real_calendar(), today=date(2026, 5, 1))

    assert (reading.state, reading.due_on, reading.days_used) == (ClockState.ENDED, None, 3)
    assert not reading.is_late


# --- questions, stops, additions ------------------------------------------------------------------------------


def test_answer_after_the_silence_does_not_reopen_what_was_counted() -> None:
    asked = Event(ClockKind.THIRD_PARTY_ASKED, march(4), "a")
    silent = fold(RECEIVED, [asked], real_calendar(), today=date(2026, 4, 1))

    late = Event(ClockKind.THIRD_PARTY_ANSWERED, date(2026, 4, 10), "a")
    answered = fold(RECEIVED, [asked, late], real_calendar(), today=date(2026, 4, 1))

    assert answered.due_on == silent.due_on == date(2026, 4, 21)
    assert answered.steps[-1].is_silent


def test_question_that_outlasts_a_new_start_still_does_not_count() -> None:
    events = [
        Event(ClockKind.THIRD_PARTY_ASKED, march(9), "a"),
        Event(ClockKind.FEE_NOTIFIED, march(10)),
        Event(ClockKind.FEE_PAID, march(12)),
        Event(ClockKind.THIRD_PARTY_ANSWERED, march(18), "a"),
    ]

    reading = fold(RECEIVED, events, real_calendar(), today=march(13))

    assert reading.state is ClockState.SUSPENDED
    assert reading.stopped_since == march(9)
    assert reading.due_on == date(2026, 4, 16)  # 20 after 18 March
    assert [step.key for step in reading.steps[-2:]] == [StepKey.FEE_PAID, StepKey.THIRD_PARTY]


def test_extension_before_a_new_start_is_spent() -> None:
    events = [
        Event(ClockKind.EXTENDED, march(9), days=20),
        Event(ClockKind.FEE_NOTIFIED, march(10)),
        Event(ClockKind.FEE_PAID, march(18)),
    ]

    reading = fold(RECEIVED, events, real_calendar(), today=march(18))

    assert (reading.due_on, reading.limit) == (date(2026, 4, 16), 20)


def test_delay_adds_its_days_beside_an_extension() -> None:
    events = [Event(ClockKind.EXTENDED, march(9), days=20), Event(ClockKind.DELAYED, march(16), days=60)]

    reading = fold(RECEIVED, events, real_calendar(), today=march(20))

    assert (reading.limit, reading.days_left) == (100, 86)


def test_pause_begins_with_the_first_of_questions_without_a_gap() -> None:
    events = [
        Event(ClockKind.THIRD_PARTY_ASKED, march(4), "a"),
        Event(ClockKind.THIRD_PARTY_ANSWERED, march(6), "a"),
        Event(ClockKind.THIRD_PARTY_ASKED, march(10), "b"),
        Event(ClockKind.CO_AGENCY_ASKED, march(12), "c"),
        Event(ClockKind.THIRD_PARTY_ANSWERED, march(13), "b"),
    ]

    reading = fold(RECEIVED, events, real_calendar(), today=march(16))

    assert (reading.state, reading.stopped_since) == (ClockState.SUSPENDED, march(10))


def test_same_question_may_be_put_again_once_answered() -> None:
    asked, answered = ClockKind.THIRD_PARTY_ASKED, ClockKind.THIRD_PARTY_ANSWERED

    assert faults(Event(asked, march(4)), Event(answered, march(5)), Event(asked, march(6))) == []


# --- what cannot be -------------------------------------------------------------------------------------------

_K, _C = ClockKind, FaultCode


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([Event(_K.CORRECTED, march(4))], (0, _C.NOT_ASKED)),
        ([Event(_K.FEE_PAID, march(4))], (0, _C.NOT_ASKED)),
        ([Event(_K.LAPSED, march(4))], (0, _C.NOT_ASKED)),
        ([Event(_K.FEE_NOTIFIED, march(4)), Event(_K.CORRECTED, march(5))], (1, _C.NOT_ASKED)),
        ([Event(_K.THIRD_PARTY_ANSWERED, march(4), "a")], (0, _C.NOT_ASKED)),
        ([Event(_K.THIRD_PARTY_ASKED, march(4), "a"), Event(_K.CO_AGENCY_ANSWERED, march(5), "a")], (1, _C.NOT_ASKED)),
        ([Event(_K.THIRD_PARTY_ASKED, march(4), "a"), Event(_K.THIRD_PARTY_ASKED, march(5), "a")], (1, _C.TWICE)),
        ([Event(_K.CO_AGENCY_ASKED, march(4), delivered_on=march(3))], (0, _C.DELIVERED_EARLY)),
        (
            [Event(_K.CORRECTION_ASKED, march(4)), Event(_K.CORRECTED, march(5)), Event(_K.CORRECTION_ASKED, march(6))],
            (2, _C.TWICE),
        ),
        (
            [Event(_K.FEE_NOTIFIED, march(4)), Event(_K.FEE_PAID, march(5)), Event(_K.FEE_NOTIFIED, march(6))],
            (2, _C.TWICE),
        ),
        ([Event(_K.FEE_NOTIFIED, march(4)), Event(_K.CORRECTION_ASKED, march(5))], (1, _C.STANDS_STILL)),
        ([Event(_K.CORRECTION_ASKED, march(4)), Event(_K.EXTENDED, march(5), days=5)], (1, _C.STANDS_STILL)),
        ([Event(_K.EXTENDED, march(4), days=5), Event(_K.EXTENDED, march(5), days=5)], (1, _C.TWICE)),
        ([Event(_K.EXTENDED, march(4), days=21)], (0, _C.WRONG_DAYS)),
        ([Event(_K.EXTENDED, march(4), days=0)], (0, _C.WRONG_DAYS)),
        ([Event(_K.EXTENDED, march(4))], (0, _C.WRONG_DAYS)),
        ([Event(_K.DELAYED, march(4), days=251)], (0, _C.WRONG_DAYS)),
        ([Event(_K.EXTENDED, march(31), days=5)], (0, _C.AFTER_DUE)),
        ([Event(_K.DELAYED, march(31), days=5)], (0, _C.AFTER_DUE)),
        ([Event(_K.CORRECTION_ASKED, march(31))], (0, _C.AFTER_DUE)),
        ([Event(_K.FEE_NOTIFIED, march(31))], (0, _C.AFTER_DUE)),
        ([Event(_K.ANSWERED, date(2026, 3, 1))], (0, _C.BEFORE_RECEIPT)),
        ([Event(_K.EXTENDED, march(9), days=5), Event(_K.ANSWERED, march(8))], (1, _C.OUT_OF_ORDER)),
        ([Event(_K.ANSWERED, march(9)), Event(_K.EXTENDED, march(9), days=5)], (1, _C.AFTER_END)),
        ([Event(_K.WITHDRAWN, march(9)), Event(_K.ANSWERED, march(10))], (1, _C.AFTER_END)),
        ([Event(_K.ANSWERED, date(9999, 12, 31))], (0, _C.OUT_OF_RANGE)),
        ([Event(_K.CO_AGENCY_ASKED, march(9), delivered_on=date(9999, 12, 31))], (0, _C.OUT_OF_RANGE)),
    ],
    ids=str,
)
def test_impossible_event_is_named(events: list[Event], found: tuple[int, FaultCode]) -> None:
    assert faults(*events) == [found]


@pytest.mark.parametrize(
    ("received_on", "code"),
    [
        (date(2019, 5, 14), FaultCode.NO_RULE),
        (date(1, 1, 1), FaultCode.NO_RULE),
        (date(9999, 12, 31), FaultCode.OUT_OF_RANGE),
    ],
)
def test_receipt_without_law_or_calendar_is_refused(received_on: date, code: FaultCode) -> None:
    assert faults(received_on=received_on) == [(None, code)]


def test_fee_before_the_measure_on_fees_is_refused() -> None:
    fee = Event(ClockKind.FEE_NOTIFIED, date(2020, 12, 31))

    assert faults(fee, received_on=date(2020, 12, 28)) == [(0, FaultCode.NO_RULE)]


def test_every_fault_is_found_at_once() -> None:
    events = [
        Event(ClockKind.CORRECTED, march(4)),
        Event(ClockKind.EXTENDED, march(5), days=5),
        Event(ClockKind.EXTENDED, march(6), days=30),
        Event(ClockKind.ANSWERED, march(9)),
        Event(ClockKind.WITHDRAWN, march(10)),
    ]

    assert [position for position, _code in faults(*events)] == [0, 2, 4]


def test_impossible_history_says_which_event_and_which_rule() -> None:
    with pytest.raises(
        ImpossibleHistory, match=r"event 1, extended on 2026-03-31: after_due \[2026-03-30\] .*第三十三条"
    ):
        fold(RECEIVED, [Event(ClockKind.EXTENDED, march(31), days=5)], real_calendar(), today=march(31))


# --- deadlines of the steps -----------------------------------------------------------------------------------


def test_correction_is_asked_within_seven_working_days() -> None:
    deadline = correction_due(date(2026, 2, 12), real_calendar())  # Spring Festival, and two days worked for it

    assert (deadline.due_on, deadline.days, deadline.basis) == (date(2026, 2, 28), 7, "《政府信息公开条例》第三十条")


@pytest.mark.parametrize(
    ("event", "due_on", "article"),
    [
        (Event(ClockKind.THIRD_PARTY_ASKED, march(4), delivered_on=march(9)), march(30), "第三十二条"),
        (Event(ClockKind.CO_AGENCY_ASKED, march(4)), march(25), "第三十四条"),
    ],
)
def test_silence_ends_fifteen_working_days_after_delivery(event: Event, due_on: date, article: str) -> None:
    deadline = silence_ends(event, real_calendar())

    assert (deadline.due_on, deadline.basis) == (due_on, f"《政府信息公开条例》{article}")


def test_fee_is_paid_within_twenty_working_days_of_the_notice() -> None:
    deadline = payment_due(march(10), real_calendar())

    assert (deadline.due_on, "国办函〔2020〕109号" in deadline.basis) == (date(2026, 4, 8), True)
