"""The one writer: clock and state in step, steps recorded late in their place, and calendars that change."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from govportal.calendar import load_calendar
from govportal.models import AuditEvent, Holiday, HolidayYear
from requests_app import clock
from requests_app.clock import ClockKind
from requests_app.enums import Action, DecisionKind, FeeMode, State
from requests_app.models import ClockEvent, InformationRequest
from requests_app.services import charge, procedure, triage
from tests.factories import make_agency, make_officer, make_request
from tests.factories.requests import (
    AT,
    TODAY,
    ask_party,
    bring_to,
    file_request,
    hear_party,
    make_proposal,
    officer_of,
    release_decision,
    request_in,
)
from tests.requests_app.services.invariants import assert_consistent, refused_without_a_trace

pytestmark = pytest.mark.django_db


def on(day: date) -> datetime:
    """Ten o'clock in Beijing."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def announce(year: int, **days: bool) -> None:
    """The holiday notice of a year: m1d4=True is a day off, False a day worked."""
    notice = HolidayYear.objects.create(year=year, source="测试通知")
    for name, is_off in days.items():
        month, day = map(int, name.removeprefix("m").split("d"))
        Holiday.objects.create(date=date(year, month, day), name="测试", is_off=is_off, notice=notice)


# --- what a step leaves -----------------------------------------------------------------------------


def test_step_is_one_event_one_audit_row_and_the_projection_of_the_clock() -> None:
    row = request_in(State.REGISTERED)
    before = AuditEvent.objects.count()

    event = triage.begin_review(row.pk, actor=officer_of(row.agency), at=AT)

    assert (event.from_state, event.to_state, event.at, event.on) == (State.REGISTERED, State.IN_REVIEW, AT, TODAY)
    trail = AuditEvent.objects.latest("pk")
    assert AuditEvent.objects.count() == before + 1
    assert (trail.action, trail.subject_name, trail.agency_id) == ("request.begin_review", row.number, row.agency_id)
    assert (trail.before, trail.after) == (
        {"state": "registered", "due_on": "2026-03-30"},
        {"state": "in_review", "due_on": "2026-03-30", "on": "2026-03-02"},
    )


def test_step_costs_the_same_however_long_the_history() -> None:
    short, long = request_in(State.REGISTERED), request_in(State.REGISTERED)
    for number in range(20):
        ClockEvent.objects.create(
            request=long, kind=ClockKind.CO_AGENCY_ASKED.value, on=TODAY, ref=f"{number}", recorded_at=AT
        )
    costs = []
    for row in (short, long):
        officer = officer_of(row.agency)
        with CaptureQueriesContext(connection) as queries:
            triage.begin_review(row.pk, actor=officer, at=AT)
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 20


def test_reasons_are_spoken_in_the_language_of_whoever_asks_and_kept_in_chinese() -> None:
    row = request_in(State.REGISTERED)
    with translation.override("en"):
        triage.begin_review(row.pk, actor=officer_of(row.agency), at=AT)

    assert str(row.events.last()) == f"{row.pk} 转入办理"


def test_reading_of_what_is_not_received_yet_is_none() -> None:
    row = make_request(received_on=None)

    assert procedure.reading(row, load_calendar(), TODAY) is None
    fact = clock.Event(ClockKind.WITHDRAWN, TODAY)
    assert procedure.clock_faults(row, [fact], load_calendar()) == ["还没有确定收到申请的日期。"]
    assert procedure.clock_faults(row, [], load_calendar()) == []


def test_move_refuses_a_fact_the_law_does_not_allow_and_writes_nothing() -> None:
    row = request_in(State.IN_REVIEW)
    fact = clock.Event(ClockKind.FEE_PAID, TODAY)

    def move() -> object:
        return procedure.move(row, Action.EXTEND, actor=officer_of(row.agency), at=AT, on=TODAY, facts=[fact])

    words = refused_without_a_trace(row, move)

    assert len(words) == 1 and words[0].startswith("缴费（2026年3月2日）")


# --- steps recorded late ----------------------------------------------------------------------------


