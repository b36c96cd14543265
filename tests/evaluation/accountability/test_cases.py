"""A case from the opening to the verified correction, and what each step is refused for."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from disclosure.models import Rectification
from evaluation.accountability_enums import (
    CaseAction,
    CaseState,
    Circumstance,
    Measure,
    NoticeKind,
    Part,
    Responsibility,
)
from evaluation.accountability_rules import CLAUSES
from evaluation.models import AccountabilityCase, Respondent
from evaluation.services import (
    accountability_correct,
    accountability_decide,
    accountability_notices,
    accountability_open,
    accountability_procedure,
    accountability_respondents,
    accountability_summary,
)
from evaluation.services.accountability_decide import Outcome
from govportal.calendar import load_calendar
from govportal.models import AuditEvent, InboxMessage, User
from govportal.now import now
from govportal.permissions import Role
from govportal.workdays import add_working_days, is_working_day
from requests_app.complaint_enums import ComplaintState
from requests_app.models import Complaint
from tests.factories import make_agency, make_member
from tests.factories.accountability import (
    ADMONISHED,
    bring_case_to,
    day_after,
    deliver_papers,
    hear_person,
    inspectors_over,
    make_case,
    make_decision,
    make_head,
    make_opening,
    make_overseen,
    make_person,
    make_signed_paper,
    name_person,
    notify_person,
    open_case,
    reread,
    waive_person,
    working_day_after,
)
from tests.factories.complaints import make_complaint

pytestmark = pytest.mark.django_db
S = CaseState


def refused(call: Callable[..., object], *args: Any, **kwargs: Any) -> str:
    """The reasons for which a service refuses."""
    with pytest.raises(ValidationError) as caught:
        call(*args, **kwargs)
    return "".join(caught.value.messages)


def test_case_goes_from_opening_to_verified_correction() -> None:
    agency = make_overseen()
    head = make_head(agency, email="head@agency.example")
    row = open_case(agency)
    undertaker = name_person(row, part=Part.UNDERTAKER, circumstance=Circumstance.APPROVED)
    leader = name_person(row, part=Part.HEAD_IN_CHARGE, circumstance=Circumstance.APPROVED)
    opener, second = inspectors_over(agency)
    hear_person(undertaker)
    waive_person(leader)
    accountability_respondents.conclude(row.pk, actor=opener, at=now())
    people = {
        undertaker.pk: Outcome(measure=Measure.CRITICISM, consideration="采纳。"),
        leader.pk: Outcome(measure=Measure.TALK),
    }
    decision = make_decision(reread(row), people=people, agency_measure=Measure.CIRCULAR)
    accountability_decide.decide(row.pk, decision, actor=second, at=now())
    deliver_papers(row)
    report = partial(accountability_correct.report, row.pk, actor=head, at=now())
    assert "PDF" in refused(report, text="目录已经公开。", paper=make_signed_paper(b"a,b\n1,2\n", "report.csv"))
    report(text="目录已经公开。", paper=make_signed_paper())
    assert f"已于 {localdate().isoformat()} 报告改正情况，等待核实" in refused(report, text="再报。")
    accountability_correct.send_back(
        row.pk, due_on=working_day_after(9), note="流程图还没有公开。", actor=opener, at=now()
    )
    accountability_correct.report(row.pk, text="流程图也公开了。", actor=head, at=now())
    accountability_correct.verify(row.pk, text="已经核对。", actor=opener, at=now())
    assert f"已于 {localdate().isoformat()} 核实结案" in refused(report, text="再报。")

    row = reread(row)
    step = row.events.get(paper__isnull=False)
    opened = partial(accountability_respondents.open_step_paper, step.pk)
    assert step.action == CaseAction.REPORT and opened(actor=head) == opened(actor=opener) == step.paper
    undertaker.refresh_from_db()
    leader.refresh_from_db()
    assert row.number == f"责任追究〔{localdate().year}〕1号"
    assert (row.state, row.closed_on, row.correction) == (S.CLOSED, localdate(), "流程图也公开了。")
    assert [who.get_responsibility_display() for who in (undertaker, leader)] == ["次要责任", "主要责任"]
    assert row.notices.filter(kind=NoticeKind.PERSON_DECISION).count() == 2
    steps = [event.action for event in row.events.all()]
    A = CaseAction
    assert steps == [
        A.OPEN, A.NAME, A.NAME, A.NOTIFY, A.DELIVER, A.HEAR, A.NOTIFY, A.DELIVER, A.WAIVE, A.CONCLUDE, A.DECIDE,
        A.DELIVER, A.DELIVER, A.DELIVER, A.REPORT, A.RETURN, A.REPORT, A.VERIFY,
    ]  # fmt: skip
    told = list(InboxMessage.objects.filter(user=head).order_by("pk").values_list("subject", flat=True))
    assert [subject.partition("：")[0] for subject in told] == ["责任追究决定", "改正报告退回", "责任追究结案"]
    trail = str(list(AuditEvent.objects.values()))
    assert not any(word in trail for word in (undertaker.name, leader.name, undertaker.post, "审签"))


def test_nobody_is_decided_about_before_he_had_his_say() -> None:
    row = open_case()
    opener, second = inspectors_over(row.agency)
    assert "还没有登记责任人" in refused(accountability_respondents.conclude, row.pk, actor=opener, at=now())
    heard, silent = name_person(row), name_person(row)
    hear_person(heard)
    assert "还有 1 名责任人" in refused(accountability_respondents.conclude, row.pk, actor=opener, at=now())
    decision = make_decision(reread(row))
    assert "已立案" in refused(accountability_decide.decide, row.pk, decision, actor=second, at=now())
    assert "须先制发告知书" in refused(
        accountability_respondents.waive, silent.pk, make_signed_paper(), on=localdate(), actor=opener, at=now()
    )
    notify_person(silent)
    waive = accountability_respondents.waive
    said = accountability_respondents.Statement(text="初稿早已编好。", on=localdate())
    for call in (
        lambda: waive(silent.pk, make_signed_paper(), on=localdate(), actor=opener, at=now()),
        lambda: accountability_respondents.hear(silent.pk, said, actor=opener, at=now()),
    ):
        assert "还没有登记送达这位责任人" in refused(call)
    deliver_papers(row)
    assert "书面材料" in refused(waive, silent.pk, None, on=localdate(), actor=opener, at=now())
    disguised = make_signed_paper(b"a,b\n1,2\n", "waiver.csv")
    assert "PDF" in refused(waive, silent.pk, disguised, on=localdate(), actor=opener, at=now())
    tomorrow = localdate() + timedelta(days=1)
    assert "今天" in refused(waive, silent.pk, make_signed_paper(), on=tomorrow, actor=opener, at=now())
    waive_person(silent)
    assert "不能再次登记" in refused(waive, silent.pk, make_signed_paper(), on=localdate(), actor=opener, at=now())
    assert "不能撤销登记" in refused(
        accountability_respondents.strike, silent.pk, actor=opener, at=now(), reason="登记错了"
    )
    accountability_respondents.conclude(row.pk, actor=opener, at=now())
    accountability_decide.decide(row.pk, make_decision(reread(row)), actor=second, at=now())
    assert reread(row).state == S.DECIDED


def test_who_opened_a_case_does_not_end_it() -> None:
    row = make_case(S.HEARD)
    opener = row.opened_by

    for call in (
        lambda: accountability_decide.decide(row.pk, make_decision(row), actor=opener, at=now()),
        lambda: accountability_decide.drop(row.pk, reasons="不属实。", actor=opener, at=now()),
    ):
        assert "另一人决定" in refused(call)


def test_nobody_holds_his_own_agency_to_account() -> None:
    agency = make_overseen()
    _opener, second = inspectors_over(agency)
    of_it = make_member(Role.INSPECTOR, agency.parent)
    make_member(Role.STAFF, agency, user=of_it)
    elsewhere = make_member(Role.INSPECTOR, make_agency())
    row = make_case(agency=agency)

    for actor in (of_it, elsewhere, make_head(agency), make_member(Role.ADMINISTRATOR, agency.parent)):
        wanted = make_opening(agency)
        assert accountability_open.reasons_against_opening(wanted, actor, localdate())
        assert not AccountabilityCase.objects.visible_to(actor).exists()
        for action in CaseAction:
            if action != CaseAction.OPEN:
                assert accountability_procedure.reasons_against(row, action, actor), action
    assert set(AccountabilityCase.objects.visible_to(second)) == {row}


def test_the_heads_of_the_agency_answer_decided_cases_alone() -> None:
    agency = make_overseen()
    heads = [make_head(agency), make_head(agency, Role.AGENCY_HEAD)]
    row = make_case(S.HEARD, agency=agency)
    for head in heads:
        assert not AccountabilityCase.objects.told_to(head).exists()
    bring = make_decision(row)
    accountability_decide.decide(row.pk, bring, actor=inspectors_over(agency)[1], at=now())

    for reader in (*heads, make_member(Role.PUBLISHER, agency), make_head(make_agency())):
        is_told = reader in heads
        assert AccountabilityCase.objects.told_to(reader).exists() == is_told
        assert not AccountabilityCase.objects.visible_to(reader).exists()
        papers = accountability_notices.readable(reread(row), reader)
        assert {paper.kind for paper in papers} == {NoticeKind.AGENCY_DECISION}
        for paper in row.notices.all():
            if is_told and paper.kind == NoticeKind.AGENCY_DECISION:
                assert accountability_notices.open_notice(paper.pk, actor=reader).size
            else:
                with pytest.raises(paper.DoesNotExist):
                    accountability_notices.open_notice(paper.pk, actor=reader)
    assert AuditEvent.objects.filter(action="accountability.open_notice").count() == 2


def test_referral_is_taken_once_and_shows_nothing_of_the_complaint() -> None:
    agency = make_overseen()
    complaint = make_complaint(ComplaintState.ANSWERED, agency=agency)
    Complaint.objects.filter(pk=complaint.pk).update(referred_on=localdate())
    opener, _second = inspectors_over(agency)
    of_it = make_member(Role.INSPECTOR, agency.parent)
    make_member(Role.STAFF, agency, user=of_it)

    found = accountability_open.referrals(opener)
    assert [(one.number, one.agency, one.referred_on) for one in found] == [
        (complaint.number, agency.name, localdate())
    ]
    assert {str(getattr(one, name)) for one in found for name in one.__slots__} & {
        complaint.facts,
        str(complaint.desk),
    } == set()
    assert accountability_open.referrals(of_it) == []
    betraying = {"facts": "群众投诉反映的问题属实。", "complaint_id": complaint.pk}
    wanted = make_opening(agency, **betraying)
    assert "有人投诉" in "".join(accountability_open.reasons_against_opening(wanted, opener, localdate()))
    row = open_case(agency, complaint_id=complaint.pk)
    assert accountability_open.referrals(opener) == []
    again = make_opening(agency, complaint_id=complaint.pk)
    assert "已经立案" in refused(accountability_open.open_case, again, actor=opener, at=now())
    name_person(row)
    bring_case_to(S.DECIDED, row)
    decided = reread(row)
    for paper in decided.notices.all():
        assert complaint.number not in str(paper.facts)


def test_public_facts_never_speak_of_complaints_but_by_the_clause() -> None:
    agency = make_overseen(name="信访局")
    opener, day = inspectors_over(agency)[0], localdate()
    clause = CLAUSES["unsupervised.complaints"]
    for word in ("有人投诉，目录没有公开。", "群众举报属实。"):
        found = accountability_open.reasons_against_opening(make_opening(agency, public_facts=word), opener, day)
        assert len(found) == 1 and "投诉、举报字样" in found[0], (word, found)
    allowed = make_opening(agency, clause=clause.key, public_facts=f"信访局去年{clause.words}。")
    assert not accountability_open.reasons_against_opening(allowed, opener, day)


def test_summary_says_whether_anybody_was_heard() -> None:
    row = make_case(S.DECIDED)
    share = {"part": Part.UNDERTAKER, "responsibility": Responsibility.WHOLE, "measure": Measure.ORAL}
    heard, waived = Respondent(**share, heard_on=localdate()), Respondent(**share, waived_on=localdate())
    mixed = "听取有关责任人的陈述和申辩（有责任人书面放弃）后，于"
    said = {"听取有关责任人的陈述和申辩后，于": [heard], mixed: [heard, waived], "书面放弃陈述和申辩后，于": [waived]}
    for words, people in said.items():
        text = accountability_summary.composed(row, people).text
        assert words in text, (words, text)
        assert ("听取" in text) == (heard in people), text


def test_decision_is_refused_for_what_does_not_fit() -> None:
    row = open_case()
    undertaker = name_person(row, circumstance=Circumstance.OVERRULED)
    head = name_person(row, part=Part.HEAD_IN_CHARGE, circumstance=Circumstance.OVERRULED)
    row = bring_case_to(S.HEARD, row)
    second, fine = inspectors_over(row.agency)[1], "采纳。"
    good = {undertaker.pk: Outcome(consideration=fine), head.pk: Outcome(**ADMONISHED, consideration=fine)}
    faults: dict[str, dict[str, Any]] = {
        "须写明决定的理由": {"reasons": " "},
        "责任人的姓名": {"reasons": f"{head.name}负有责任。"},
        "手机号": {"reasons": "联系电话13812345678。"},
        "不适用于单位": {"agency_measure": Measure.TALK},
        "不承担责任，不能处理": {"people": {**good, undertaker.pk: Outcome(**ADMONISHED, consideration=fine)}},
        "须写明是哪一种：调离原工作岗位、离岗培训3个月": {
            "people": {**good, head.pk: Outcome(measure=Measure.CIRCULAR, consideration=fine)}
        },
        "须写明是哪一种：不分形式": {
            "people": {**good, head.pk: Outcome(measure=Measure.TALK, form="transfer", consideration=fine)}
        },
        "须选择处理方式": {"people": {**good, head.pk: Outcome(consideration=fine)}},
        "须写明采纳情况": {"people": {**good, head.pk: Outcome(**ADMONISHED)}},
        "其他责任人的姓名": {
            "people": {**good, head.pk: Outcome(**ADMONISHED, consideration=f"{undertaker.name}提过意见。")}
        },
        "没有这种处理方式": {"people": {**good, head.pk: Outcome(measure="exile", consideration=fine)}},
        "今天以后": {"correction_due_on": localdate()},
        "一年以内": {"correction_due_on": day_after(400)},
        "最多": {"reasons": "长" * 3001},
    }

    for words, values in faults.items():
        decision = make_decision(row, **({"people": good} | values))
        found = accountability_decide.reasons_against_deciding(row, decision, second, localdate())
        assert len(found) == 1 and words in found[0], (words, found)
    assert not accountability_decide.reasons_against_deciding(row, make_decision(row, people=good), second, localdate())


def test_person_is_refused_who_does_not_fit() -> None:
    row = open_case()
    faults: dict[str, dict[str, Any]] = {
        "须填写姓名": {"name": " "},
        "姓名最多": {"name": "长" * 61},
        "须填写职务": {"post": ""},
        "没有规定": {"part": Part.MEMBER},
        "只适用于集体讨论": {"dissent_on_record": True},
        "职务里不写姓名": {"name": "柳如云", "post": "股长柳如云"},
        "删去姓名后重新立案": {"name": row.public_facts[:4]},
    }

    for words, values in faults.items():
        found = accountability_respondents.reasons_against_naming(row, make_person(**values), row.opened_by)
        assert any(words in reason for reason in found), (words, found)


def test_dropped_case_tells_whoever_was_told_of_it() -> None:
    row = open_case()
    told, untold = name_person(row), name_person(row)
    notify_person(told)

    bring_case_to(S.DROPPED, row)

    assert {paper.respondent for paper in row.notices.filter(kind=NoticeKind.PERSON_DECISION)} == {told}
    assert untold.notices.count() == 0


def test_case_is_not_closed_before_what_it_ordered_is_done() -> None:
    row = make_case(S.HEARD)
    opener, second = inspectors_over(row.agency)
    who = row.respondents.get()
    people = {who.pk: Outcome(measure=Measure.DISCIPLINE, consideration="不采纳。")}
    accountability_decide.decide(row.pk, make_decision(row, people=people), actor=second, at=now())
    order = accountability_correct.Order(problem="职权目录没有公开。", requirement="公开目录。")
    made = accountability_correct.order_rectification(row.pk, order, actor=opener, at=now())
    assert "已经交办整改" in refused(accountability_correct.order_rectification, row.pk, order, actor=opener, at=now())
    head = make_head(row.agency)
    deliver_papers(row)
    accountability_correct.report(row.pk, text="已经公开。", actor=head, at=now())

    verify = accountability_correct.verify
    found = refused(verify, row.pk, text="已经核对。", actor=second, at=now())
    assert "需要移送" in found and made.number in found
    assert set(accountability_correct.people_of(made)) == set(inspectors_over(row.agency))
    assert list(accountability_correct.mandated(opener)) == [{"rectification": made.pk}]
    accountability_decide.refer(who.pk, on=localdate(), actor=opener, at=now())
    Rectification.objects.filter(pk=made.pk).update(state="cancelled")
    verify(row.pk, text="已经核对。", actor=second, at=now())
    assert reread(row).state == S.CLOSED


def test_nobody_is_done_with_a_decision_that_has_not_arrived() -> None:
    """Neither the agency reports nor the office closes before everybody has it in writing (第十二条)."""
    row = make_case(S.DECIDED)
    head, second = make_head(row.agency), inspectors_over(row.agency)[1]
    papers = list(row.notices.filter(delivered_on=None))
    assert {paper.kind for paper in papers} == {NoticeKind.AGENCY_DECISION, NoticeKind.PERSON_DECISION}
    for left in (2, 1):
        found = refused(accountability_correct.report, row.pk, text="已经公开。", actor=head, at=now())
        assert f"还有 {left} 份决定文书没有登记送达" in found
        accountability_notices.deliver(papers.pop().pk, on=localdate(), actor=second, at=now())

    accountability_correct.report(row.pk, text="已经公开。", actor=head, at=now())

    assert accountability_correct.reasons_against_verifying(reread(row), "已经核对。", second) == []
    early = make_case(S.DECIDED)
    early.state = S.CORRECTED  # in memory alone: the database refuses it
    reasons = accountability_correct.reasons_against_verifying(early, "已经核对。", inspectors_over(early.agency)[1])
    assert len(reasons) == 1 and "还有 2 份决定文书没有登记送达" in reasons[0]


def test_correction_is_never_due_on_a_day_off() -> None:
    calendar = load_calendar()
    off = next(day for day in map(day_after, range(1, 30)) if not is_working_day(day, calendar))
    following = add_working_days(off, 1, calendar)
    words = f"{off.isoformat()} 放假，下一个工作日是 {following.isoformat()}"
    row = make_case(S.HEARD)
    second = inspectors_over(row.agency)[1]

    decision = make_decision(row, correction_due_on=off)
    assert words in refused(accountability_decide.decide, row.pk, decision, actor=second, at=now())
    reported = make_case(S.CORRECTED)
    opener = reported.opened_by
    found = refused(accountability_correct.send_back, reported.pk, due_on=off, note="补充。", actor=opener, at=now())
    assert words in found
    accountability_correct.send_back(reported.pk, due_on=following, note="补充。", actor=opener, at=now())
    assert reread(reported).correction_due_on == following


def test_look_at_a_case_and_at_names_is_on_record() -> None:
    row = make_case()
    opener, _second = inspectors_over(row.agency)
    for _look in range(2):
        accountability_procedure.view(row.pk, actor=opener, at=now())
    who = row.respondents.get()

    unmask = accountability_respondents.unmask
    assert "理由" in refused(unmask, row.pk, "…", actor=opener)
    assert "姓名" in refused(unmask, row.pk, f"核对{who.name}的笔录", actor=opener)
    assert "不能查看" in refused(unmask, row.pk, "核对笔录内容", actor=make_head(row.agency))
    assert unmask(row.pk, "核对笔录内容", actor=opener)[0].name == who.name
    assert accountability_respondents.masked(who) == f"{who.name[0]}**"
    looks = AuditEvent.objects.filter(action__in=["accountability.view", "accountability.unmask"])
    assert sorted(looks.values_list("action", flat=True)) == ["accountability.unmask", "accountability.view"]
    assert User.objects.filter(pk=opener.pk).exists()
