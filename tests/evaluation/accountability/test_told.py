"""Who is held to account is told of it by a notice that names nobody, and anew of what it does not say."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils.timezone import localdate

from evaluation.accountability_enums import CaseAction, CaseState, Circumstance, NoticeKind, Part
from evaluation.accountability_rules import CLAUSES
from evaluation.models import AccountabilityCase, Respondent
from evaluation.services import (
    accountability_decide,
    accountability_notices,
    accountability_open,
    accountability_respondents,
)
from govportal.models import AuditEvent, User
from govportal.now import now
from tests.evaluation.accountability.test_cases import refused
from tests.factories.accountability import (
    bring_case_to,
    hear_person,
    inspectors_over,
    make_decision,
    make_opening,
    make_overseen,
    name_person,
    notify_person,
    open_case,
    reread,
    waive_person,
)

pytestmark = pytest.mark.django_db
S = CaseState


def test_what_somebody_says_may_change_what_he_bears() -> None:
    row = open_case()
    who = name_person(row, circumstance=Circumstance.APPROVED)
    name_person(row, part=Part.HEAD_IN_CHARGE, circumstance=Circumstance.APPROVED)
    row = bring_case_to(S.HEARD, row)

    changed: dict[str, Any] = {
        "part": Part.UNDERTAKER,
        "circumstance": Circumstance.OVERRULED,
        "dissent_on_record": False,
    }
    accountability_respondents.redivide(who.pk, **changed, actor=row.opened_by, at=now(), note="有书面意见为证。")

    who.refresh_from_db()
    assert who.get_responsibility_display() == "不承担责任"
    assert reread(row).state == S.HEARD and who.is_told  # of less than he was told


def test_nobody_is_decided_about_on_what_he_was_not_told() -> None:
    row = open_case()
    opener, second = inspectors_over(row.agency)
    said, signed = name_person(row, circumstance=Circumstance.APPROVED), name_person(row)
    name_person(row, part=Part.HEAD_IN_CHARGE, circumstance=Circumstance.APPROVED)
    reason = "只能是其中一种"
    assert reason in refused(notify_person, said)  # before anybody is told what contradicts itself
    share: dict[str, Any] = {"part": Part.UNDERTAKER, "circumstance": Circumstance.APPROVED, "dissent_on_record": False}
    redivide = partial(accountability_respondents.redivide, actor=opener, at=now(), note="意见是后补的。")
    redivide(signed.pk, **share)
    hear_person(said, text="初稿是按时送的。")
    waive_person(signed)
    row = bring_case_to(S.HEARD, row)
    paper = Respondent.objects.get(pk=signed.pk).paper

    silent: dict[str, Any] = {**share, "circumstance": Circumstance.KEPT_SILENT}
    for who in (said, signed):
        redivide(who.pk, **silent)

    row, said, signed = reread(row), Respondent.objects.get(pk=said.pk), Respondent.objects.get(pk=signed.pk)
    assert (row.state, row.heard_on) == (S.OPENED, None)
    for who in (said, signed):
        assert (who.has_had_his_say, who.statement, who.paper, who.hearing_notice) == (False, "", None, None)
    old = said.notices.get()
    assert (old.statement, old.heard_on, old.heard_by, old.withdrawn_on) == (
        "初稿是按时送的。", localdate(), opener, localdate(),
    )  # fmt: skip
    steps = row.events.filter(action=CaseAction.WITHDRAW)
    assert [(step.from_state, step.to_state, step.note, step.paper) for step in steps] == [
        (S.HEARD, S.OPENED, old.number, None), (S.OPENED, S.OPENED, signed.notices.get().number, paper),
    ]  # fmt: skip
    assert "还有 2 名责任人" in refused(accountability_respondents.conclude, row.pk, actor=opener, at=now())
    assert "须先制发告知书" in refused(_hear, said, opener)
    assert "作废" in refused(accountability_notices.deliver, old.pk, on=localdate(), actor=opener, at=now())
    head = row.respondents.get(part=Part.HEAD_IN_CHARGE)
    assert "全部责任" in refused(notify_person, said)  # beside the head who bears most of it
    redivide(head.pk, part=head.part, circumstance=Circumstance.KEPT_SILENT, dissent_on_record=False)
    new = notify_person(said)
    assert new.facts["responsibility"] == "承担全部责任" and "还没有登记送达" in refused(_hear, said, opener)
    hear_person(said, text="没有人提醒过我。")
    waive_person(signed)
    row = bring_case_to(S.HEARD, row)
    accountability_decide.decide(row.pk, make_decision(row), actor=second, at=now())
    assert [paper.kind for paper in said.notices.all()] == [
        NoticeKind.HEARING, NoticeKind.HEARING, NoticeKind.PERSON_DECISION,
    ]  # fmt: skip


def _hear(who: Respondent, actor: User) -> Respondent:
    statement = accountability_respondents.Statement(text="没有人提醒过我。", on=localdate())
    return accountability_respondents.hear(who.pk, statement, actor=actor, at=now())


def test_facts_name_nobody_and_change_before_the_first_notice_alone() -> None:
    row = open_case(facts="承办人柳如云明知不报。")
    opener = row.opened_by
    amend = partial(accountability_open.amend, row.pk, actor=opener, at=now())
    assert "请先“修改查明的事实”" in refused(name_person, row, name="柳如云")
    other = name_person(row, name="牧野青")
    for words, facts in {"责任人的姓名": "牧野青明知不报。", "须写明": " ", "最多": "长" * 5001}.items():
        assert words in refused(amend, facts)
    before = row.facts_digest
    amend("承办人明知不报。")
    row = reread(row)
    assert row.facts == "承办人明知不报。" and before != row.facts_digest
    event = AuditEvent.objects.get(action="accountability.amend")
    assert event.after["digest_before"] == before and "柳如云" not in str(list(AuditEvent.objects.values()))
    name_person(row, name="柳如云")
    AccountabilityCase.objects.filter(pk=row.pk).update(facts="柳如云明知不报。")  # as before this rule
    assert "请先“修改查明的事实”" in refused(notify_person, other)
    amend("承办人明知，没有报告。")
    notify_person(other)
    assert "不能再改" in refused(amend, "承办人不知情。")
    assert "请由另一人对本案不予追究" in refused(name_person, row, name="明知")


def test_case_is_opened_by_a_clause_that_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    agency = make_overseen()
    wanted, day = make_opening(agency), localdate()
    opener = inspectors_over(agency)[0]
    ended = replace(CLAUSES[wanted.clause], until_on=day - timedelta(days=1))
    assert not accountability_open.reasons_against_opening(wanted, opener, day)

    monkeypatch.setattr(accountability_open, "CLAUSES", {ended.key: ended})

    assert accountability_open.reasons_against_opening(wanted, opener, day) == ["请选择现行的追究情形。"]


def test_dropped_case_tells_everybody_once_however_often_he_was_told() -> None:
    row = open_case()
    who = name_person(row)
    hear_person(who)
    changed: dict[str, Any] = {
        "part": Part.UNDERTAKER,
        "circumstance": Circumstance.KEPT_SILENT,
        "dissent_on_record": False,
    }
    accountability_respondents.redivide(who.pk, **changed, actor=row.opened_by, at=now(), note="另有审批。")
    notify_person(who)

    bring_case_to(S.DROPPED, row)

    assert who.notices.filter(kind=NoticeKind.PERSON_DECISION).count() == 1
