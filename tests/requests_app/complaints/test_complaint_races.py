"""Several people at one complaint: one wins, the others are told so; numbers follow one another."""

from functools import partial

import pytest

from govportal.models import AuditEvent, Notice
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint
from requests_app.services import complain, complainants, complaint_handling, complaint_results
from tests.factories.complaints import (
    complaint_officer_of,
    file_complaint,
    make_accused,
    make_answer,
    make_complaining,
    make_complaint,
    make_complaint_officer,
    make_complaint_order,
    make_matter,
    reread_complaint,
)
from tests.factories.requests import AT
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

S = ComplaintState


def names(outcomes: list[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_sixteen_at_once_get_sixteen_numbers_in_a_row() -> None:
    accused = make_accused()
    calls = [
        partial(
            complain.file_online, make_matter(accused), make_complaining(), evidence=(), submission_key=f"{key}", at=AT
        )
        for key in range(16)
    ]

    outcomes = at_once(*calls)

    assert names(outcomes) == ["Filed"] * 16
    assert sorted(Complaint.objects.values_list("number", flat=True)) == [f"TS-2026-{n:05}" for n in range(1, 17)]


def test_one_form_sent_sixteen_times_at_once_is_one_complaint() -> None:
    matter = make_matter(make_accused())

    outcomes = at_once(
        partial(complain.file_online, matter, make_complaining(), evidence=(), submission_key="one", at=AT), times=16
    )

    assert names(outcomes) == ["Filed"] * 16
    assert sum(bool(one.query_code) for one in outcomes if isinstance(one, complain.Filed)) == 1
    assert (Complaint.objects.count(), file_complaint().complaint.number) == (1, "TS-2026-00002")
    assert AuditEvent.objects.filter(action="complaint.file").count() == 2  # with the one just made


def test_answer_by_eight_at_once_is_given_once() -> None:
    row = make_complaint(S.INVESTIGATING)
    people = [make_complaint_officer(row.desk) for _number in range(8)]
    before = Notice.objects.count()

    outcomes = at_once(*(partial(complaint_handling.answer, row.pk, make_answer(), actor=one, at=AT) for one in people))

    assert names(outcomes) == ["ComplaintEvent"] + ["ValidationError"] * 7
    row = reread_complaint(row)
    assert (row.state, row.events.filter(action="answer").count(), Notice.objects.count() - before) == (
        S.ANSWERED,
        1,
        1,
    )


def test_order_and_summary_in_eight_windows_are_one() -> None:
    row = make_complaint(S.CLOSED)
    officer, order = complaint_officer_of(row), make_complaint_order()
    summary = complaint_results.Summary(title="一件公开不及时投诉的办理情况", text="经查属实，名单已经更新。")

    orders = at_once(partial(complaint_results.order_rectification, row.pk, order, actor=officer, at=AT), times=8)
    drafts = at_once(partial(complaint_results.draft_summary, row.pk, summary, actor=officer, at=AT), times=8)

    assert names(orders) == ["Rectification"] + ["ValidationError"] * 7
    assert names(drafts) == ["Item"] + ["ValidationError"] * 7


def test_summaries_of_four_cases_at_once_have_four_numbers() -> None:
    accused = make_accused()
    rows = [make_complaint(S.CLOSED, agency=accused) for _number in range(4)]
    officer = complaint_officer_of(rows[0])
    summary = complaint_results.Summary(title="一件公开不及时投诉的办理情况", text="经查属实，名单已经更新。")

    drafts = at_once(*(partial(complaint_results.draft_summary, row.pk, summary, actor=officer, at=AT) for row in rows))

    assert names(drafts) == ["Item"] * 4
    assert sorted(getattr(item, "source_id", "") for item in drafts) == ["1", "2", "3", "4"]


def test_withdrawal_and_answer_at_one_moment_leave_one_end() -> None:
    for _round in range(4):
        row = make_complaint(S.INVESTIGATING)
        officer = complaint_officer_of(row)

        outcomes = at_once(
            partial(complaint_handling.answer, row.pk, make_answer(), actor=officer, at=AT),
            partial(complaint_handling.withdraw, row.pk, at=AT),
        )

        assert names(outcomes) == ["ComplaintEvent", "ValidationError"]
        assert reread_complaint(row).state in {S.ANSWERED, S.WITHDRAWN}


def test_page_opened_in_eight_windows_is_noted_once() -> None:
    row = make_complaint()
    officer = complaint_officer_of(row)

    at_once(partial(complainants.view, row.pk, actor=officer, at=AT), times=8)

    assert AuditEvent.objects.filter(action="complaint.view").count() == 1
