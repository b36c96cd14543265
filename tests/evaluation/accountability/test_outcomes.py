"""What is decided says which of several things it means; what came on paper ends a case that nobody answers."""

from typing import Any

import pytest
from django.utils.timezone import localdate

from disclosure.services import review
from evaluation.accountability_enums import CaseState, Measure, MeasureForm, NoticeKind
from evaluation.accountability_queues import CASE_QUEUES, QUEUES, Look
from evaluation.models import AccountabilityCase
from evaluation.services import accountability_correct, accountability_decide, accountability_summary
from evaluation.services.accountability_decide import Outcome
from govportal.contributions import Visit
from govportal.models import User
from govportal.now import now
from govportal.permissions import Role
from tests.evaluation.accountability.test_cases import refused
from tests.factories import make_member
from tests.factories.accountability import (
    bring_case_to,
    day_after,
    deliver_papers,
    inspectors_over,
    make_case,
    make_decision,
    make_head,
    make_signed_paper,
    name_person,
    open_case,
    reread,
)

pytestmark = pytest.mark.django_db
S = CaseState


def test_decision_letter_and_summary_say_which_form_of_a_measure_is_meant() -> None:
    row = open_case()
    for _number in range(2):
        name_person(row)
    row = bring_case_to(S.HEARD, row)
    forms = dict(zip(row.respondents.all(), (MeasureForm.TRANSFER, MeasureForm.TRAINING), strict=True))
    people = {
        who.pk: Outcome(measure=Measure.CIRCULAR, form=form, consideration="采纳。") for who, form in forms.items()
    }
    second = inspectors_over(row.agency)[1]

    accountability_decide.decide(row.pk, make_decision(row, people=people), actor=second, at=now())

    row = reread(row)
    summary = accountability_summary.composed(row, list(row.respondents.all())).text
    to_agency = str(row.notices.get(kind=NoticeKind.AGENCY_DECISION).facts["people"])
    for who, form in forms.items():
        letter = row.notices.get(kind=NoticeKind.PERSON_DECISION, respondent=who)
        assert letter.facts["measure"] == form.label
        assert f"1名，承担全部责任，{form.label}。" in summary and f"承担全部责任，{form.label}。" in to_agency
    assert "或者离岗" not in summary + to_agency


def test_report_on_paper_is_noted_by_one_and_verified_by_another() -> None:
    """Of an agency that was dissolved nobody can answer; the case would never end."""
    row = make_case(S.DECIDED)
    opener, second = inspectors_over(row.agency)
    receive, day = accountability_correct.receive, localdate()
    said: dict[str, Any] = {"text": "承继单位报告：目录已经公开。", "on": day, "actor": opener, "at": now()}
    assert "没有登记送达" in refused(receive, row.pk, paper=make_signed_paper(), **said)
    deliver_papers(row)
    assert "须附书面报告" in refused(receive, row.pk, paper=None, **said)
    assert "不能晚于今天" in refused(receive, row.pk, paper=make_signed_paper(), **{**said, "on": day_after(1)})
    assert "不能办理" in refused(receive, row.pk, paper=make_signed_paper(), **{**said, "actor": make_head(row.agency)})

    receive(row.pk, paper=make_signed_paper(), **said)

    assert reread(row).state == S.CORRECTED
    assert "不能核实" in refused(accountability_correct.verify, row.pk, text="属实。", actor=opener, at=now())
    accountability_correct.verify(row.pk, text="属实。", actor=second, at=now())
    assert reread(row).state == S.CLOSED


def counted_for(user: User) -> int:
    [queue] = [one for one in QUEUES if one.key == "accountability-summary"]
    figure = queue.figure(Visit(user, now(), dict))
    assert figure
    return figure.count


def test_summary_whose_draft_was_thrown_away_is_awaited_again() -> None:
    row, published = make_case(S.DECIDED), make_case(S.DECIDED)
    look = Look(row.opened_by, localdate())
    waiting = AccountabilityCase.objects.filter(CASE_QUEUES["summary"][1](look)).order_by("pk")
    summary = accountability_summary.Summary(title="关于责任追究情况的通报", text="承办人1名，口头告诫。")
    said: dict[str, Any] = {"actor": row.opened_by, "at": now()}
    assert list(waiting) == [row, published]

    first = accountability_summary.draft_summary(row.pk, summary, **said)
    assert list(waiting.all()) == [published]
    assert "已经拟制公开摘要" in refused(accountability_summary.draft_summary, row.pk, summary, **said)
    review.discard(first.editions.get().pk, actor=make_member(Role.PUBLISHER, first.agency), at=now(), note="有误")

    assert list(waiting.all()) == [row, published]
    assert counted_for(row.opened_by) == 1
    assert accountability_summary.draft_summary(row.pk, summary, **said) != first
    assert list(waiting.all()) == [published]
