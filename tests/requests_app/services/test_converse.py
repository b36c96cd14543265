"""往来: reasons asked for and given once, messages with a limit, notes for the staff alone."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from govportal.models import AuditEvent, Holiday, HolidayYear, Notice
from govportal.permissions import Role
from requests_app.enums import Action, FileKind, MessageKind, State
from requests_app.models import InternalNote, Message
from requests_app.services import converse
from tests.factories import make_member, make_officer, make_private_file
from tests.factories.requests import AT, ask_correction, ask_party, officer_of, request_in
from tests.requests_app.services.invariants import (
    assert_consistent,
    assert_says_nothing_personal,
    refusal,
    refused_without_a_trace,
)

pytestmark = pytest.mark.django_db


def on(day: date) -> datetime:
    """Ten o'clock in Beijing."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


# --- reasons --------------------------------------------------------------------------------------


def test_asking_reasons_stops_nothing_and_is_told_to_the_applicant() -> None:
    row = request_in(State.IN_REVIEW)
    due_on = row.due_on
    Notice.objects.all().delete()

    converse.ask_reasons(row.pk, "一个月内提出64件。", actor=officer_of(row.agency), at=AT)

    row = assert_consistent(row)
    assert (row.state, row.due_on) == (State.IN_REVIEW, due_on)
    assert converse.reasons_due(row) == date(2026, 3, 16)
    assert row.events.last().public_note == "一个月内提出64件。"  # type: ignore[union-attr]
    assert [notice.subject for notice in Notice.objects.all()] == [f"您的申请 {row.number} 需要您说明理由。"]
    assert_says_nothing_personal(row, "一个月内提出64件")


def test_reasons_are_asked_for_once_and_with_words() -> None:
    row = request_in(State.IN_REVIEW)
    ask = partial(converse.ask_reasons, row.pk, actor=officer_of(row.agency), at=AT)

    assert refused_without_a_trace(row, partial(ask, " ")) == ["须写明哪些申请的数量、频次明显超过合理范围。"]
    ask("64件")
    assert refused_without_a_trace(row, partial(ask, "又")) == ["已经要求过申请人说明理由。"]
    assert converse.reasons_due(request_in(State.IN_REVIEW)) is None


def test_last_day_for_reasons_stays_as_it_was_told_when_a_holiday_comes_out() -> None:
    row = request_in(State.IN_REVIEW)
    converse.ask_reasons(row.pk, "64件", actor=officer_of(row.agency), at=AT)
    told = converse.reasons_due(row)

    year, _is_new = HolidayYear.objects.get_or_create(year=2026, defaults={"source": "x"})
    Holiday.objects.create(date=date(2026, 3, 9), name="测试假", is_off=True, notice=year)

    assert converse.reasons_due(row) == told == date(2026, 3, 16)


@pytest.mark.parametrize(("days", "refused"), [(0, True), (1, False)])
def test_last_day_for_reasons_may_be_another_after_today(days: int, refused: bool) -> None:
    row = request_in(State.IN_REVIEW)
    answer_by = AT.date() + timedelta(days=days)

    def ask() -> object:
        return converse.ask_reasons(row.pk, "64件", actor=officer_of(row.agency), at=AT, answer_by=answer_by)

    assert (refusal(ask) == ["说明理由的期限须在告知之日以后。"]) if refused else ask()
    assert converse.reasons_due(row) == (None if refused else answer_by)


@pytest.mark.parametrize("by_applicant", [True, False])
def test_reasons_are_given_once_by_the_applicant_or_recorded_for_him(by_applicant: bool) -> None:
    row = request_in(State.IN_REVIEW)
    officer = officer_of(row.agency)
    converse.ask_reasons(row.pk, "64件", actor=officer, at=AT)
    give = partial(converse.give_reasons, row.pk, actor=None if by_applicant else officer, at=AT)

    event = give("研究\x00需要")

    message = Message.objects.get(request=assert_consistent(row))
    assert (message.kind, message.text, message.by) == (
        MessageKind.REASONS, "研究需要", None if by_applicant else officer,
    )  # fmt: skip
    assert (event.action, event.by_applicant) == (Action.RECEIVE_REASONS, by_applicant)
    assert_says_nothing_personal(row, "研究需要")
    assert refusal(partial(give, "再说")) == ["没有要求说明理由，或者已经说明。"]


def test_reasons_that_were_not_asked_for_or_have_no_words_are_refused() -> None:
    row, asked = request_in(State.IN_REVIEW), request_in(State.IN_REVIEW)
    converse.ask_reasons(asked.pk, "64件", actor=officer_of(asked.agency), at=AT)

    never = refused_without_a_trace(row, partial(converse.give_reasons, row.pk, "研究", actor=None, at=AT))
    blank = refused_without_a_trace(asked, partial(converse.give_reasons, asked.pk, " ", actor=None, at=AT))
    long = refusal(partial(converse.give_reasons, asked.pk, "长" * 10_001, actor=None, at=AT))

    assert (never, blank) == (["没有要求说明理由，或者已经说明。"], ["请写明理由。"])
    assert long == ["最多 10000 个字，更多的请作为材料上传。"]


