"""The surveys of the demo county: everything occurs, on any day, and no sentence twice."""

import re
import tomllib
from collections import Counter
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from disclosure.services import demo
from evaluation import survey_standing
from evaluation.enums import Grade
from evaluation.models import Ballot, BallotAnswer, Evaluator, Survey, SurveyQuestion, SurveyStep
from evaluation.services import demo_surveys
from evaluation.survey_enums import EvaluatorGroup, InvitationWay, Level, SurveyAspect, SurveyState, SurveyStepKind
from evaluation.survey_page import steps_of
from govportal.contributions import DemoCounty
from govportal.models import User

# An ordinary Monday; the first of January, when the half year is long over.
DAYS = (date(2026, 11, 30), date(2027, 1, 1))
_HAN = re.compile(r"[\u4e00-\u9fff]")


def tell(today: date) -> list[str]:
    now = datetime.combine(today, time(1, 30), tzinfo=UTC)
    agencies = demo._seed_agencies()
    demo._seed_users(agencies)
    people = {user.username: user for user in User.objects.all()}
    return demo_surveys.tell(DemoCounty(today, now, agencies, people))


def values_of(model: Any, column: str) -> set[Any]:
    return set(model.objects.values_list(column, flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("today", DAYS, ids=str)
def test_everything_occurs_on_any_day(today: date) -> None:
    with transaction.atomic():
        cache.clear()
        lines = tell(today)

        assert values_of(Survey, "state") == set(SurveyState)
        assert values_of(SurveyQuestion, "aspect") == set(SurveyAspect)
        assert set(SurveyStep.objects.exclude(done_on=None).values_list("step", flat=True)) == set(SurveyStepKind)
        assert values_of(BallotAnswer, "level") == {*Level, None}
        assert values_of(Ballot, "is_invited") == {False, True}
        assert values_of(Evaluator, "group") == set(EvaluatorGroup)
        assert values_of(Evaluator, "way") >= set(InvitationWay)
        assert Evaluator.objects.exclude(voided_on=None).exists()
        assert Evaluator.objects.filter(is_used=False, issued_on__isnull=False).exists()
        year = demo_surveys.assessed_year(today)
        assert set(survey_standing.public().values_list("slug", flat=True)) == {f"{year - 1}", f"{year}-h1"}
        agencies = [one for row in survey_standing.public() for one in (row.tally or {})["agencies"]]
        assert {one["grade"] for one in agencies if "grade" in one} == set(Grade)
        assert all(any(one.get("too_few") for one in (row.tally or {})["agencies"]) for row in survey_standing.public())
        assert sum("grade" in one for one in agencies) >= 12
        assert not Survey.objects.filter(opened_at__date__gt=today).exists()
        assert not SurveyStep.objects.filter(done_on__gt=today).exists()
        steps = [step for row in Survey.objects.all() for step in steps_of(row, today)]
        assert {bool(step.marks) for step in steps if not step.done_on} == {True, False}  # one of them is late
        assert not [step for step in steps if step.done_on and step.marks]
        assert len(lines) == 2 and all("/surveys/invited/" in line for line in lines)
        transaction.set_rollback(True)


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    return [value] if isinstance(value, str) else []


def test_no_two_texts_share_a_sentence() -> None:
    said = texts(tomllib.loads(demo_surveys._FILE.read_text("utf-8")))
    sentences = [part.strip() for text in said for part in re.split(r"[。；！？\n]", text)]

    counts = Counter(sentence for sentence in sentences if len(_HAN.findall(sentence)) >= 12)

    assert [sentence for sentence, count in counts.items() if count > 1] == []
