"""依申请公开、复议诉讼、投诉举报、留言纠错、整改: what came in from people, and what was done about it."""

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest

from disclosure.enums import Audience, RectificationState
from evaluation.indicators import Span
from govportal.models import Agency
from requests_app.complaint_enums import (
    ENDED_COMPLAINTS,
    ComplaintChannel,
    ComplaintGround,
    ComplaintResult,
    ComplaintState,
    OtherPath,
)
from requests_app.enums import AppealResult, AppealRoute, State
from requests_app.feedback_enums import FeedbackKind, FeedbackState
from requests_app.models import Complaint, InformationRequest
from tests.evaluation.indicators.reading import EVE, FIRST, HALF_YEAR, LAST, MORROW, days, found, of
from tests.factories import make_agency, make_item, make_request, make_user
from tests.factories.complaints import make_accused
from tests.factories.feedback import make_feedback
from tests.factories.obligations import noon
from tests.factories.registers import make_rectification
from tests.factories.request_rows import make_appeal

pytestmark = pytest.mark.django_db
_numbers = count(1)


# --- 依申请公开 -----------------------------------------------------------------------------------------------------


def asked(agency: Agency, due_on: date | None, closed_on: date | None = None, **values: Any) -> InformationRequest:
    state = values.pop("state", State.REPLIED if closed_on else State.IN_REVIEW)
    closed: dict[str, Any] = {"closed_on": closed_on} if closed_on else {}
    return make_request(agency=agency, state=state, received_on=date(2025, 12, 1), due_on=due_on, **closed, **values)


def test_request_counts_on_the_day_of_its_answer_or_on_its_last_day_whichever_came_first() -> None:
    agency = make_agency()
    on_time = asked(agency, LAST, LAST)
    asked(agency, MORROW, FIRST)  # answered in the period, due after it
    asked(agency, LAST, MORROW)
    asked(agency, FIRST)
    asked(agency, EVE, FIRST)  # its last day was in the period before
    asked(agency, MORROW, EVE)
    asked(agency, MORROW, MORROW)
    asked(agency, None, state=State.CORRECTION_ASKED)
    asked(agency, None, LAST)  # out of a ledger
    asked(agency, LAST, LAST, state=State.WITHDRAWN)
    asked(agency, date(2026, 6, 29), LAST, state=State.WITHDRAWN)
    asked(make_agency(), LAST, LAST)

    cases = of(agency, "requests_on_time")

    assert sorted(days(cases)) == [
        ("01-01", "", 0), ("06-29", "06-30", 0), ("06-30", "06-30", 1), ("06-30", "07-01", 0), ("07-01", "01-01", 1),
    ]  # fmt: skip
    assert on_time.number in {case.key for case in cases}
    assert {(case.title, case.address) for case in cases} == {("依申请公开申请", "")}


def test_request_is_looked_at_as_it_stood_on_the_day_of_measuring() -> None:
    agency, day = make_agency(), date(2026, 6, 15)
    asked(agency, day)  # its last day is not over
    asked(agency, LAST, date(2026, 6, 20))
    asked(agency, date(2026, 6, 14), date(2026, 6, 16))
    asked(agency, LAST, day)
    asked(agency, date(2026, 6, 14), date(2026, 6, 16), state=State.WITHDRAWN)

    assert days(of(agency, "requests_on_time", replace(HALF_YEAR, as_of=day))) == [
        ("06-14", "", 0), ("06-14", "", 0), ("06-30", "06-15", 1),
    ]  # fmt: skip


def test_reviews_and_suits_decided_in_the_period_are_faults_where_they_went_against_us() -> None:
    agency = make_agency()
    for closed_on, result in (
        (FIRST, AppealResult.CORRECTED), (LAST, AppealResult.UPHELD), (LAST, AppealResult.OTHER),
        (EVE, AppealResult.CORRECTED), (MORROW, AppealResult.CORRECTED),
    ):  # fmt: skip
        make_appeal(agency=agency, filed_on=date(2025, 11, 3), closed_on=closed_on, result=result)
    make_appeal(agency=agency, filed_on=LAST, route=AppealRoute.DIRECT)

    cases = of(agency, "requests_corrected")

    assert [(case.title, case.fault, case.earned) for case in cases] == [
        ("行政复议", "结果纠正", 0), ("行政复议", "", 1), ("行政复议", "", 1),
    ]  # fmt: skip
    assert {case.done_on + case.due_on + case.address for case in cases} == {""}
    assert of(agency, "requests_corrected", replace(HALF_YEAR, as_of=date(2026, 6, 29))) == cases[:1]


# --- 投诉举报 -------------------------------------------------------------------------------------------------------


_CLOSED, _ANSWERED = ComplaintState.CLOSED, ComplaintState.ANSWERED


def complained(agency: Agency, day: date, state: ComplaintState = _CLOSED, **values: Any) -> Complaint:
    """About an agency, at the desk above it; answered and ended on the day, which is its last one; as a row alone."""
    number, is_answered = next(_numbers), state in (_CLOSED, _ANSWERED)
    values = {
        "number": f"TS-2026-{number:05}", "desk": agency.parent, "state": state, "channel": ComplaintChannel.WEB,
        "ground": ComplaintGround.LATE_OR_STALE, "is_named": False, "filed_at": noon(day), "received_on": day,
        "accept_by": day, "transfer_by": day, "answer_by": day, "answered_on": day if is_answered else None,
        "result": ComplaintResult.UPHELD if is_answered else "", "submission_key": f"sheet {number}",
        "closed_on": day if state in ENDED_COMPLAINTS else None,
        "other_path": OtherPath.REQUEST if state == ComplaintState.REDIRECTED else "",
    } | values  # fmt: skip
    return Complaint.objects.create(agency=agency, **values)


