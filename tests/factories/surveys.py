"""Surveys: as rows alone, and with ballots cast by the service."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

from evaluation.models import Ballot, Evaluator, Survey, SurveyQuestion, SurveyStep
from evaluation.services import survey_ballots, survey_results
from evaluation.survey_enums import EvaluatorGroup, SurveyAspect, SurveyState, SurveyStepKind
from evaluation.survey_rules import STEPS
from evaluation.survey_scoring import digest_of
from govportal.models import Agency, User
from govportal.permissions import Role
from tests.factories.kernel import make_agency, make_member
from tests.factories.requests import AT, TODAY

_numbers = count(1)
TALLY: dict[str, Any] = {"agencies": [], "questions": [], "ballots": {}}
_OVER = {SurveyState.CLOSED, SurveyState.TALLIED}


def make_survey(
    state: SurveyState = SurveyState.OPEN, *, agencies: Sequence[Agency] = (), questions: int = 2, **values: Any
) -> Survey:
    """A survey in a state, with agencies and questions; open today unless its days are given."""
    number = next(_numbers)
    values = {
        "title": f"第{number}次政务公开社会评议",
        "slug": f"survey-{number}",
        "opens_on": TODAY - timedelta(days=3),
        "closes_on": TODAY + timedelta(days=10),
    } | values
    row = Survey.objects.create(**values)
    row.agencies.set(agencies or [make_agency()])
    aspects = list(SurveyAspect)
    SurveyQuestion.objects.bulk_create(
        SurveyQuestion(survey=row, position=place, aspect=aspects[(place - 1) % 7], text=f"第{number}次的第{place}题？")
        for place in range(1, questions + 1)
    )
    SurveyStep.objects.bulk_create(
        SurveyStep(survey=row, step=step, due_on=rule.due_on(row.opens_on, row.closes_on))
        for step, rule in STEPS.items()
    )
    if state != SurveyState.DRAFT:
        set_state(row, state)
    return row


def set_state(row: Survey, state: SurveyState) -> None:
    """By columns alone."""
    row.state = state
    if state == SurveyState.CANCELLED:
        row.cancelled_because = "评议对象调整，另行组织。"
    else:
        row.opened_at = row.opened_at or AT
    if state in _OVER:
        row.closed_at = AT
    if state == SurveyState.TALLIED:
        # Only what is closed is tallied.
        Survey.objects.filter(pk=row.pk).update(state=SurveyState.CLOSED, opened_at=row.opened_at, closed_at=AT)
        row.tally, row.digest, row.tallied_at = TALLY, digest_of(TALLY), AT
    row.save()


def make_evaluator(survey: Survey | None = None, *, token: str = "", **values: Any) -> Evaluator:
    """With a token it has been issued by slip."""
    number = next(_numbers)
    values = {
        "number": number,
        "group": EvaluatorGroup.DEPUTIES,
        "name": f"评议人{number}",
        "phone": f"0399-66{number:05}",
        "person_key": f"person-{number}",
    } | values
    if token:
        values = {"token_key": survey_ballots.token_key(token), "way": "slip", "issued_on": TODAY} | values
    is_used = values.pop("is_used", False)
    row = Evaluator.objects.create(survey=survey or make_survey(), **values)
    if is_used:
        row.is_used = True
        row.save(update_fields=["is_used"])
    return row


def tally(row: Survey, actor: User) -> Survey:
    """By the service, with the step recorded that comes before."""
    SurveyStep.objects.filter(survey=row, step=SurveyStepKind.BRIEFING, done_on=None).update(done_on=row.opens_on)
    return survey_results.tally(row.pk, actor=actor, at=AT)


def make_ballot(survey: Survey | None = None, **values: Any) -> Ballot:
    survey = survey or make_survey()
    values = {"voter_key": f"voter-{next(_numbers)}"} | values
    if not values.get("is_invited"):
        values.setdefault("cast_on", TODAY)
    return Ballot.objects.create(survey=survey, **values)


def inspector(agency: Agency | None = None) -> User:
    """Who conducts surveys for the whole site: of the agency at its top."""
    return make_member(Role.INSPECTOR, agency or make_agency())


def answers(survey: Survey, levels: Mapping[int, int | None] | int, *, agency: Agency | None = None) -> Any:
    """Of one agency (the first unless another is given): question position -> level, or one level for all."""
    agency = agency or survey.agencies.order_by("pk")[0]
    rows = list(survey.questions.order_by("position"))
    given = dict.fromkeys([row.position for row in rows], levels) if isinstance(levels, int) else levels
    return {(agency.pk, row.pk): given[row.position] for row in rows if row.position in given}


def cast(survey: Survey, said: Any, *, times: int = 1, voter: str = "", on: date | None = None) -> None:
    """Ballots of the public, each from a browser and a network of its own."""
    for _one in range(times):
        number = next(_numbers)
        survey_ballots.cast(survey.pk, said, voter=voter or f"browser-{number}", network=f"net-{number}", at=AT)


def cast_invited(survey: Survey, said: Any, *, times: int = 1, group: EvaluatorGroup = EvaluatorGroup.EXPERTS) -> None:
    for _one in range(times):
        token = f"token-{next(_numbers)}"
        make_evaluator(survey, token=token, group=group)
        survey_ballots.cast_invited(token, said, at=AT)
