"""定分: only what recomputes is frozen, whatever was ruled, withdrawn, measured anew or carried over before."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from disclosure.models import Obligation
from evaluation.enums import RoundState, Ruling
from evaluation.models import AssessmentRound, Finding, Score
from evaluation.queries import BY_RANK
from evaluation.services import archive, findings, measure, objections, round_items, rounds
from evaluation.workflow import RoundAction
from govportal.now import now, today
from tests.evaluation.objections.test_objections import Dispute, make_dispute
from tests.factories.obligations import make_obligation
from tests.factories.rounds import freeze_round, make_finding, share_round

pytestmark = pytest.mark.django_db


def reopen(it: Dispute) -> None:
    rounds.reopen(it.row.pk, actor=it.row.made_by, at=now(), note="漏查一项")


def tell_again(it: Dispute) -> AssessmentRound:
    measure.measure(it.row.pk, at=now())
    return share_round(AssessmentRound.objects.get(pk=it.row.pk))


def withdraw(it: Dispute) -> None:
    findings.withdraw(it.finding.pk, reason="重复登记", actor=it.finder, at=now())


def partly_then_withdrawn(it: Dispute) -> None:
    it.rule(it.heard(), Ruling.PARTLY, left=Decimal("0.30"))
    reopen(it)
    withdraw(it)


def withdrawn_then_upheld(it: Dispute) -> None:
    made = it.heard()
    reopen(it)
    withdraw(it)
    it.rule(made)


def upheld_then_gone(it: Dispute) -> None:
    reopen(it)
    owed = make_obligation(agency=it.assessment.agency, due_on=date(2026, 3, 10))
    tell_again(it)
    it.rule(it.heard(f"{it.case.rpartition('-')[0]}-{owed.pk}"))
    reopen(it)
    Obligation.objects.filter(pk=owed.pk).update(cancelled_at=now(), cancel_reason="机构改革，不再产生")


def upheld_and_told_again(it: Dispute) -> None:
    it.rule(it.heard(it.case))
    it.rule(it.heard())
    reopen(it)


def partly_and_partly_again(it: Dispute) -> None:
    it.rule(it.heard(), Ruling.PARTLY, left=Decimal("0.30"))
    reopen(it)
    tell_again(it)
    it.rule(it.heard(), Ruling.PARTLY, left=Decimal("0.20"))
    reopen(it)


@pytest.mark.parametrize(
    "history",
    [partly_then_withdrawn, withdrawn_then_upheld, upheld_then_gone, upheld_and_told_again, partly_and_partly_again],
)
def test_archive_agrees_whatever_became_of_what_was_ruled(history: Callable[[Dispute], None]) -> None:
    it = make_dispute()
    history(it)

    row = freeze_round(tell_again(it))

    assert row.archive is not None
    assert archive.faults_of(row.archive.file.read()) == []


def test_what_does_not_recompute_is_not_frozen() -> None:
    it = make_dispute()
    Score.objects.filter(assessment=it.assessment, indicator__code="M1").update(points=Decimal("1.00"))

    with pytest.raises(ValidationError, match=r"复算包与得分不一致，不能定分：results\.csv: .* M1 is"):
        freeze_round(it.row)

    assert AssessmentRound.objects.get(pk=it.row.pk).state == RoundState.FEEDBACK


def test_ruling_while_the_archive_is_made_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The objection is filed, heard and ruled on between the first question and the lock."""
    it = make_dispute()
    make, yesterday = archive.build, today() - timedelta(days=1)
    AssessmentRound.objects.filter(pk=it.row.pk).update(objections_by=yesterday)
    row = AssessmentRound.objects.get(pk=it.row.pk)

    def rule_meanwhile(row: AssessmentRound, **how: Any) -> bytes:
        data = make(row, **how)
        made = it.file(at=now() - timedelta(days=2))
        objections.hear(made.pk, hearing="到会陈述。", heard_on=today(), actor=it.finder, at=now())
        it.rule(made, Ruling.PARTLY, left=Decimal("0.30"))
        return data

    monkeypatch.setattr(archive, "build", rule_meanwhile)

    with pytest.raises(ValidationError, match="有人改动了这次考核，请再按一次"):
        rounds.freeze(row.pk, actor=it.judge, at=now())

    monkeypatch.setattr(archive, "build", make)
    assert rounds.freeze(row.pk, actor=it.judge, at=now()).state == RoundState.FROZEN


def test_on_the_last_day_to_object_it_is_not_frozen_unless_all_agree() -> None:
    it = make_dispute()
    AssessmentRound.objects.filter(pk=it.row.pk).update(objections_by=today())

    with pytest.raises(ValidationError, match="还有 2 个单位没有确认无异议"):
        rounds.freeze(it.row.pk, actor=it.judge, at=now())


def test_telling_anew_asks_for_agreement_anew_and_keeps_what_was_told() -> None:
    it = make_dispute()
    objections.confirm(it.assessment.pk, actor=it.head, at=now())
    it.assessment.refresh_from_db()
    told = it.assessment.total
    reopen(it)
    make_finding(it.assessment, count=3, found_by=it.finder, text="又一个")

    tell_again(it)

    it.assessment.refresh_from_db()
    assert it.assessment.confirmed_at is None
    assert it.assessment.shared_total == it.assessment.total != told


def test_published_result_names_who_is_not_ranked_last_and_why() -> None:
    it = make_dispute(is_other_silent=True)
    row = freeze_round(it.row)
    office = row.made_by.memberships.get().agency
    assert row.frozen_by is not None

    item = round_items.draft_item(row.pk, agency=office, actor=row.frozen_by, at=now())

    body = item.editions.get().body
    ranked, unranked = (one.agency.name for one in row.assessments.order_by(*BY_RANK).select_related("agency"))
    assert body.index(ranked) < body.index(unranked)
    assert f"{unranked}（不参加排名：{measure.NO_FACTS}）" in body


def test_ranks_follow_a_finding_at_once() -> None:
    it = make_dispute(state=RoundState.OPEN)
    other = it.row.assessments.exclude(pk=it.assessment.pk).get()
    content = findings.Content(text="年报没有公开", unit=Decimal("0.20"), count=99)
    before = other.rank

    findings.file(other.pk, it.finding.indicator_id, content, actor=it.finder, at=now())

    other.refresh_from_db()
    it.assessment.refresh_from_db()
    assert (before, other.rank, it.assessment.rank) == (1, 2, 1)
    assert Finding.objects.get(assessment=other).deduction > 0


def test_time_to_object_is_asked_of_the_day_of_the_deed() -> None:
    it = make_dispute()
    last = it.row.objections_by
    assert last is not None

    on_it, after = (
        rounds.reasons_against(it.row, RoundAction.FREEZE, it.judge, last + timedelta(days=days)) for days in (0, 1)
    )

    assert any("没有确认无异议" in reason for reason in on_it) and after == []