def test_desk_answers_complaints_in_their_term() -> None:
    agency = make_accused()
    desk, states = agency.parent, ComplaintState
    assert desk is not None
    complained(agency, FIRST)
    complained(agency, LAST)
    complained(agency, LAST, _ANSWERED, answered_on=MORROW)
    complained(agency, LAST, states.RECEIVED)
    for day in (EVE, MORROW):
        complained(agency, day)
    for state in (states.NOT_ACCEPTED, states.REDIRECTED, states.WITHDRAWN):
        complained(agency, LAST, state)

    by_agency = found("complaints_on_time")

    assert sorted(case.earned for case in by_agency.pop(desk.pk)) == [0, 0, 1, 1]
    assert by_agency == {}, "it counts for the desk alone"


def test_complaints_that_were_right_count_for_the_agency_and_lead_to_a_public_summary() -> None:
    agency = make_accused()
    public, internal = make_item(), make_item(audience=Audience.INTERNAL)
    for result, summary in (
        (ComplaintResult.UPHELD, public), (ComplaintResult.PARTLY, internal), (ComplaintResult.NOT_UPHELD, None),
    ):  # fmt: skip
        complained(agency, LAST, result=result, summary=summary)
    complained(agency, LAST, _ANSWERED)
    for state in set(ENDED_COMPLAINTS) - {_CLOSED}:
        complained(agency, LAST, state)
    for day in (EVE, MORROW):
        complained(agency, day)

    by_agency = found("complaints_upheld")

    cases = by_agency.pop(agency.pk)
    assert sorted((case.fault, case.address, case.earned) for case in cases) == [
        ("", "", 1), ("经查属实", public.get_absolute_url(), 0), ("经查部分属实", "", 0),
    ]  # fmt: skip
    assert by_agency == {}


def test_case_of_a_complaint_tells_nothing_of_it() -> None:
    agency = make_accused()
    desk = agency.parent
    assert desk is not None
    rows = [complained(agency, LAST) for _n in range(4)]

    lists = of(agency, "complaints_upheld"), of(desk, "complaints_on_time")

    keys = [{case.key for case in cases} for cases in lists]
    assert not keys[0] & keys[1], "one indicator cannot be laid beside the other"
    for cases in lists:
        text = repr(cases)
        assert [row.number for row in rows if row.number in text] == []
        assert {(case.title, case.due_on, case.done_on) for case in cases} == {("投诉举报", "", "")}
        assert [case.key for case in cases] == sorted(case.key for case in cases), "not in the order they came in"


def test_complaints_count_once_their_quarter_is_over() -> None:
    agency = make_accused()
    desk = agency.parent
    assert desk is not None
    for day in (date(2026, 3, 31), date(2026, 4, 1), MORROW):
        complained(agency, day)

    april, october = date(2026, 4, 1), date(2026, 10, 1)
    for as_of, expected in ((date(2026, 3, 31), 0), (april, 1), (LAST, 1), (MORROW, 2), (october, 2)):
        span = replace(HALF_YEAR, as_of=as_of)
        counts = len(of(agency, "complaints_upheld", span)), len(of(desk, "complaints_on_time", span))
        assert counts == (expected, expected), as_of


# --- 留言纠错、整改 -------------------------------------------------------------------------------------------------


def test_messages_are_answered_in_their_term() -> None:
    agency = make_agency()
    for due_on, answered_on in ((FIRST, FIRST), (LAST, MORROW), (LAST, None), (EVE, EVE), (MORROW, LAST)):
        answered: dict[str, Any] = {"state": FeedbackState.ANSWERED, "answered_on": answered_on} if answered_on else {}
        make_feedback(agency=agency, due_on=due_on, kind=FeedbackKind.CORRECTION, **answered)
    make_feedback(agency=agency, due_on=LAST, state=FeedbackState.REDIRECTED, answered_on=LAST)

    cases = of(agency, "feedback_answered")

    assert days(cases) == [("01-01", "01-01", 1), ("06-30", "07-01", 0), ("06-30", "", 0), ("06-30", "06-30", 1)]
    assert [case.title for case in cases] == ["纠错", "纠错", "纠错", "留言"]
    as_due = replace(HALF_YEAR, as_of=LAST)
    assert days(of(agency, "feedback_answered", as_due)) == [("01-01", "01-01", 1), ("06-30", "06-30", 1)]


def test_rectifications_are_reported_by_their_last_day() -> None:
    agency, reporter = make_agency(), make_user()

    def order(due_on: date, reported_on: date | None, state: RectificationState = RectificationState.REPORTED) -> Any:
        reported = {"reported_on": reported_on, "reported_by": reporter, "state": state} if reported_on else {}
        return make_rectification(agency=agency, ordered_on=EVE, due_on=due_on, **reported)

    first = order(FIRST, FIRST)
    order(LAST, MORROW)
    order(LAST, None)
    order(LAST, LAST, RectificationState.RETURNED)
    order(LAST, LAST, RectificationState.CANCELLED)
    order(EVE, EVE)
    order(MORROW, LAST)

    cases = of(agency, "rectified")

    assert days(cases) == [("01-01", "01-01", 1), ("06-30", "07-01", 0), ("06-30", "", 0), ("06-30", "", 0)]
    assert (cases[0].key, cases[0].title, cases[0].address) == (first.number, first.number, first.get_absolute_url())
    assert of(agency, "rectified", Span(FIRST, LAST, date(2025, 12, 30))) == []
