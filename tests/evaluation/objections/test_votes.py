"""异议 to what people voted: to how it was counted, never to one answer."""

from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from evaluation import case_lines
from evaluation.enums import Formula, Ruling
from evaluation.models import Assessment, Score, Survey
from evaluation.services import measure, objections, rounds
from evaluation.survey_enums import SurveyState
from evaluation.survey_scoring import digest_of
from govportal.models import Agency
from govportal.now import now, today
from govportal.permissions import Role
from tests.disclosure.admin.desks import signed_in
from tests.evaluation.services.test_rounds import recompute
from tests.factories.indicators import make_indicator_set
from tests.factories.kernel import make_agency, make_member
from tests.factories.rounds import PERIOD, freeze_round, make_inspector, make_office, make_round, share_round
from tests.factories.surveys import make_survey

pytestmark = pytest.mark.django_db
GROUPS = {"评议": (100, ({"code": "SOC", "measure": "social", "formula": Formula.SHARE, "full_marks": 100},))}


def tallied(agency: Agency) -> Survey:
    """Twelve who answered two questions, the second one less kindly."""
    survey = make_survey(SurveyState.CLOSED, agencies=[agency], opens_on=date(2026, 6, 1), closes_on=PERIOD[1])
    answers = [{"position": 1, "levels": {"5": 12}}, {"position": 2, "levels": {"5": 6, "1": 6}}]
    tally = {
        "survey": survey.slug,
        "questions": [{"position": place, "aspect": "及时"} for place in (1, 2)],
        "agencies": [{"code": agency.code, "questions": answers}],
    }
    values = {"state": SurveyState.TALLIED, "tally": tally, "digest": digest_of(tally), "tallied_at": now()}
    Survey.objects.filter(pk=survey.pk).update(**values)
    return survey


def told() -> Assessment:
    office = make_office()
    agency = make_agency(parent=office)
    of = make_indicator_set(groups=GROUPS)
    row = make_round(agency, office=office, survey=tallied(agency), indicator_set=of)
    rounds.open_round(row.pk, actor=row.made_by, at=now())
    measure.measure(row.pk, at=now())
    return share_round(row).assessments.get()


def test_votes_are_disputed_together_and_do_not_count_where_they_were_counted_wrongly(tmp_path: Path) -> None:
    one = told()
    score = Score.objects.get(assessment=one)
    head = make_member(Role.OFFICE_HEAD, one.agency)
    assert (score.points, [case.key for case in case_lines.unpack(score.cases)]) == (80, ["question-1", "question-2"])
    for key in ("question-1", "question-2"):
        with pytest.raises(ValidationError, match="没有这个扣分的问题"):
            objections.file(one.pk, f"case-{score.indicator_id}-{key}", text="不服。", actor=head, at=now())

    made = objections.file(one.pk, f"case-{score.indicator_id}-tally", text="计票有误。", actor=head, at=now())
    finder, judge = (make_inspector(one.round.made_by.memberships.get().agency) for _each in range(2))
    objections.hear(made.pk, hearing="到会陈述。", heard_on=today(), actor=finder, at=now())
    objections.rule(made.pk, Ruling.UPHELD, reason="重复计票。", actor=judge, at=now())

    score.refresh_from_db()
    assert (score.points, {case.excused for case in case_lines.unpack(score.cases)}) == (100, {"1"})
    row = freeze_round(one.round)
    assert row.archive is not None
    done = recompute(row.archive.file.open().read(), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_desk_offers_one_objection_to_all_questions_and_says_to_what() -> None:
    one = told()
    client = signed_in(make_member(Role.OFFICE_HEAD, one.agency))
    score = Score.objects.get(assessment=one)
    cases = reverse("admin:evaluation_assessment_cases", args=[one.pk, score.indicator_id])
    sheet = reverse("admin:evaluation_assessment_verb", args=[one.pk, "object"])

    whole, all_of_them = (
        client.get(address).content.decode()
        for address in (reverse("admin:evaluation_assessment_change", args=[one.pk]), cases)
    )

    for page in (whole, all_of_them):
        assert page.count(f"{sheet}?target=") == page.count(f"{sheet}?target=case-{score.indicator_id}-tally") == 1
        assert "对评议人怎样评不能提出" in page
    assert "第2题（及时）" in all_of_them and "第2题（及时）" not in whole
    assert "得 96，满分 120" in client.get(sheet, {"target": f"case-{score.indicator_id}-tally"}).content.decode()
