"""What the database holds whoever writes: rules of the columns, and triggers on what was asked, cast and frozen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from disclosure.enums import ItemState
from disclosure.publication_log import canonical_json
from evaluation import survey_database
from evaluation.models import Ballot, BallotAnswer, Evaluator, Survey, SurveyQuestion, SurveyStep
from evaluation.survey_enums import SurveyState, SurveyStepKind
from tests.database import refused, replaced, run
from tests.factories import make_agency, make_edition, make_item, make_user
from tests.factories.requests import AT, TODAY
from tests.factories.surveys import answers, cast, make_ballot, make_evaluator, make_survey

pytestmark = pytest.mark.django_db
_MODELS = (Survey, SurveyQuestion, SurveyStep, Evaluator, Ballot, BallotAnswer)
type Break = Callable[[], object]


def change(make: Callable[[], models.Model], **values: Any) -> Break:
    """A row that is valid, with these columns changed behind the back of the services."""

    def call() -> object:
        row = make()
        resolved = {name: value() if callable(value) else value for name, value in values.items()}
        return type(row)._default_manager.filter(pk=row.pk).update(**resolved)

    return call


def question() -> SurveyQuestion:
    return make_survey(SurveyState.DRAFT).questions.all()[0]


def step() -> SurveyStep:
    return make_survey(SurveyState.DRAFT).steps.all()[0]


def issued() -> Evaluator:
    return make_evaluator(token="token")


def answer() -> BallotAnswer:
    row = make_survey()
    cast(row, answers(row, 4))
    return BallotAnswer.objects.all()[0]


def tallied() -> Survey:
    return make_survey(SurveyState.TALLIED)


def same_answer_twice() -> object:
    row = answer()
    values = {"ballot": row.ballot, "agency_id": row.agency_id, "question": row.question, "level": 1}
    return BallotAnswer.objects.create(**values)


def second_evaluator(**values: Any) -> Break:
    def call() -> object:
        row = make_survey()
        make_evaluator(row, **values)
        return make_evaluator(row, **values)

    return call


def second_question() -> object:
    row = question()
    return SurveyQuestion.objects.create(survey=row.survey, position=row.position, aspect="true", text="再问？")


def second_step() -> object:
    row = step()
    return SurveyStep.objects.create(survey=row.survey, step=row.step, due_on=TODAY)


def second_ballot() -> object:
    row = make_ballot()
    return make_ballot(row.survey, voter_key=row.voter_key)


# A rule of the database -> rows that break it.
BREAKS: dict[str, list[Break]] = {
    "survey_state": [change(make_survey, state="lost")],
    "survey_days": [change(make_survey, closes_on=TODAY - timedelta(days=30))],
    "survey_thresholds": [
        change(make_survey, good_from=90),
        change(make_survey, fair_from=80),
        change(make_survey, excellent_from=101),
    ],
    "survey_opened_has_time": [
        change(make_survey, opened_at=None),
        change(lambda: make_survey(SurveyState.DRAFT), opened_at=AT),
    ],
    "survey_tallied_is_whole": [
        change(tallied, tally=None),
        change(tallied, digest=""),
        change(make_survey, digest="0" * 64),
        change(make_survey, item=make_item),
    ],
    "survey_cancelled_says_why": [
        change(lambda: make_survey(SurveyState.CANCELLED), cancelled_because=""),
        change(make_survey, cancelled_because="为什么"),
    ],
    "surveyquestion_position": [second_question],
    "surveyquestion_aspect": [change(question, aspect="lost")],
    "surveystep_once": [second_step],
    "surveystep_step": [change(step, step="lost")],
    "surveystep_done_has_day": [change(step, note="已办"), change(step, done_by=make_user)],
    "evaluator_number": [second_evaluator(number=1)],
    "evaluator_once": [second_evaluator(person_key="same")],
    "evaluator_token": [second_evaluator(token="same")],
    "evaluator_group": [change(make_evaluator, group="lost")],
    "evaluator_way": [change(issued, way="lost")],
    "evaluator_issued_has_way": [
        change(issued, way=""),
        change(issued, issued_on=None),
        change(make_evaluator, is_used=True),
    ],
    "evaluator_void_has_no_token": [change(issued, voided_on=TODAY)],
    "ballot_once": [second_ballot],
    "ballot_invited_has_no_day": [change(make_ballot, cast_on=None), change(make_ballot, is_invited=True)],
    "ballotanswer_once": [same_answer_twice],
    "ballotanswer_level": [change(answer, level=0), change(answer, level=6)],
}
# A value that no rule of its own lists may break the rule that compares it as well.
_ALSO = {
    "survey_state": "opened_has_time",
    "evaluator_way": "issued_has_way",
}


def take_guards_off() -> None:
    """The triggers that keep rows as they were speak before the rules do; the rollback puts them back."""
    for guard in survey_database.guards():
        for statement in guard.drop[connection.vendor]:
            run(statement)


def test_every_rule_is_broken_here_and_holds() -> None:
    rules = {rule.name.removeprefix("evaluation_"): rule for model in _MODELS for rule in model._meta.constraints}
    assert set(rules) == set(BREAKS)
    take_guards_off()

    for name, breaks in BREAKS.items():
        words = f"{name}|{_ALSO.get(name, name)}|UNIQUE constraint failed"
        for broken in breaks:
            with pytest.raises(IntegrityError, match=words), transaction.atomic():
                broken()


# --- triggers ----------------------------------------------------------------------------------------------------


def test_what_a_survey_was_opened_with_stays() -> None:
    row, draft = make_survey(), make_survey(SurveyState.DRAFT)
    for column, value in {"slug": "other", "accepts_public": False, "good_from": 85, "opens_on": TODAY}.items():
        with pytest.raises(DatabaseError), transaction.atomic():
            Survey.objects.filter(pk=row.pk).update(**{column: value})
    for statement in (
        "UPDATE evaluation_survey SET state = 'draft', opened_at = NULL WHERE id = %s",
        "DELETE FROM evaluation_survey WHERE id = %s",
        "UPDATE evaluation_surveyquestion SET text = '改' WHERE survey_id = %s",
        "DELETE FROM evaluation_surveyquestion WHERE survey_id = %s",
        "DELETE FROM evaluation_survey_agencies WHERE survey_id = %s",
        "DELETE FROM evaluation_surveystep WHERE survey_id = %s",
    ):
        assert refused(statement, row.pk), statement
    agency = make_agency()
    added = "INSERT INTO evaluation_survey_agencies (survey_id, agency_id) VALUES (%s, %s)"
    assert refused(added, row.pk, agency.pk) and not refused(added, draft.pk, agency.pk)
    assert not refused("UPDATE evaluation_surveyquestion SET text = '改' WHERE survey_id = %s", draft.pk)
    draft.delete()


def test_tally_is_frozen_with_its_survey() -> None:
    row, closed = tallied(), make_survey(SurveyState.CLOSED)
    for column, value in (("tally", canonical_json({"a": 1}).decode()), ("digest", "1" * 64), ("title", "改")):
        statement = f"UPDATE evaluation_survey SET {column} = %s WHERE id = %s"
        if connection.vendor == "postgresql" and column == "tally":
            statement = "UPDATE evaluation_survey SET tally = %s::jsonb WHERE id = %s"
        assert refused(statement, value, row.pk), column
    assert refused("UPDATE evaluation_survey SET state = 'closed', tally = NULL, digest = '' WHERE id = %s", row.pk)
    assert refused("UPDATE evaluation_survey SET state = 'open' WHERE id = %s", closed.pk)
    forged = "UPDATE evaluation_survey SET state = 'tallied', tally = '{}', digest = %s, tallied_at = %s WHERE id = %s"
    assert refused(forged, "0" * 64, AT, make_survey().pk) and not refused(forged, "0" * 64, AT, closed.pk)
    over = make_survey(SurveyState.CLOSED)
    for column in ("closes_on", "title", "introduction"):
        assert refused(f"UPDATE evaluation_survey SET {column} = '2099-01-01' WHERE id = %s", over.pk), column
    with pytest.raises(DatabaseError), transaction.atomic():
        Survey.objects.create(
            title="评议", slug="ready-made", opens_on=TODAY, closes_on=TODAY, state=SurveyState.TALLIED, opened_at=AT,
            closed_at=AT, tallied_at=AT, tally={}, digest="0" * 64,
        )  # fmt: skip
    item, other = make_item(state=ItemState.UNPUBLISHED), make_item(state=ItemState.UNPUBLISHED)
    Survey.objects.filter(pk=row.pk).update(item=item)
    Survey.objects.filter(pk=row.pk).update(item=other)  # the first was thrown away before anybody read it
    make_edition(other)
    for another in (item, None):
        with pytest.raises(DatabaseError), transaction.atomic():
            Survey.objects.filter(pk=row.pk).update(item=another)


def test_ballot_is_cast_while_open_and_never_changed() -> None:
    row = make_survey()
    cast(row, answers(row, 4))
    ballot, given = Ballot.objects.get(), BallotAnswer.objects.all()[0]

    assert refused("UPDATE evaluation_ballotanswer SET level = 1 WHERE id = %s", given.pk)
    assert refused("DELETE FROM evaluation_ballotanswer WHERE id = %s", given.pk)
    assert refused("UPDATE evaluation_ballot SET voter_key = 'x' WHERE id = %s", ballot.pk)
    assert refused("DELETE FROM evaluation_ballot WHERE id = %s", ballot.pk)
    assert not replaced("evaluation_ballot", ballot.pk)
    for state in (SurveyState.DRAFT, SurveyState.CLOSED, SurveyState.TALLIED, SurveyState.CANCELLED):
        with pytest.raises(DatabaseError), transaction.atomic():
            make_ballot(make_survey(state))
    Survey.objects.filter(pk=row.pk).update(state=SurveyState.CLOSED, closed_at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        BallotAnswer.objects.create(ballot=ballot, agency_id=given.agency_id, question=given.question, level=5)


def test_answer_is_of_the_survey_of_its_ballot() -> None:
    row, other = make_survey(), make_survey()
    ballot, agency = make_ballot(row), row.agencies.get()
    foreign: list[dict[str, Any]] = [
        {"agency": agency, "question": other.questions.all()[0]},
        {"agency": other.agencies.get(), "question": row.questions.all()[0]},
    ]
    for values in foreign:
        with pytest.raises(DatabaseError), transaction.atomic():
            BallotAnswer.objects.create(ballot=ballot, level=5, **values)


def test_used_token_stays_used_and_a_step_done() -> None:
    used, void = make_evaluator(token="one", is_used=True), make_evaluator(voided_on=TODAY)
    done = make_survey().steps.get(step=SurveyStepKind.NOTICE)
    SurveyStep.objects.filter(pk=done.pk).update(done_on=TODAY, note="已刊登")

    assert refused("UPDATE evaluation_evaluator SET is_used = false WHERE id = %s", used.pk)
    assert refused("UPDATE evaluation_evaluator SET token_key = 'x' WHERE id = %s", used.pk)
    assert refused("UPDATE evaluation_evaluator SET voided_on = NULL WHERE id = %s", void.pk)
    assert refused("DELETE FROM evaluation_evaluator WHERE id = %s", used.pk)
    for values in ({"survey": make_survey(SurveyState.CLOSED)}, {"is_used": True, "token_key": "t", "way": "slip"}):
        one = {"survey": used.survey, "number": 99, "group": "experts", "person_key": "k", "issued_on": TODAY}
        with pytest.raises(DatabaseError), transaction.atomic():
            Evaluator.objects.create(**one | values)
    assert not refused("UPDATE evaluation_evaluator SET name = '', email = '' WHERE id = %s", used.pk)
    assert refused("UPDATE evaluation_surveystep SET note = '改' WHERE id = %s", done.pk)
    assert refused("UPDATE evaluation_surveystep SET done_on = NULL WHERE id = %s", done.pk)
