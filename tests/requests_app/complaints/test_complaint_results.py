"""After the answer: the order that knows no origin, the mark for accountability, the public summary."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from disclosure.enums import EditionState, ItemState
from disclosure.services import rectify, review
from govportal import access
from govportal.calendar import load_calendar
from govportal.models import AuditEvent, InboxMessage, Notice, User
from govportal.permissions import Permission, Role
from requests_app.admin.complaint_summary import summary_words
from requests_app.complaint_enums import ComplaintGround, ComplaintResult, ComplaintState
from requests_app.complaint_queues import COMPLAINT_QUEUES, Look
from requests_app.models import Complaint
from requests_app.services import complaint_handling
from requests_app.services import complaint_results as results
from tests.factories.complaints import (
    complaint_officer_of,
    make_answer,
    make_complaining,
    make_complaint,
    make_complaint_order,
    order_after_complaint,
    reread_complaint,
)
from tests.factories.kernel import make_member
from tests.factories.requests import AT, TODAY

pytestmark = pytest.mark.django_db

PERSON = {"name": "白诉甲", "phone": "0399-7654321", "email": "jia@mail.example", "address": "澄明县柳林镇东街8号"}


def answered(state: ComplaintState = ComplaintState.ANSWERED, **values: Any) -> Complaint:
    return make_complaint(state, person=make_complaining(**PERSON), **values)


def test_order_is_an_ordinary_rectification_that_says_nothing_of_the_case() -> None:
    row = answered()

    rectification = order_after_complaint(row)

    assert (rectification.agency, reread_complaint(row).rectification) == (row.agency, rectification)
    public = f"{rectification.problem}{rectification.requirement}{rectification.basis}{rectification.number}"
    trail = AuditEvent.objects.filter(subject_type="disclosure.Rectification")
    mails = Notice.objects.filter(is_confidential=False)
    for text in (public, *(str(vars(event)) for event in trail), *(f"{mail.subject}{mail.body}" for mail in mails)):
        assert not any(word in text for word in (row.number, "投诉人", "complaint", *PERSON.values()))


def test_second_desk_orders_because_of_the_case_and_sees_it_through() -> None:
    row = make_complaint(ComplaintState.TRANSFERRED)
    officer = complaint_officer_of(row)
    complaint_handling.investigate(row.pk, actor=officer, at=AT)
    complaint_handling.answer(row.pk, make_answer(), actor=officer, at=AT)

    rectification = order_after_complaint(row)

    assert rectification.ordered_by == officer and not access.can(
        officer, Permission.ORDER_RECTIFICATION, rectification.agency
    )
    assert row.events.get(action="order").actor == officer  # the person stands in the record of the case alone
    event = AuditEvent.objects.get(subject_type="disclosure.Rectification")
    assert (event.actor_id, event.actor_name) == (None, rectify.office_over(row.agency))
    assert event.actor_name != reread_complaint(row).desk.display_name
    rectify.cancel(rectification.pk, actor=officer, at=AT, reason="交办有误")


def test_order_refuses_words_that_betray_that_somebody_complained() -> None:
    row = answered()
    for word in ("投诉", "举报", "信访", "检举", row.number, *PERSON.values()):
        for field in ("problem", "requirement", "basis"):
            with pytest.raises(ValidationError, match="不得从中看出"):
                order_after_complaint(row, order=make_complaint_order(**{field: f"据{word}，名单没有更新。"}))
    with pytest.raises(ValidationError, match="请删去身份证号"):
        order_after_complaint(row, order=make_complaint_order(problem="名单里有 13812345678。"))
    assert reread_complaint(row).rectification is None


def test_basis_of_each_ground_betrays_nothing() -> None:
    for ground in ComplaintGround:
        basis = results.basis_for(Complaint(ground=ground))
        assert basis.startswith("《中华人民共和国政府信息公开条例》第")
        assert "投诉" not in basis
    assert basis.endswith("第四十七条第一款")  # of the last ground: its second paragraph is on whoever complains


def test_order_and_mark_come_once_and_after_a_finding() -> None:
    row, other, unfounded = answered(), answered(), answered(result=ComplaintResult.NOT_UPHELD)
    running = make_complaint(ComplaintState.INVESTIGATING)
    officer = complaint_officer_of(row)
    order_after_complaint(row)
    results.refer(row.pk, actor=officer, at=AT, note="长期不更新，拒不改正。")

    row = reread_complaint(row)
    assert row.referred_on == TODAY
    for words, call in (
        ("已经交办", lambda: order_after_complaint(row)),
        ("不交办整改", lambda: order_after_complaint(unfounded)),
        ("不能交办整改", lambda: order_after_complaint(running)),
        ("已经移送", lambda: results.refer(row.pk, actor=officer, at=AT, note="再移送一次")),
        ("不移送", lambda: results.refer(unfounded.pk, actor=complaint_officer_of(unfounded), at=AT, note="移送")),
        ("须写明移送的理由", lambda: results.refer(other.pk, actor=complaint_officer_of(other), at=AT, note=" ")),
        ("最多 5000 个字", lambda: results.refer(other.pk, actor=complaint_officer_of(other), at=AT, note="很" * 5001)),
    ):
        with pytest.raises(ValidationError, match=words):
            call()


# --- the summary -------------------------------------------------------------------------------------------------


def summary(**values: str) -> results.Summary:
    return results.Summary(**({"title": "一件公开不及时投诉的办理情况", "text": "经查属实，名单已经更新。"} | values))


def test_summary_is_a_draft_of_the_desk_with_computed_figures() -> None:
    row = answered(ComplaintState.CLOSED)

    item = results.draft_summary(row.pk, summary(), actor=complaint_officer_of(row), at=AT)

    edition = item.editions.get()
    assert (item.agency, item.item_type, item.state) == (row.desk, "feedback_summary", ItemState.UNPUBLISHED)
    assert edition.extra == {"period": "2026年3月", "received": 1, "answered": 1, "on_time": 1}
    assert (item.source, item.source_id, reread_complaint(row).summary) == ("complaint", "1", item)


def test_desks_publishers_are_told_of_the_draft_and_the_case_says_who_goes_on() -> None:
    row = answered(ComplaintState.CLOSED)
    publisher = make_member(Role.PUBLISHER, row.desk, email="gong@mail.example")

    item = results.draft_summary(row.pk, summary(), actor=complaint_officer_of(row), at=AT)

    edition = item.editions.get()
    told = InboxMessage.objects.get(key=f"item-draft:{item.pk}:{publisher.pk}")
    mail = Notice.objects.get(key=told.key)
    assert told.path == reverse("admin:disclosure_edition_change", args=[edition.pk])
    assert item.index_number in told.subject and mail.is_confidential
    assert not any(word in f"{told.subject}{mail.body}" for word in (row.number, "投诉", "complaint", "summary"))
    for state, words in (
        (EditionState.DRAFT, f"未提交，下一步由{row.desk.display_name}承办人修改、送审（{publisher}）"),
        (EditionState.SUBMITTED, f"审查中，下一步由{row.desk.display_name}保密审查，目前没有可以办理的人"),
        (EditionState.APPROVED, f"已审定，下一步由{row.desk.display_name}审定人或者承办人公开（{publisher}）"),
        (EditionState.DISCARDED, "草稿已废弃，没有公开"),
    ):
        item.editions.update(state=state)
        assert summary_words(item) == words


def test_period_of_a_summary_is_of_months() -> None:
    for first_on, last_on, words in (
        (date(2026, 10, 8), date(2026, 10, 31), "2026年10月"),
        (date(2026, 10, 31), date(2026, 11, 1), "2026年10月—11月"),
        (date(2026, 12, 31), date(2027, 1, 4), "2026年12月—2027年1月"),
        (date(2026, 1, 5), date(2027, 1, 4), "2026年1月—2027年1月"),
    ):
        assert results.months(first_on, last_on) == words


def without_summary(officer: User) -> bool:
    """Whether a case waits in the queue of those whose summary is to be drafted."""
    asked = COMPLAINT_QUEUES["summary"][1](Look(officer, TODAY, load_calendar))
    return Complaint.objects.filter(asked).exists()


def test_summary_that_was_thrown_away_may_be_drafted_anew() -> None:
    row = answered(ComplaintState.CLOSED)
    officer, drafter = complaint_officer_of(row), make_member(Role.PUBLISHER, row.desk)
    first = results.draft_summary(row.pk, summary(), actor=officer, at=AT)
    with pytest.raises(ValidationError, match="已经拟制"):
        results.draft_summary(row.pk, summary(), actor=officer, at=AT)

    assert not without_summary(officer)
    review.discard(first.editions.get().pk, actor=drafter, at=AT, note="重写")
    assert without_summary(officer)
    second = results.draft_summary(row.pk, summary(title="另一个标题"), actor=officer, at=AT)

    assert reread_complaint(row).summary == second != first


def test_summary_refuses_names_and_cases_that_run() -> None:
    row, running = answered(ComplaintState.CLOSED), answered()
    officer = complaint_officer_of(row)
    for value in (row.number, *PERSON.values()):
        for field in ("title", "text"):
            with pytest.raises(ValidationError, match="请删去"):
                results.draft_summary(row.pk, summary(**{field: f"反映人{value}的事项"}), actor=officer, at=AT)
    with pytest.raises(ValidationError, match="身份证号"):
        results.draft_summary(row.pk, summary(text="联系 13812345678"), actor=officer, at=AT)
    with pytest.raises(ValidationError, match="请填写标题"):
        results.draft_summary(row.pk, summary(title=" "), actor=officer, at=AT)
    with pytest.raises(ValidationError, match="办结以后"):
        results.draft_summary(running.pk, summary(), actor=complaint_officer_of(running), at=AT)
    results.draft_summary(row.pk, summary(), actor=officer, at=AT)
    with pytest.raises(ValidationError, match="已经拟制"):
        results.draft_summary(row.pk, summary(), actor=officer, at=AT)
