"""社会评议: of the frozen tally, question by question."""

from dataclasses import replace

import pytest
from django.db import connection

from evaluation import survey_database
from evaluation.models import Survey
from evaluation.survey_enums import SurveyState
from evaluation.survey_scoring import digest_of
from tests.database import run
from tests.evaluation.indicators.reading import EVE, FIRST, HALF_YEAR, LAST, MORROW, found
from tests.factories import make_agency
from tests.factories.obligations import noon

pytestmark = pytest.mark.django_db


def test_answers_of_each_question_count_and_nothing_where_too_few_answered() -> None:
    rated, silent = make_agency(), make_agency()
    levels = {"5": 6, "4": 3, "3": 0, "2": 1, "1": 2}
    tally = {
        "survey": "2026-h1",
        "questions": [{"position": 1, "aspect": "真实"}, {"position": 2, "aspect": "及时"}],
        "agencies": [
            {"code": rated.code, "questions": [{"position": 2, "levels": levels, "answers": 12}]},
            {"code": silent.code, "too_few": True},
        ],
    }
    survey = Survey.objects.create(title="社会评议", slug="2026-h1", opens_on=FIRST, closes_on=LAST)
    survey.agencies.set([rated, silent])
    for values in (
        {"state": SurveyState.OPEN, "opened_at": noon(FIRST)},
        {"state": SurveyState.CLOSED, "closed_at": noon(LAST)},
        {"state": SurveyState.TALLIED, "tallied_at": noon(LAST), "tally": tally, "digest": digest_of(tally)},
    ):
        Survey.objects.filter(pk=survey.pk).update(**values)

    for day in (EVE, MORROW):  # others
        Survey.objects.create(title="社会评议", slug=day.isoformat(), opens_on=day, closes_on=day)

    by_agency = found("social", replace(HALF_YEAR, survey_id=survey.pk), queries=2)

    assert list(by_agency) == [rated.pk]
    [case] = by_agency[rated.pk]
    assert (case.key, case.title) == ("question-2", "第2题（及时）")
    assert (case.earned, case.possible) == (6 * 5 + 3 * 4 + 2 + 2, 5 * 12)
    assert case.address == survey.get_absolute_url()
    for guard in survey_database.guards():
        for statement in guard.drop[connection.vendor]:
            run(statement)
    Survey.objects.filter(pk=survey.pk).update(tally={**tally, "title": "改过"})
    assert found("social", replace(HALF_YEAR, survey_id=survey.pk)) == {}


def test_survey_without_a_tally_is_no_case() -> None:
    survey = Survey.objects.create(title="社会评议", slug="2026-h1", opens_on=FIRST, closes_on=LAST)

    assert found("social", replace(HALF_YEAR, survey_id=survey.pk)) == {}
