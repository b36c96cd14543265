"""What year-end rounds and decisions mean for an agency, over rows: flag, bar, and the case that may follow."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils.timezone import get_current_timezone

from evaluation import database
from evaluation.accountability_enums import CaseState, Measure
from evaluation.accountability_standing import Standing, barring_cases, poor_grades, standings
from evaluation.enums import Grade, RoundKind, RoundState
from evaluation.models import Assessment, AssessmentRound
from evaluation.services import accountability_decide, accountability_open
from govportal.models import Agency
from govportal.now import now, today
from govportal.permissions import Role
from tests.database import run
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_member
from tests.factories.accountability import inspectors_over, make_case, make_decision, make_opening, make_overseen
from tests.factories.rounds import freeze_round, make_inspector, open_round, share_round

pytestmark = pytest.mark.django_db


def frozen_as_poor(agencies: list[Agency], year: int) -> dict[Agency, Assessment]:
    """A year-end round in which these came out in 差, measured and told when the year was over."""
    office = agencies[0].parent
    assert office is not None
    days = (date(year, 1, 1), date(year, 12, 31))
    after = datetime(year + 1, 1, 10, 9, tzinfo=get_current_timezone())
    row = open_round(
        *agencies, office=office, actor=make_inspector(office), slug=f"y{year}", kind=RoundKind.YEAR_END,
        period_start=days[0], period_end=days[1], at=after,
    )  # fmt: skip
    freeze_round(share_round(row, at=after), at=after + timedelta(days=20))
    for guard in database.guards():
        for statement in guard.drop[connection.vendor]:
            run(statement)
    row.assessments.update(grade=Grade.POOR)
    return {one.agency: one for one in Assessment.objects.filter(round=row).select_related("agency", "round")}


def test_flag_and_bar_cost_one_statement_each(django_assert_num_queries: Any) -> None:
    year = today().year
    first = make_overseen()
    agencies = [first, *(make_agency(parent=first.parent) for _number in range(2))]
    frozen_as_poor(agencies[:2], year - 1)
    latest = frozen_as_poor(agencies[1:], year)[agencies[1]]
    row = make_case(CaseState.HEARD, agency=first)
    decision = make_decision(row, agency_measure=Measure.CIRCULAR)
    accountability_decide.decide(row.pk, decision, actor=inspectors_over(first)[1], at=now())

    with django_assert_num_queries(1):
        poor = poor_grades(year)
    with django_assert_num_queries(1):
        assert barring_cases(year) == [(first.pk, row.number)]
    assert len(poor) == 4
    assert standings(year) == {
        first.pk: Standing(barring_cases=(row.number,)),
        agencies[1].pk: Standing(is_flagged=True, is_barred_by_grade=True),
        agencies[2].pk: Standing(is_barred_by_grade=True),
    }
    inspector = inspectors_over(first)[0]
    listed = text_of(signed_in(inspector).get(reverse("admin:evaluation_accountabilitycase_referrals")))
    assert listed.count("建议调整领导班子") == 2  # of both years of one agency
    of_it = make_member(Role.INSPECTOR, first.parent)
    make_member(Role.STAFF, agencies[1], user=of_it)
    assert {one.agency for one in accountability_open.poor_assessments(of_it, year)} == {first, agencies[2]}
    case = accountability_open.open_case(make_opening(agencies[1], assessment=latest), actor=inspector, at=now())
    assert case.assessment == latest
    assert latest not in accountability_open.poor_assessments(inspector, year)
    wrong = make_opening(agencies[2], assessment=latest)
    assert accountability_open.reasons_against_opening(wrong, inspector, today())


def test_only_what_a_year_ended_with_for_good_has_consequences() -> None:
    year, agency = today().year, make_overseen()
    one = frozen_as_poor([agency], year)[agency]
    inspector, rows = inspectors_over(agency)[0], AssessmentRound.objects.filter(pk=one.round_id)
    wanted = make_opening(agency, assessment=one)
    assert not accountability_open.reasons_against_source(wanted, inspector)
    open_again: dict[str, Any] = {"state": RoundState.FEEDBACK, "frozen_at": None, "archive": None, "digest": ""}
    for values in (open_again, {"kind": RoundKind.CROSS}):
        with transaction.atomic():
            rows.update(**values)
            assert poor_grades(year) == set() and accountability_open.poor_assessments(inspector, year) == [], values
            assert "年终考核" in accountability_open.reasons_against_source(wanted, inspector)[0], values
            transaction.set_rollback(True)
    assert poor_grades(year) == {(agency.pk, year)}