def test_answer_recorded_after_an_extension_takes_its_place_before_it() -> None:
    row = request_in(State.IN_REVIEW)
    inquiry = ask_party(row)
    release_decision(row, make_proposal(kind=DecisionKind.EXTENSION, days=5), at=on(date(2026, 3, 9)))

    hear_party(inquiry, at=on(date(2026, 3, 10)), answered_on=date(2026, 3, 4))

    row = assert_consistent(row)
    assert [event.kind for event in row.clock_events.all()] == [
        "third_party_asked", "third_party_answered", "extended",
    ]  # fmt: skip
    assert (row.state, row.due_on) == (State.EXTENDED, date(2026, 4, 9))


def test_voided_event_counts_for_nothing() -> None:
    row = request_in(State.EXTENDED)
    ClockEvent.objects.filter(request=row).update(voided_at=AT, void_reason="登记有误")

    assert procedure.standing(row).is_extended is False
    reading = procedure.reading(row, load_calendar(), TODAY)
    assert reading and reading.due_on == date(2026, 3, 30)


# --- calendars that change ----------------------------------------------------------------------------


def at_the_turn_of_the_year() -> tuple[InformationRequest, datetime]:
    """Received so that the last day is the provisional 6 January 2027."""
    row = bring_to(State.IN_REVIEW, file_request(at=on(date(2026, 12, 9))).request, at=on(date(2026, 12, 9)))
    assert row.due_on and row.is_provisional
    return row, on(row.due_on)


def test_extension_made_in_time_stands_when_a_notice_moves_the_last_day_before_it() -> None:
    row, last_day = at_the_turn_of_the_year()
    release_decision(row, make_proposal(kind=DecisionKind.EXTENSION, days=10), at=last_day)
    row.refresh_from_db()
    extended_to = row.due_on
    saturdays = {"m1d2": False, "m1d3": False}  # worked in exchange: the last day was two days earlier

    announce(2027, **saturdays)

    found = procedure.reading(row, load_calendar(), last_day.date())
    assert found and found.due_on and extended_to
    assert found.limit == 30 and found.due_on < extended_to
    triage.assign(row.pk, make_officer(row.agency), actor=officer_of(row.agency), at=last_day)
    assert assert_consistent(row).due_on == found.due_on


def test_charge_made_in_time_stands_too_and_the_case_goes_on() -> None:
    row, last_day = at_the_turn_of_the_year()
    officer = officer_of(row.agency)
    charge.notify(row.pk, charge.Demand(mode=FeeMode.BY_VOLUME, quantity=99), actor=officer, at=last_day)

    announce(2027, m1d2=False, m1d3=False)
    charge.record_payment(row.pk, actor=officer, at=last_day)

    assert assert_consistent(row).state == State.IN_REVIEW
    triage.assign(row.pk, make_officer(row.agency), actor=officer, at=last_day)
    assert_consistent(row)


def test_history_that_is_wrong_in_another_way_is_not_made_up() -> None:
    row = make_request(state=State.IN_REVIEW)
    ClockEvent.objects.create(request=row, kind=ClockKind.FEE_PAID.value, on=TODAY, recorded_at=AT)

    with pytest.raises(clock.ImpossibleHistory):
        procedure.reading(row, load_calendar(), TODAY)


def test_old_fault_of_a_history_is_not_held_against_the_next_step() -> None:
    row = make_request(state=State.IN_REVIEW, agency=make_agency())
    ClockEvent.objects.create(request=row, kind=ClockKind.FEE_PAID.value, on=TODAY, recorded_at=AT)

    faults = procedure.clock_faults(row, [clock.Event(ClockKind.WITHDRAWN, TODAY)], load_calendar())
    twice = procedure.clock_faults(row, [clock.Event(ClockKind.CORRECTED, TODAY)], load_calendar())

    assert faults == [] and len(twice) == 1


def test_check_raises_every_reason() -> None:
    procedure.check([])
    with pytest.raises(ValidationError) as caught:
        procedure.check(["一", "二"])

    assert caught.value.messages == ["一", "二"]
