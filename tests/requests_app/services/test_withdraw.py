"""撤回: from every open state, by the applicant or on paper, and what waited ends with it."""

from datetime import UTC, date, datetime
from functools import partial

import pytest
from pytest_django import Settings

from govportal.models import Notice
from requests_app.clock import ClockKind
from requests_app.enums import CLOSED_STATES, OPEN_STATES, Channel, DecisionState, Outcome, ReceiptBasis, State
from requests_app.models import InformationRequest
from requests_app.services import decide, intake, withdraw
from tests.factories import make_agency, make_officer
from tests.factories.requests import (
    AT,
    TODAY,
    ask_party,
    file_request,
    make_person,
    make_wanted,
    officer_of,
    releaser_of,
    request_in,
    submit_decision,
)
from tests.requests_app.services.invariants import (
    assert_consistent,
    assert_says_nothing_personal,
    refusal,
    refused_without_a_trace,
)

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 3, 6, 2, tzinfo=UTC)


@pytest.mark.parametrize("state", OPEN_STATES)
def test_applicant_takes_back_from_every_open_state(state: State) -> None:
    row = request_in(state)

    event = withdraw.withdraw(row.pk, actor=None, at=LATER)

    row = assert_consistent(row)
    assert (row.state, row.outcome, row.reply_kind, row.closed_on) == (
        State.WITHDRAWN, Outcome.R6_3, "", date(2026, 3, 6),
    )  # fmt: skip
    assert (event.by_applicant, event.actor, event.from_state) == (True, None, state)
    assert row.clock_events.filter(kind=ClockKind.WITHDRAWN.value).count() == 1
    assert_says_nothing_personal(row)


@pytest.mark.parametrize("state", CLOSED_STATES)
def test_closed_case_is_not_taken_back(state: State) -> None:
    row = request_in(state)

    words = refused_without_a_trace(row, partial(withdraw.withdraw, row.pk, actor=None, at=LATER))

    assert words == [f"申请的状态是“{state.label}”，不能申请人撤回。"]


def test_officer_tells_the_applicant_told_the_applicant_tells_the_office() -> None:
    by_officer, by_applicant = request_in(State.IN_REVIEW), request_in(State.IN_REVIEW)
    for row in (by_officer, by_applicant):
        officer = officer_of(row.agency)
        type(officer).objects.filter(pk=officer.pk).update(email=f"officer-{row.pk}@county.example")
    Notice.objects.all().delete()

    withdraw.withdraw(by_officer.pk, actor=officer_of(by_officer.agency), at=LATER, note="来电撤回")
    withdraw.withdraw(by_applicant.pk, actor=None, at=LATER)

    assert {notice.address: notice.subject for notice in Notice.objects.all()} == {
        by_officer.applicant.email: f"您的申请 {by_officer.number} 已登记为撤回，不再办理。",
        f"officer-{by_applicant.pk}@county.example": f"申请人已撤回：{by_applicant.number}",
    }
    assert_says_nothing_personal(by_officer, "来电撤回")


def test_officer_says_how_it_was_taken_back() -> None:
    row = request_in(State.IN_REVIEW)
    record = partial(withdraw.withdraw, row.pk, actor=officer_of(row.agency), at=LATER)

    assert refused_without_a_trace(row, partial(record, note=" ")) == ["须写明申请人怎样撤回（来电、来信、当面）。"]
    record(note="来信", on=date(2026, 3, 4))
    row = assert_consistent(row)
    assert (row.closed_on, row.events.last().note) == (date(2026, 3, 4), "来信")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("day", "reason"),
    [(date(2026, 3, 7), "日期不能晚于今天。"), (date(2026, 3, 1), "日期不能早于收到申请的日期 2026-03-02。")],
)
def test_day_that_cannot_be_is_refused(day: date, reason: str) -> None:
    row = request_in(State.IN_REVIEW)
    record = partial(withdraw.withdraw, row.pk, actor=officer_of(row.agency), at=LATER, note="来信", on=day)

    assert refused_without_a_trace(row, record) == [reason]


def test_day_before_a_step_that_was_taken_since_is_refused() -> None:
    row = request_in(State.IN_REVIEW)
    ask_party(row, at=LATER)
    record = partial(
        withdraw.withdraw, row.pk, actor=officer_of(row.agency), at=LATER, note="来信", on=date(2026, 3, 4)
    )

    words = refused_without_a_trace(row, record)

    assert len(words) == 1 and "办理已于2026年3月4日结束" in words[0]


def test_what_waits_to_be_signed_ends() -> None:
    row = request_in(State.IN_REVIEW)
    decision = submit_decision(row)

    withdraw.withdraw(row.pk, actor=None, at=LATER)

    decision.refresh_from_db()
    assert (decision.state, decision.decided_by, decision.decided_at) == (
        DecisionState.DROPPED, decision.drafted_by, LATER,
    )  # fmt: skip
    words = refusal(lambda: decide.release(decision.pk, seen=decision.digest, actor=releaser_of(row.agency), at=LATER))
    assert words == ["这一决定的状态是“已作废”。"]
    assert_consistent(row)


# --- before anybody has confirmed it ------------------------------------------------------------


def test_unconfirmed_web_request_counts_as_received_on_the_day_it_came(settings: Settings) -> None:
    settings.REQUEST_PORTAL_CONFIRMS_RECEIPT = False
    row = file_request().request

    withdraw.withdraw(row.pk, actor=None, at=LATER)

    row = assert_consistent(row)
    assert (row.received_on, row.receipt_basis, row.closed_on) == (TODAY, ReceiptBasis.CONFIRMED, date(2026, 3, 6))


def unconfirmed_mail() -> InformationRequest:
    agency = make_agency()
    arrival = intake.Arrival(channel=Channel.MAIL, basis=ReceiptBasis.CONFIRMED, received_on=None)
    return intake.enter(make_person(), make_wanted(agency), arrival, actor=make_officer(agency), at=AT).request


def test_unconfirmed_letter_taken_back_before_it_was_entered_was_received_by_then() -> None:
    row = unconfirmed_mail()

    withdraw.withdraw(row.pk, actor=officer_of(row.agency), at=AT, note="来电", on=date(2026, 2, 27))

    row = assert_consistent(row)
    assert (row.received_on, row.closed_on) == (date(2026, 2, 27), date(2026, 2, 27))


def test_unconfirmed_letter_is_not_taken_back_before_the_law() -> None:
    row = unconfirmed_mail()
    record = partial(withdraw.withdraw, row.pk, actor=officer_of(row.agency), at=AT, note="来电", on=date(2019, 5, 14))

    words = refused_without_a_trace(row, record)

    assert len(words) == 1 and words[0].startswith("收到申请的日期早于2019年5月15日")