@pytest.mark.parametrize("step", [ask_correction, ask_party])
def test_reasons_are_still_taken_whatever_the_office_did_in_the_meantime(step: object) -> None:
    row = request_in(State.IN_REVIEW)
    converse.ask_reasons(row.pk, "64件", actor=officer_of(row.agency), at=AT)
    assert callable(step)
    step(row)
    state = assert_consistent(row).state

    converse.give_reasons(row.pk, "研究需要", actor=None, at=AT)

    assert assert_consistent(row).state == state


# --- messages -------------------------------------------------------------------------------------


def test_message_of_the_applicant_reaches_the_office_and_its_answer_him() -> None:
    row = request_in(State.IN_REVIEW)
    officer = officer_of(row.agency)
    type(officer).objects.filter(pk=officer.pk).update(email="officer@county.example")
    Notice.objects.all().delete()

    converse.write(row.pk, "请先看第3标段", actor=None, at=AT, files=[make_private_file()])
    converse.write(row.pk, "已收到", actor=officer, at=AT)

    assert [(m.kind, m.text, m.by) for m in row.messages.all()] == [
        (MessageKind.SUPPLEMENT, "请先看第3标段", None),
        (MessageKind.ANSWER, "已收到", officer),
    ]
    assert [(notice.address, notice.subject) for notice in Notice.objects.order_by("pk")] == [
        ("officer@county.example", f"申请人留言：{row.number}"),
        (row.applicant.email, f"您的申请 {row.number} 有新的回复。"),
    ]
    assert [(held.kind, held.added_by) for held in row.files.all()] == [(FileKind.MESSAGE, None)]
    assert_says_nothing_personal(row, "请先看第3标段", "已收到")
    assert_consistent(row)


def test_message_without_words_too_long_or_after_the_end_is_refused() -> None:
    row, closed = request_in(State.IN_REVIEW), request_in(State.REPLIED)

    assert refused_without_a_trace(row, partial(converse.write, row.pk, "\n", actor=None, at=AT)) == ["请写明内容。"]
    assert refusal(partial(converse.write, row.pk, "长" * 10_001, actor=None, at=AT)) == [
        "最多 10000 个字，更多的请作为材料上传。"
    ]
    assert refused_without_a_trace(closed, partial(converse.write, closed.pk, "还有", actor=None, at=AT)) == [
        "申请已经办结，有疑问请致电受理机构。"
    ]
    converse.write(closed.pk, "补充说明", actor=officer_of(closed.agency), at=AT)
    assert closed.messages.count() == 1


def test_applicant_leaves_so_many_messages_and_no_more() -> None:
    row = request_in(State.IN_REVIEW)
    Message.objects.bulk_create(
        [Message(request=row, kind=MessageKind.SUPPLEMENT, text="一", at=AT) for _number in range(50)]
    )

    words = refused_without_a_trace(row, partial(converse.write, row.pk, "再", actor=None, at=AT))

    assert words == ["这一申请的留言已达 50 条，请致电受理机构。"]
    converse.write(row.pk, "请来电", actor=officer_of(row.agency), at=AT)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.REQUEST_OFFICER])
def test_answer_is_for_officers_of_the_agency_alone(role: Role) -> None:
    row = request_in(State.IN_REVIEW)

    for actor in (make_member(role, row.agency), make_officer()):
        words = refusal(partial(converse.write, row.pk, "好", actor=actor, at=AT))
        assert words == [f"您在{row.agency.display_name}没有依申请公开经办的角色。"]


# --- notes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.REQUEST_OFFICER, Role.APPROVER, Role.OFFICE_HEAD, Role.AGENCY_HEAD])
def test_note_is_written_by_whoever_sees_the_case_and_mailed_to_nobody(role: Role) -> None:
    row = request_in(State.IN_REVIEW)
    actor = make_member(role, row.agency)
    mails = Notice.objects.count()

    note = converse.note(row.pk, "已电话\x00联系", actor=actor, at=AT)

    assert (note.text, note.by, note.at, str(note)) == ("已电话联系", actor, AT, str(row.pk))
    assert Notice.objects.count() == mails
    assert AuditEvent.objects.filter(action="request.note").count() == 1
    assert_says_nothing_personal(row, "已电话联系")


def test_note_without_words_or_by_whoever_does_not_see_the_case_is_refused() -> None:
    row = request_in(State.IN_REVIEW)

    assert refusal(partial(converse.note, row.pk, " ", actor=officer_of(row.agency), at=AT)) == ["请写明内容。"]
    for actor in (make_officer(), make_member(Role.PUBLISHER, row.agency)):
        with pytest.raises(PermissionDenied):
            converse.note(row.pk, "看看", actor=actor, at=AT)
    assert not InternalNote.objects.exists()
