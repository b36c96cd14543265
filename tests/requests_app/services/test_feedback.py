"""留言、纠错 through its services: numbers and codes, the whole matrix, roles, terms, and mails that say nothing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import get_current_timezone, localdate
from pytest_django import Settings

from govportal.models import AuditEvent, InboxMessage, Notice
from govportal.permissions import ROLE_PERMISSIONS, Permission, Role
from requests_app.complaint_enums import OtherPath
from requests_app.feedback_audit_words import FEEDBACK_WORDS
from requests_app.feedback_enums import FeedbackAction, FeedbackKind, FeedbackState, Judgement
from requests_app.feedback_workflow import FEEDBACK
from requests_app.models import Feedback
from requests_app.services import feedback, feedback_selection
from tests.factories import make_agency, make_member
from tests.factories.feedback import handler_of, make_feedback, make_writing, send_feedback
from tests.factories.requests import AT

pytestmark = pytest.mark.django_db

TOLD = "请打电话到县交通局，或者当面来问。"


def perform(row: Feedback, action: FeedbackAction, actor: Any, *, at: datetime = AT) -> object:
    verbs: dict[FeedbackAction, Callable[[], object]] = {
        FeedbackAction.JUDGE: lambda: feedback.judge(row.pk, Judgement.RIGHT, actor=actor, at=at),
        FeedbackAction.PASS_ON: lambda: feedback.pass_on(row.pk, make_agency(), actor=actor, at=at, reason="归其管"),
        FeedbackAction.ANSWER: lambda: feedback.answer(row.pk, TOLD, actor=actor, at=at),
        FeedbackAction.REDIRECT: lambda: feedback.redirect(row.pk, OtherPath.REQUEST, TOLD, actor=actor, at=at),
        FeedbackAction.SET_ASIDE: lambda: feedback.set_aside(row.pk, TOLD, actor=actor, at=at),
    }
    return verbs[action]()


def test_every_state_and_action_is_as_the_table_says() -> None:
    agency = make_agency()
    officer = handler_of(agency)
    for state in FeedbackState:
        for action in FeedbackAction:
            row = make_feedback(agency=agency, state=state)
            transition = FEEDBACK[action]
            where = f"{action} from {state}"
            if state in transition.sources:
                assert feedback.reasons_against(row, action, officer) == [], where
                perform(row, action, officer)
                row.refresh_from_db()
                assert row.state == transition.target, where
                event = row.events.get()
                assert (event.from_state, event.to_state, event.actor) == (state, row.state, officer), where
            else:
                assert feedback.reasons_against(row, action, officer), where
                with pytest.raises(ValidationError):
                    perform(row, action, officer)
                assert Feedback.objects.get(pk=row.pk).state == state, where
                assert not row.events.exists(), where


def test_only_the_roles_of_the_very_agency_act() -> None:
    county = make_agency()
    agency, other = make_agency(parent=county), make_agency(parent=county)
    row = make_feedback(agency=agency)
    for role in Role:
        allowed = Permission.HANDLE_FEEDBACK in ROLE_PERMISSIONS[role]
        assert (feedback.reasons_against_role(row, make_member(role, agency)) == []) == allowed, role
        for elsewhere in (county, other):
            stranger = make_member(role, elsewhere)
            assert feedback.reasons_against_role(row, stranger), role
            assert not Feedback.objects.visible_to(stranger).exists(), role
    with pytest.raises(ValidationError, match="没有办理留言纠错的角色"):
        feedback.set_aside(row.pk, TOLD, actor=handler_of(other), at=AT)


def test_number_is_consecutive_and_the_code_opens_it() -> None:
    first, second = send_feedback(), send_feedback()

    assert (first.feedback.number, second.feedback.number) == ("LY-2026-00001", "LY-2026-00002")
    typed = first.query_code.lower().replace("-", " ")
    found = feedback.find("ly-2026-00001", typed)
    assert found and found.pk == first.feedback.pk
    wrong = [("LY-2026-00002", first.query_code), ("LY-2026-00009", first.query_code), ("LY-2026-00001", "")]
    assert [feedback.find(number, code) for number, code in wrong] == [None, None, None]
    kept = first.feedback
    assert len(kept.query_key) == len(kept.submission_key) == 64


def test_same_form_twice_is_one_message_with_one_code() -> None:
    first, again = send_feedback(key="sheet"), send_feedback(key="sheet")

    assert (first.is_new, again.is_new) == (True, False)
    assert (again.feedback, again.query_code) == (first.feedback, first.query_code)
    assert Feedback.objects.count() == 1
    assert send_feedback(key="another").feedback.number == "LY-2026-00002"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"text": "　 \u200b。"}, "请填写内容"),
        ({"text": "长" * 5001}, "最多 5000 个字，现有 5001"),
        ({"kind": "praise"}, "请选择留言还是纠错"),
        ({"email": "不是邮箱"}, "电子邮箱的格式不对"),
        ({"name": "长" * 201}, "最多 200 个字"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_takes_no_number(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        send_feedback(**values)

    assert send_feedback().feedback.number == "LY-2026-00001"


@pytest.mark.parametrize(
    ("kind", "received", "due"),
    [
        (FeedbackKind.CORRECTION, date(2026, 3, 2), date(2026, 3, 5)),
        (FeedbackKind.MESSAGE, date(2026, 3, 2), date(2026, 3, 11)),
        (FeedbackKind.CORRECTION, date(2026, 9, 30), date(2026, 10, 10)),  # 国庆: 10月1日—7日 off, 10日 worked
        (FeedbackKind.MESSAGE, date(2026, 2, 13), date(2026, 3, 2)),  # 春节: 14日 and 28日 worked, 15—23日 off
        (FeedbackKind.CORRECTION, date(2026, 3, 7), date(2026, 3, 11)),  # a Saturday
    ],
)
def test_term_is_working_days_after_receipt(kind: FeedbackKind, received: date, due: date) -> None:
    at = datetime(received.year, received.month, received.day, 23, 59, tzinfo=get_current_timezone())

    sent = feedback.send(make_writing(kind=kind), submission_key="sheet", at=at)

    assert (sent.feedback.received_on, sent.feedback.due_on) == (received, due)


def test_terms_are_settings(settings: Settings) -> None:
    settings.FEEDBACK_CORRECTION_DAYS = 1

    assert send_feedback().feedback.due_on == date(2026, 3, 3)


def test_passing_on_keeps_the_day_and_begins_anew_at_the_other_agency() -> None:
    agency, other = make_agency(), make_agency()
    officer, theirs = handler_of(agency, email="a@gov.example"), handler_of(other, email="b@gov.example")
    row = send_feedback(agency).feedback
    feedback.judge(row.pk, Judgement.RIGHT, actor=officer, at=AT)

    feedback.pass_on(row.pk, other, actor=officer, at=AT + timedelta(days=1), reason="电话归县卫健局管")

    now = Feedback.objects.get(pk=row.pk)
    assert (now.agency, now.state, now.handler, now.judgement) == (other, FeedbackState.RECEIVED, None, "")
    assert now.due_on == row.due_on
    assert InboxMessage.objects.filter(user=theirs, subject__contains=row.number).count() == 1
    trails = AuditEvent.objects.filter(action="feedback.pass_on").values_list("agency_id", flat=True)
    assert set(trails) == {agency.pk, other.pk}
    assert feedback.reasons_against_role(now, officer)


def test_mails_and_trail_hold_nothing_of_what_was_written() -> None:
    agency = make_agency()
    officer = handler_of(agency, email="officer@gov.example")
    secrets = ("林试一", "13812345521", "门前的路灯坏了", "修好了，多谢您反映", "内部另行核实")
    writer = {"name": secrets[0], "phone": secrets[1], "email": "lin@mail.example"}
    sent = send_feedback(agency, text=secrets[2], **writer)
    pk = sent.feedback.pk

    feedback.judge(pk, Judgement.RIGHT, actor=officer, at=AT, note=secrets[4])
    feedback.answer(pk, secrets[3], actor=officer, at=AT)

    mails = list(Notice.objects.all())
    assert sorted(mail.address for mail in mails) == ["lin@mail.example", "lin@mail.example", "officer@gov.example"]
    told = [f"{mail.key} {mail.subject} {mail.body}" for mail in mails]
    told += [f"{one.subject} {one.path}" for one in InboxMessage.objects.all()]
    told += [f"{one.subject_name} {one.before} {one.after} {one.note}" for one in AuditEvent.objects.all()]
    for words in (*secrets, sent.query_code):
        assert not any(words in text for text in told), words
    assert all(sent.feedback.number in mail.subject for mail in mails)
    assert {event.action for event in AuditEvent.objects.all()} <= set(FEEDBACK_WORDS)


def test_answer_redirect_and_setting_aside_need_words_the_writer_reads() -> None:
    agency = make_agency()
    officer = handler_of(agency)
    row = make_feedback(agency=agency, state=FeedbackState.JUDGED)
    refused: list[Callable[[], object]] = [
        lambda: feedback.answer(row.pk, " ", actor=officer, at=AT),
        lambda: feedback.answer(row.pk, "长" * 3001, actor=officer, at=AT),
        lambda: feedback.redirect(row.pk, OtherPath.FEEDBACK, TOLD, actor=officer, at=AT),
        lambda: feedback.redirect(row.pk, OtherPath.PETITION, "", actor=officer, at=AT),
        lambda: feedback.set_aside(row.pk, "", actor=officer, at=AT),
        lambda: feedback.judge(row.pk, "lost", actor=officer, at=AT),
        lambda: feedback.pass_on(row.pk, agency, actor=officer, at=AT, reason="归其管"),
        lambda: feedback.pass_on(row.pk, make_agency(is_active=False), actor=officer, at=AT, reason="归其管"),
        lambda: feedback.pass_on(row.pk, make_agency(), actor=officer, at=AT, reason=""),
    ]
    for call in refused:
        with pytest.raises(ValidationError):
            call()
    feedback.redirect(row.pk, feedback.COMPLAIN, TOLD, actor=officer, at=AT)
    row.refresh_from_db()
    assert (row.state, row.other_path, row.answer) == (FeedbackState.REDIRECTED, "", TOLD)
    assert row.answered_on == localdate(AT)


def test_selection_refuses_whatever_tells_who_wrote() -> None:
    agency = make_agency()
    officer = handler_of(agency)
    values = {"name": "林试一", "phone": "0399-6612001", "email": "lin@mail.example"}
    row = make_feedback(agency=agency, state=FeedbackState.ANSWERED, **values)
    for words in (
        "林试一问",
        "林 试一",
        "打0399-6612001",
        "写给lin@mail.example",
        "13812345521",
        "11010519491231002X",
        " ",
    ):
        with pytest.raises(ValidationError):
            feedback_selection.select(row.pk, words, "九点。", actor=officer, at=AT)
    with pytest.raises(ValidationError, match="答复以后才能"):
        feedback_selection.select(make_feedback(agency=agency).pk, "几点收车？", "九点。", actor=officer, at=AT)

    feedback_selection.select(row.pk, "几点收车？", "九点。", actor=officer, at=AT)

    row.refresh_from_db()
    assert (row.is_selected, row.public_question, row.public_answer) == (True, "几点收车？", "九点。")
    feedback_selection.deselect(row.pk, actor=officer, at=AT)
    row.refresh_from_db()
    assert (row.is_selected, row.public_question) == (False, "")


def test_contact_is_shown_with_a_reason_that_the_trail_keeps() -> None:
    agency = make_agency()
    officer = handler_of(agency)
    row = make_feedback(agency=agency, name="林试一", phone="057188886666")
    for reason, words in (
        ("", "请写明查看的理由"),
        ("————。", "请写明查看的理由"),
        ("回电138 1234 5521", "不要写身份证号"),
        ("打给 林 试一", "不要写留言人"),
        ("拨0571-88886666核实", "不要写留言人"),
        ("核" * 301, "最多 300 个字"),
    ):
        with pytest.raises(ValidationError, match=words):
            feedback.view_contact(row.pk, reason, actor=officer)
    with pytest.raises(ValidationError) as refused:
        feedback.view_contact(row.pk, "打给林试一", actor=handler_of(make_agency()))
    assert "留言人" not in str(refused.value)  # a stranger's guess is not confirmed
    assert feedback.reasons_against_contact(make_feedback(agency=agency), officer)

    seen = feedback.view_contact(row.pk, "打电话核实", actor=officer)

    assert seen.name == "林试一"
    event = AuditEvent.objects.get(action="feedback.view_contact")
    assert (event.note, event.actor_id, event.subject_name) == ("打电话核实", officer.pk, row.number)
