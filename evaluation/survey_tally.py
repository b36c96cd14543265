"""From ballots to results: counted by the database in two statements, scored by survey_scoring, frozen as a payload."""

from decimal import Decimal
from typing import Any

from django.db.models import Count

from evaluation.models import BallotAnswer, Survey
from evaluation.scoring import Thresholds, grade
from evaluation.survey_enums import SurveyAspect
from evaluation.survey_rules import MIN_BALLOTS
from evaluation.survey_scoring import Counted, Part, Result, results
from evaluation.survey_words import ASPECT_WORDS

_INVITED = "ballot__is_invited"


def _answers(survey: Survey) -> list[Counted]:
    rows = BallotAnswer.objects.filter(question__survey=survey, level__isnull=False).order_by()
    found = rows.values_list("agency_id", _INVITED, "question__position", "level").annotate(n=Count("pk"))
    return [Counted(agency, invited, *rest) for agency, invited, *rest in found]


def _ballots(survey: Survey) -> dict[tuple[int, bool], int]:
    rows = BallotAnswer.objects.filter(question__survey=survey, level__isnull=False).order_by()
    found = rows.values_list("agency_id", _INVITED).annotate(n=Count("ballot", distinct=True))
    return {(agency, invited): n for agency, invited, n in found}


def results_of(survey: Survey) -> dict[int, Result]:
    """By id of the agencies that are rated; of those with too few ballots a result that says nothing."""
    agencies = list(survey.agencies.values_list("pk", flat=True))
    return results(agencies, _ballots(survey), _answers(survey), least=MIN_BALLOTS)


def _aspect(value: str) -> str:
    """In Chinese whatever language the page has: it is kept in records."""
    return ASPECT_WORDS[SurveyAspect(value)]


# --- what is frozen ----------------------------------------------------------------------------------------------


def payload(survey: Survey) -> dict[str, Any]:
    """Everything that is shown of the results, and nothing else. Numbers as text, so that they stay as they are."""
    found = results_of(survey)
    return {
        "survey": survey.slug,
        "title": survey.title,
        "opens_on": survey.opens_on.isoformat(),
        "closes_on": survey.closes_on.isoformat(),
        "least_ballots": MIN_BALLOTS,
        "thresholds": {"excellent": survey.excellent_from, "good": survey.good_from, "fair": survey.fair_from},
        "questions": [
            {"position": row.position, "aspect": _aspect(row.aspect), "text": row.text}
            for row in survey.questions.order_by("position")
        ],
        "ballots": _cast(survey),
        "agencies": [
            {"code": agency.code, "name": agency.name, **_shown(found[agency.pk], survey)}
            for agency in survey.agencies.order_by("position", "name", "pk")
        ],
    }


def _cast(survey: Survey) -> dict[str, int]:
    """How many ballots came back, from the public and from the invited."""
    found = dict(survey.ballots.order_by().values_list("is_invited").annotate(n=Count("pk")))
    return {"public": found.get(False, 0), "invited": found.get(True, 0)}


def _shown(result: Result, survey: Survey) -> dict[str, Any]:
    if result.score is None:
        return {"too_few": True}
    thresholds = Thresholds(*(Decimal(one) for one in (survey.excellent_from, survey.good_from, survey.fair_from)))
    return {
        "ballots": result.ballots,
        "score": f"{result.score:.2f}",
        "grade": grade(result.score, thresholds),
        "public": _part(result.public),
        "invited": _part(result.invited),
        "questions": [
            {
                "position": one.question,
                "answers": one.answers,
                "score": f"{one.score:.2f}",
                "levels": {str(level): count for level, count in one.levels.items()},
            }
            for one in result.questions
        ],
    }


def _part(part: Part | None) -> dict[str, Any] | None:
    return {"ballots": part.ballots, "score": f"{part.score:.2f}"} if part else None
