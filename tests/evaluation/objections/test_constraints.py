"""Every rule of the rows of a round has a row that breaks it: a valid one, changed in one respect."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F

from evaluation import database
from evaluation.enums import CheckResult, ObjectionState, Ruling
from evaluation.models import Assessment, AssessmentRound, Check, Finding, Objection, SampleItem, Score
from govportal.now import now, today
from tests.database import run
from tests.evaluation.objections.test_objections import Dispute, make_dispute
from tests.factories import make_item
from tests.factories.kernel import make_attachment, make_user
from tests.factories.rounds import make_finding

pytestmark = pytest.mark.django_db
MODELS = (AssessmentRound, Assessment, Score, Check, SampleItem, Finding, Objection)


@dataclass
class World:
    """A round that was told, with a row of everything; `ruled` is of the finding, `case` of an automatic indicator."""

    it: Dispute
    sample: SampleItem
    ruled: Objection
    case: Objection

    @property
    def other(self) -> Assessment:
        return self.it.row.assessments.exclude(pk=self.it.assessment.pk).get()


def make_world() -> World:
    it = make_dispute()
    ruled = it.rule(it.heard(), Ruling.DISMISSED)
    item = make_item(agency=it.assessment.agency)
    sample = SampleItem.objects.create(assessment=it.assessment, item=item, position=1)
    return World(it, sample, ruled, it.file(it.case))


type Break = Callable[[World], object]


def of_round(**values: Any) -> Break:
    return lambda world: AssessmentRound.objects.filter(pk=world.it.row.pk).update(**_resolved(values))


def of_assessment(**values: Any) -> Break:
    return lambda world: Assessment.objects.filter(pk=world.it.assessment.pk).update(**_resolved(values))


def of_score(**values: Any) -> Break:
    return lambda world: Score.objects.filter(assessment=world.it.assessment, indicator__code="TIM").update(**values)


def of_check(**values: Any) -> Break:
    return lambda world: Check.objects.filter(assessment=world.it.assessment, indicator__code="M1").update(**values)


def of_sample(**values: Any) -> Break:
    return lambda world: SampleItem.objects.filter(pk=world.sample.pk).update(**_resolved(values))


def of_finding(**values: Any) -> Break:
    return lambda world: Finding.objects.filter(pk=world.it.finding.pk).update(**values)


def of_ruled(**values: Any) -> Break:
    return lambda world: Objection.objects.filter(pk=world.ruled.pk).update(**_resolved(values))


def of_case(**values: Any) -> Break:
    return lambda world: Objection.objects.filter(pk=world.case.pk).update(**_resolved(values))


def _resolved(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value() if callable(value) else value for name, value in values.items()}


def again(name: str, **values: Any) -> Break:
    """The same row once more, but for these columns."""

    def broken(world: World) -> object:
        found: dict[str, models.Model] = {
            "assessment": world.it.assessment,
            "score": Score.objects.filter(assessment=world.it.assessment)[0],
            "check": Check.objects.filter(assessment=world.it.assessment)[0],
            "sample": world.sample,
            "case": world.case,
        }
        row = copy(found[name])
        row.pk = None
        for column, value in values.items():
            setattr(row, column, value)
        row.save(force_insert=True)
        return row

    return broken


def carried_twice(world: World) -> object:
    first = make_finding(world.other)
    for _each in range(2):
        make_finding(world.it.assessment, carried_from=first)
    return None


def objected_twice(world: World) -> object:
    made = [world.it.file(f"finding-{make_finding(world.it.assessment).pk}") for _each in range(2)]
    return Objection.objects.filter(pk=made[0].pk).update(finding=made[1].finding)


FROZEN: dict[str, Any] = {"state": "frozen", "frozen_at": now, "archive": make_attachment, "digest": "0" * 64}
BREAKS: Mapping[str, list[Break]] = {
    "assessmentround_kind": [of_round(kind="lost")],
    "assessmentround_state": [of_round(state="lost")],
    "assessmentround_period": [of_round(period_end=lambda: today() - timedelta(days=4000))],
    "assessmentround_opened_has_seed": [of_round(seed=""), of_round(opened_at=None)],
    "assessmentround_shared_is_measured": [
        of_round(measured_at=None), of_round(shared_at=None), of_round(shared_by=None), of_round(objections_by=None),
    ],
    "assessmentround_frozen_is_whole": [
        of_round(state="frozen"), of_round(archive=make_attachment), of_round(digest="0" * 64),
        of_round(frozen_at=now), of_round(item=make_item), of_round(**FROZEN),
    ],
    "assessmentround_two_people": [of_round(**FROZEN, frozen_by=F("shared_by"))],
    "assessment_once": [again("assessment")],
    "assessment_grade": [of_assessment(grade="lost")],
    "assessment_not_by_itself": [of_assessment(inspecting_agency=F("agency"))],
    "assessment_total": [of_assessment(total=Decimal(-1)), of_assessment(total=Decimal("100.01"))],
    "score_once": [again("score")],
    "score_points": [of_score(points=Decimal(-1)), of_score(points=Decimal("100.01"))],
    "score_share": [of_score(numerator=5, denominator=4)],
    "check_once": [again("check")],
    "check_result": [of_check(result="lost"), of_check(result="")],
    "sampleitem_once": [again("sample")],
    "sampleitem_result": [of_sample(result="lost", checked_by=make_user, checked_at=now)],
    "sampleitem_checked_is_signed": [of_sample(result=CheckResult.CLEAR)],
    "finding_source": [of_finding(source="lost")],
    "finding_state": [of_finding(state="lost")],
    "finding_deduction": [
        of_finding(count=0), of_finding(count=1000), of_finding(unit_deduction=0), of_finding(unit_deduction=101),
    ],
    "finding_ruled_is_less": [of_finding(ruled_deduction=-1), of_finding(ruled_deduction=Decimal("0.40"))],
    "finding_carried_once": [carried_twice],
    "objection_state": [of_case(state="lost")],
    "objection_ruling": [of_ruled(ruling="lost")],
    "objection_one_target": [of_case(case_key=""), of_ruled(case_key="x")],
    "objection_heard_is_recorded": [
        of_case(state=ObjectionState.HEARD), of_ruled(hearing=""), of_ruled(heard_on=None), of_ruled(heard_by=None),
    ],
    "objection_ruled_is_signed": [
        of_ruled(ruling=""), of_ruled(reason=""), of_ruled(ruled_by=None), of_ruled(ruled_at=None),
        of_case(ruling=Ruling.UPHELD), of_case(ruled_by=make_user, ruled_at=now),
    ],
    "objection_two_people": [of_ruled(filed_by=F("ruled_by"))],
    "objection_case_is_whole": [
        of_case(
            state=ObjectionState.RULED, ruling=Ruling.PARTLY, reason="x", hearing="x", heard_on="2026-03-01",
            heard_by=make_user, ruled_by=make_user, ruled_at=now,
        )
    ],
    "objection_one_open": [objected_twice],
    "objection_one_open_case": [again("case", number=9)],
}  # fmt: skip


def rules() -> dict[str, models.BaseConstraint]:
    found = [rule for model in MODELS for rule in model._meta.constraints]
    return {rule.name.removeprefix("evaluation_"): rule for rule in found}


def test_every_rule_of_a_round_is_broken_here() -> None:
    assert set(rules()) == set(BREAKS)


def test_database_refuses_what_breaks_a_rule() -> None:
    """The triggers that keep rows as they were speak before the rules do; the rollback puts them back."""
    for guard in database.guards():
        for statement in guard.drop[connection.vendor]:
            run(statement)
    world = make_world()
    for name, breaks in BREAKS.items():
        for number, broken in enumerate(breaks):
            with pytest.raises(IntegrityError) as caught, transaction.atomic():
                broken(world)
            words = str(caught.value)
            is_unique = isinstance(rules()[name], models.UniqueConstraint)
            assert name in words or (is_unique and "UNIQUE constraint failed" in words), (name, number, words)
