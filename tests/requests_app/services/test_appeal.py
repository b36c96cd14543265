"""行政复议、行政诉讼: last days by the law of each, what follows what, and results that are entered once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from govportal.calendar import load_calendar
from govportal.models import AuditEvent
from govportal.permissions import Role
from requests_app.enums import AppealResult, AppealRoute, State
from requests_app.models import Appeal
from requests_app.services import appeal, triage
from tests.factories import make_agency, make_member, make_officer, make_user
from tests.factories.request_rows import make_appeal
from tests.factories.requests import AT, TODAY, make_request, officer_of, request_in
from tests.requests_app.services.invariants import refusal

pytestmark = pytest.mark.django_db

R, X = AppealRoute, AppealResult
LATER = datetime(2026, 4, 20, 2, tzinfo=UTC)


def case(**values: Any) -> appeal.Case:
    given: dict[str, Any] = {
        "route": R.REVIEW,
        "body": "澄明县人民政府",
        "filed_on": TODAY,
        "notified_on": TODAY,
    } | values
    return appeal.Case(**given)


def record(row: Any = None, at: datetime = AT, **values: Any) -> Appeal:
    row = row or request_in(State.REPLIED)
    return appeal.record(row.agency, case(**values), actor=officer_of(row.agency), at=at, request=row)


@pytest.mark.parametrize(
    ("route", "is_simplified", "notified_on", "due_on"),
    [
        # 十日 and 五日 of the review law are working days (第八十八条).
        (R.REVIEW, False, date(2026, 3, 2), date(2026, 3, 16)),
        (R.REVIEW, True, date(2026, 3, 2), date(2026, 3, 9)),
        (R.REVIEW, True, date(2026, 2, 13), date(2026, 2, 27)),  # over 春节, with 14 February worked
        # 十五日 of the procedure law are calendar days; one that ends on a day off moves on.
        (R.DIRECT, False, date(2026, 3, 2), date(2026, 3, 17)),
        (R.POST, False, date(2026, 3, 2), date(2026, 3, 17)),
        (R.DIRECT, False, date(2026, 3, 6), date(2026, 3, 23)),  # the 21st is a Saturday
        (R.DIRECT, False, date(2026, 2, 2), date(2026, 2, 24)),  # the 17th is in 春节
        (R.DIRECT, False, date(2026, 2, 13), date(2026, 2, 28)),  # a Saturday that is worked
    ],
)
def test_last_day_for_our_answer(route: AppealRoute, is_simplified: bool, notified_on: date, due_on: date) -> None:
    term = appeal.answer_term(route, is_simplified=is_simplified)

    assert appeal.answer_due(term, notified_on, load_calendar()) == due_on


def test_recording_keeps_the_last_day_and_names_its_law() -> None:
    row = record(case_number=" 澄政复〔2026〕\x001号 ", is_simplified=True)

    assert (row.answer_due_on, row.case_number, row.result) == (date(2026, 3, 9), "澄政复〔2026〕1号", X.PENDING)
    event = AuditEvent.objects.get(action="appeal.record")
    assert (event.basis, event.subject_name) == ("《行政复议法》第五十四条、第八十八条", "澄政复〔2026〕1号")


def test_simplified_procedure_is_one_of_the_review_alone() -> None:
    row = record(route=R.DIRECT, body="澄明县人民法院", is_simplified=True)

    assert (row.is_simplified, row.answer_due_on) == (False, date(2026, 3, 17))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"body": " "}, "请填写复议机关或者法院。"),
        ({"filed_on": date(2026, 3, 3), "notified_on": date(2026, 3, 3)}, "日期不能晚于今天。"),
        ({"filed_on": TODAY, "notified_on": date(2026, 3, 1)}, "收到副本的日期不能早于受理日期。"),
        ({"filed_on": date(2026, 3, 1)}, "受理日期不能早于收到申请的日期。"),
        ({"route": "lost"}, "请选择途径。"),
        ({"route": R.POST}, "复议后起诉，须指明同一申请所经的复议。"),
    ],
)
def test_faulty_case_is_refused(values: dict[str, Any], reason: str) -> None:
    assert refusal(lambda: record(**values)) == [reason]


def test_too_long_a_note_is_refused() -> None:
    assert len(refusal(lambda: record(note="长" * 301))) == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.REQUEST_OFFICER])
def test_cases_are_recorded_by_officers_of_the_agency_alone(role: Role) -> None:
    row = request_in(State.REPLIED)
    known = make_appeal(agency=row.agency)
    words = [f"您在{row.agency.display_name}没有依申请公开经办的角色。"]

    for actor in (make_member(role, row.agency), make_officer(), make_user(is_superuser=True)):
        calls = [
            partial(appeal.record, row.agency, case(), actor=actor, at=AT, request=row),
            partial(appeal.answer, known.pk, TODAY, actor=actor, at=AT),
            partial(appeal.close, known.pk, X.UPHELD, TODAY, actor=actor, at=AT),
        ]
        assert [refusal(call) for call in calls] == [words] * 3


def test_case_is_about_a_request_of_the_agency_now_or_before() -> None:
    row, stranger, target = request_in(State.IN_REVIEW), make_request(), make_agency()
    giver = officer_of(row.agency)
    triage.transfer(row.pk, target, actor=giver, at=AT, reason="不属")
    row.refresh_from_db()

    of_giver = appeal.record(giver.memberships.get().agency, case(), actor=giver, at=AT, request=row)
    of_taker = appeal.record(target, case(), actor=make_officer(target), at=AT, request=row)

    assert (of_giver.request, of_taker.request) == (row, row)
    words = refusal(lambda: appeal.record(target, case(), actor=officer_of(target), at=AT, request=stranger))
    assert words == [f"{stranger.number} 不是本单位办理的申请。"]


def test_case_without_a_request_is_recorded_for_the_table() -> None:
    agency = make_agency()

    row = appeal.record(agency, case(route=R.POST), actor=make_officer(agency), at=AT)

    assert (row.request, row.after, row.agency) == (None, None, agency)


# --- after a review ---------------------------------------------------------------------------------


def test_suit_after_review_names_the_closed_review_of_the_same_request() -> None:
    review = record()
    row = review.request
    assert row
    suit = case(route=R.POST, filed_on=date(2026, 4, 1), notified_on=date(2026, 4, 1), after=review)
    pending = appeal.reasons_against_recording(row.agency, row, suit, officer_of(row.agency), LATER.date())
    appeal.close(review.pk, X.UPHELD, date(2026, 3, 30), actor=officer_of(row.agency), at=LATER)
    review.refresh_from_db()
    suit = replace(suit, after=review)

    made = appeal.record(row.agency, suit, actor=officer_of(row.agency), at=LATER, request=row)

    assert pending == ["所经的复议尚未审结。"]
    assert (made.after, list(review.followed_by.all())) == (review, [made])
    early = replace(suit, filed_on=date(2026, 3, 29))
    words = appeal.reasons_against_recording(row.agency, row, early, officer_of(row.agency), LATER.date())
    assert words == ["起诉受理日期不能早于复议审结的日期。"]


def test_suit_after_review_follows_no_suit_and_no_review_of_another_case() -> None:
    row = request_in(State.REPLIED)
    closed: dict[str, Any] = {"result": X.UPHELD, "closed_on": TODAY}
    others = [
        make_appeal(request=row, route=R.DIRECT, **closed),
        make_appeal(request=make_request(agency=row.agency), **closed),
        make_appeal(agency=row.agency, **closed),
        make_appeal(**closed),
    ]

    found = [
        appeal.reasons_against_recording(
            row.agency, row, case(route=R.POST, after=other), officer_of(row.agency), TODAY
        )
        for other in others
    ]

    assert found == [["复议后起诉，须指明同一申请所经的复议。"]] * 4


def test_other_routes_follow_nothing() -> None:
    review = record()

    assert record(review.request, route=R.DIRECT, after=review).after is None


# --- answer and result ------------------------------------------------------------------------------


def test_answer_is_entered_once_between_the_copy_and_today() -> None:
    row = record()
    answer = partial(appeal.answer, row.pk, actor=officer_of(row.agency), at=LATER)

    for day in (date(2026, 3, 1), date(2026, 4, 21)):
        assert refusal(partial(answer, day)) == ["答复日期不能早于收到副本之日，也不能晚于今天。"]
    assert answer(date(2026, 3, 10)).answered_on == date(2026, 3, 10)
    assert refusal(partial(answer, date(2026, 3, 11))) == ["已经登记答复。"]
    assert AuditEvent.objects.get(action="appeal.answer").after == {"answered_on": "2026-03-10"}


@pytest.mark.parametrize("result", [X.UPHELD, X.CORRECTED, X.OTHER])
def test_result_is_entered_once_for_good(result: AppealResult) -> None:
    row = record()
    appeal.answer(row.pk, date(2026, 3, 10), actor=officer_of(row.agency), at=LATER)
    close = partial(appeal.close, row.pk, actor=officer_of(row.agency), at=LATER)

    assert refusal(partial(close, X.PENDING, date(2026, 4, 1))) == ["请选择结果。"]
    assert refusal(partial(close, result, date(2026, 4, 21))) == ["审结日期不能早于受理之日，也不能晚于今天。"]
    assert refusal(partial(close, result, date(2026, 3, 9))) == ["审结日期不能早于答复日期。"]
    closed = close(result, date(2026, 4, 1))

    assert (closed.result, closed.closed_on) == (result, date(2026, 4, 1))
    assert refusal(partial(close, X.OTHER, date(2026, 4, 2))) == ["已经登记结果。"]


def test_answer_is_not_dated_after_the_result() -> None:
    row = record()
    appeal.close(row.pk, X.OTHER, date(2026, 3, 4), actor=officer_of(row.agency), at=LATER)

    words = refusal(lambda: appeal.answer(row.pk, date(2026, 3, 5), actor=officer_of(row.agency), at=LATER))

    assert words == ["答复日期不能晚于审结日期。"]
