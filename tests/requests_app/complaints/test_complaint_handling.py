"""Every step of a complaint: what it writes, what the complainant is told, and what is refused."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import models

from govportal.models import Agency, AuditEvent
from requests_app import complaint_page
from requests_app.complaint_enums import ComplaintAction, ComplaintFileKind, ComplaintResult, ComplaintState, OtherPath
from requests_app.models import ComplaintEvent
from requests_app.services import complaint_handling as handling
from tests.factories import make_agency, make_private_file
from tests.factories.complaints import (
    complaint_officer_of,
    make_answer,
    make_complaint,
    make_complaint_officer,
    reread_complaint,
)
from tests.factories.requests import AT, TODAY

pytestmark = pytest.mark.django_db

S = ComplaintState
REASON, LONG = "属于信访事项，不属于政务公开。", "很" * 5001


def refusal(call: Callable[[], models.Model]) -> str:
    """Why it was refused; empty where it was not."""
    try:
        call()
    except ValidationError as error:
        return "\n".join(error.messages)
    return ""


# --- steps -----------------------------------------------------------------------------------------------------


def test_each_step_writes_state_day_and_record() -> None:
    row = make_complaint()
    actor = complaint_officer_of(row)
    handling.accept(row.pk, actor=actor, at=AT, note="符合受理条件")
    handling.investigate(row.pk, actor=actor, at=AT)
    handling.extend(row.pk, until=TODAY + timedelta(days=14), reason="需要调取三年的台账。", actor=actor, at=AT)
    handling.answer(row.pk, make_answer(files=[make_private_file()]), actor=actor, at=AT + timedelta(days=10))
    handling.close(row.pk, actor=actor, at=AT + timedelta(days=11), note="已经更新，不需要整改。")

    row = reread_complaint(row)
    assert (row.state, row.result, row.handler) == (S.CLOSED, ComplaintResult.UPHELD, actor)
    assert (row.accepted_on, row.answered_on, row.closed_on) == (TODAY, date(2026, 3, 12), date(2026, 3, 13))
    assert (row.answer_by, row.answer) == (date(2026, 3, 16), make_answer().text)
    assert row.files.get().kind == ComplaintFileKind.ANSWER
    steps = [(event.action, event.to_state) for event in row.events.all()]
    assert steps == [
        ("accept", S.ACCEPTED),
        ("investigate", S.INVESTIGATING),
        ("extend", S.INVESTIGATING),
        ("answer", S.ANSWERED),
        ("close", S.CLOSED),
    ]
    extension = row.events.get(action="extend")
    assert (extension.answer_by_before, extension.answer_by) == (date(2026, 3, 9), date(2026, 3, 16))
    assert (extension.public_note, extension.note) == ("需要调取三年的台账。", "")
    assert row.events.get(action="accept").note == "符合受理条件"


def test_transfer_on_the_fourth_working_day_tells_the_complainant_where() -> None:
    row = make_complaint(S.ACCEPTED)
    to = make_agency(name="县监察局")
    make_complaint_officer(to)

    handling.transfer(row.pk, to=to, actor=complaint_officer_of(row), at=AT + timedelta(days=4), note="属于你局职权。")

    row = reread_complaint(row)
    assert (row.desk, row.handler, row.transferred_on) == (to, None, date(2026, 3, 6))
    event = row.events.get(action="transfer")
    assert (event.desk, event.public_note) == (to, "已转送县监察局办理。")


def test_complainant_supplements_and_withdraws() -> None:
    row = make_complaint(S.TRANSFERRED)

    handling.supplement(row.pk, text="又去问过一次。", files=[make_private_file()], at=AT)
    handling.withdraw(row.pk, at=AT, reason="已经解决")

    row = reread_complaint(row)
    assert (row.state, row.closed_on, row.files.get().added_by) == (S.WITHDRAWN, TODAY, None)
    assert [event.by_complainant for event in row.events.all()][-2:] == [True, True]


def test_assigned_officer_is_one_of_those_who_may_see() -> None:
    row = make_complaint()
    colleague = make_complaint_officer(row.desk)

    handling.assign(row.pk, to=colleague, actor=complaint_officer_of(row), at=AT)

    assert reread_complaint(row).handler == colleague


# --- refusals --------------------------------------------------------------------------------------------------


def refuse_each(cases: list[tuple[str, Callable[[], models.Model]]]) -> None:
    """Each says why, and none leaves a step behind."""
    before = ComplaintEvent.objects.count()
    for words, call in cases:
        told = refusal(call)
        assert words in told, (words, told)
    assert ComplaintEvent.objects.count() == before


def test_steps_at_the_door_are_refused_without_reason_or_in_the_wrong_state() -> None:
    row, accepted, answered = make_complaint(), make_complaint(S.ACCEPTED), make_complaint(S.ANSWERED)
    one, two, three = (complaint_officer_of(of) for of in (row, accepted, answered))
    paper = make_private_file()

    def redirect(path: str, notice: str) -> ComplaintEvent:
        return handling.redirect(row.pk, path=path, actor=one, at=AT, notice=notice)

    refuse_each(
        [
            ("须写明不予受理的理由", lambda: handling.refuse(row.pk, actor=one, at=AT, reason="。。。 无")),
            ("最多 5000 个字", lambda: handling.refuse(row.pk, actor=one, at=AT, reason=LONG)),
            ("请选择应当走的途径", lambda: redirect("lost", REASON)),
            ("须告知投诉人为什么", lambda: redirect(OtherPath.REQUEST, "")),
            ("只能分派给办理单位", lambda: handling.assign(row.pk, to=two, actor=one, at=AT)),
            ("请填写备注", lambda: handling.write_note(row.pk, actor=one, at=AT, text="")),
            ("请写明补充的情况", lambda: handling.supplement(row.pk, text="", files=(), at=AT)),
            ("最多 5000 个字", lambda: handling.supplement(row.pk, text=LONG, files=[paper], at=AT)),
            ("何时、怎样表示撤回", lambda: handling.withdraw(row.pk, at=AT, actor=one)),
            ("最多 5000 个字", lambda: handling.withdraw(row.pk, at=AT, reason=LONG)),
            ("最多 5000 个字", lambda: handling.accept(row.pk, actor=one, at=AT, note=LONG)),
            ("最多 5000 个字", lambda: handling.assign(row.pk, to=one, actor=one, at=AT, note=LONG)),
            ("最多 5000 个字", lambda: handling.investigate(accepted.pk, actor=two, at=AT, note=LONG)),
            ("最多 5000 个字", lambda: handling.close(answered.pk, actor=three, at=AT, note=LONG)),
            ("不能受理", lambda: handling.accept(accepted.pk, actor=two, at=AT)),
            ("不能答复", lambda: handling.answer(accepted.pk, make_answer(), actor=two, at=AT)),
            ("不能补充材料", lambda: handling.supplement(answered.pk, text=REASON, files=(), at=AT)),
        ]
    )


def test_transfer_is_refused_where_nobody_may_handle() -> None:
    row, nowhere, elsewhere = make_complaint(S.ACCEPTED), make_agency(), make_agency()
    make_complaint_officer(elsewhere)
    officer = complaint_officer_of(row)

    def transfer(to: Agency | None, note: str = REASON) -> ComplaintEvent:
        return handling.transfer(row.pk, to=to, actor=officer, at=AT, note=note)

    refuse_each(
        [
            ("须写明转送的理由", lambda: transfer(elsewhere, "")),
            ("请选择有权办理的单位", lambda: transfer(None)),
            ("不能转给被投诉的单位", lambda: transfer(row.agency)),
            ("已经在这个单位", lambda: transfer(row.desk)),
            ("没有投诉举报经办", lambda: transfer(nowhere)),
        ]
    )


def test_extension_and_answer_are_refused_without_day_or_finding() -> None:
    row, answered = make_complaint(S.INVESTIGATING), make_complaint(S.ANSWERED)
    officer, other = complaint_officer_of(row), complaint_officer_of(answered)

    def extend(until: date | None, reason: str = REASON, days: int = 0) -> ComplaintEvent:
        return handling.extend(row.pk, until=until, reason=reason, actor=officer, at=AT + timedelta(days=days))

    def answer(**values: str) -> ComplaintEvent:
        return handling.answer(row.pk, make_answer(**values), actor=officer, at=AT)

    refuse_each(
        [
            ("以后", lambda: extend(None)),
            ("2026-03-09 以后", lambda: extend(date(2026, 3, 9))),
            ("须是工作日", lambda: extend(date(2026, 3, 14))),
            ("最晚到 2026-05-31", lambda: extend(date(2026, 6, 1))),
            ("须写明延期的理由", lambda: extend(date(2026, 3, 13), "")),
            ("不能再延期", lambda: extend(date(2026, 3, 20), days=8)),
            ("请选择调查结论", lambda: answer(result="lost")),
            ("须写明查明的事实", lambda: answer(text="")),
            ("最多 5000 个字", lambda: answer(text=LONG)),
            ("请先交办整改", lambda: handling.close(answered.pk, actor=other, at=AT)),
        ]
    )


def test_case_that_was_not_so_is_closed_without_a_word() -> None:
    row = make_complaint(S.ANSWERED, result=ComplaintResult.NOT_UPHELD)

    event = handling.close(row.pk, actor=complaint_officer_of(row), at=AT)

    assert event.action == ComplaintAction.CLOSE


def test_material_is_kept_for_the_desk_alone() -> None:
    row, ended = make_complaint(S.INVESTIGATING), make_complaint(S.CLOSED)
    actor = complaint_officer_of(row)

    first, second = handling.add_material(row.pk, [make_private_file(), make_private_file()], actor=actor, at=AT)
    named = handling.add_material(row.pk, [make_private_file()], actor=actor, at=AT, title="走访记录")[0]
    handling.add_material(ended.pk, [make_private_file()], actor=complaint_officer_of(ended), at=AT)

    assert [(held.kind, held.title, held.added_by) for held in (first, named)] == [
        (ComplaintFileKind.INQUIRY, first.file.name, actor),
        (ComplaintFileKind.INQUIRY, "走访记录", actor),
    ]
    assert not complaint_page.shown_files(row).exists()
    event = AuditEvent.objects.filter(action="complaint.add_file", subject_id=str(row.pk)).earliest("pk")
    assert event.after == {"files": [first.pk, second.pk], "kind": "inquiry"}
    stranger, file = make_complaint_officer(), make_private_file()
    for files, by, kind, words in (
        ([], actor, ComplaintFileKind.INQUIRY, "请选择要上传的材料"),
        ([file], stranger, ComplaintFileKind.INQUIRY, "不能办理"),
        ([file], actor, ComplaintFileKind.ANSWER, "随答复"),
    ):
        with pytest.raises(ValidationError, match=words):
            handling.add_material(row.pk, files, actor=by, at=AT, kind=kind)
