"""Triggers on surveys: what was asked of whom stays as it was opened with, a ballot as it was cast, a tally as it was
frozen, whoever holds the connection. The services refuse first and say why.
"""

# ruff: noqa: S608  (names of our own tables and columns)

from collections.abc import Iterable

from evaluation.item_guard import NAMES_ANOTHER_ITEM
from evaluation.models import Ballot, BallotAnswer, Evaluator, Survey, SurveyQuestion, SurveyStep
from evaluation.survey_enums import SurveyState
from govportal.dbsetup import DatabaseObject, Rule, append_only, closed_while, guard, no_replacement

_SURVEY, _QUESTION, _STEP = Survey._meta.db_table, SurveyQuestion._meta.db_table, SurveyStep._meta.db_table
_EVALUATOR, _BALLOT, _ANSWER = Evaluator._meta.db_table, Ballot._meta.db_table, BallotAnswer._meta.db_table
_AGENCIES = Survey.agencies.through._meta.db_table

# Known to whoever has voted: no longer another once the first may have.
_OPENED_WITH = ("slug", "opens_on", "accepts_public", "excellent_from", "good_from", "fair_from", "opened_at")
_ONCE_CLOSED = ("closes_on", "closed_at", "title", "introduction")
_AT_THE_END = ("state", "tally", "digest", "tallied_at", "closes_on", "closed_at", "title", "introduction")


def guards() -> list[DatabaseObject]:
    return [
        survey_guard(),
        _as_opened(_QUESTION, "the questions of a survey stay as it was opened with"),
        _as_opened(_AGENCIES, "whom a survey is about stays as it was opened with"),
        step_guard(),
        evaluator_guard(),
        ballot_guard(),
        answer_guard(),
        append_only(_BALLOT),
        append_only(_ANSWER),
        no_replacement(_SURVEY, unique=[("slug",), ("item_id",)]),
        no_replacement(_QUESTION, unique=[("survey_id", "position")]),
        no_replacement(_AGENCIES, unique=[("survey_id", "agency_id")]),
        no_replacement(_STEP, unique=[("survey_id", "step")]),
        no_replacement(
            _EVALUATOR,
            unique=[("survey_id", "number"), ("survey_id", "person_key")],
            partial={("token_key",): "NOT ({row}.token_key = '')"},
        ),
        no_replacement(_BALLOT, unique=[("survey_id", "voter_key")]),
        no_replacement(_ANSWER, unique=[("ballot_id", "agency_id", "question_id")]),
    ]


def _changed(columns: Iterable[str]) -> str:
    """As text, for PostgreSQL compares no two JSON values; quoted, for a column may be called like a word of SQL."""
    return (
        "("
        + " OR ".join(f'CAST(OLD."{one}" AS text) IS DISTINCT FROM CAST(NEW."{one}" AS text)' for one in columns)
        + ")"
    )


def _survey_is(column: str, condition: str) -> str:
    return f"EXISTS (SELECT 1 FROM {_SURVEY} s WHERE s.id = {column} AND s.state {condition})"


def survey_guard() -> DatabaseObject:
    """Nothing of what it was opened with changes, nothing at all of a tally; its item is named once, unless
    nobody ever read it."""
    opened = f"OLD.state <> '{SurveyState.DRAFT}' AND {_changed(_OPENED_WITH)}"
    closed = f"OLD.state = '{SurveyState.CLOSED}' AND {_changed(_ONCE_CLOSED)}"
    ended = f"OLD.state IN ('{SurveyState.TALLIED}', '{SurveyState.CANCELLED}') AND {_changed(_AT_THE_END)}"
    back = f"OLD.state <> '{SurveyState.DRAFT}' AND NEW.state = '{SurveyState.DRAFT}'"
    again = f"OLD.state = '{SurveyState.CLOSED}' AND NEW.state = '{SurveyState.OPEN}'"
    early = (
        f"NEW.state = '{SurveyState.TALLIED}' AND OLD.state NOT IN ('{SurveyState.CLOSED}', '{SurveyState.TALLIED}')"
    )
    return guard(
        f"{_SURVEY}_guard",
        _SURVEY,
        (
            Rule("INSERT", f"NEW.state <> '{SurveyState.DRAFT}'"),
            Rule(
                "UPDATE",
                f"({opened}) OR ({closed}) OR ({ended}) OR ({back}) OR ({again}) OR ({early}) "
                f"OR ({NAMES_ANOTHER_ITEM})",
            ),
            Rule("DELETE", f"OLD.state <> '{SurveyState.DRAFT}'"),
        ),
        "a survey stays as it was opened with, and its tally as it was frozen",
    )


def _as_opened(table: str, message: str) -> DatabaseObject:
    condition = _survey_is("{row}.survey_id", f"<> '{SurveyState.DRAFT}'")
    return closed_while(f"{table}_guard", table, condition, message)


def step_guard() -> DatabaseObject:
    """What was recorded stays; a draft may be deleted with its steps."""
    done = "OLD.done_on IS NOT NULL AND " + _changed(("survey_id", "step", "done_on", "done_by_id", "note", "item_id"))
    return guard(
        f"{_STEP}_guard",
        _STEP,
        (
            Rule("UPDATE", f"{done} OR {_changed(('survey_id', 'step'))}"),
            Rule("DELETE", _survey_is("OLD.survey_id", f"<> '{SurveyState.DRAFT}'")),
        ),
        "a step of a survey that is done stays as it was recorded",
    )


def evaluator_guard() -> DatabaseObject:
    """Nobody is invited to what is over, nor with a token that was used. A used token is never unused, and who was
    invited once a survey is open stays counted."""
    used = "OLD.is_used AND " + _changed(("is_used", "token_key", "group", "way", "issued_on"))
    invited = f"NOT {_survey_is('NEW.survey_id', f"IN ('{SurveyState.DRAFT}', '{SurveyState.OPEN}')")}"
    void = f"OLD.voided_on IS NOT NULL AND {_changed(('voided_on', 'token_key'))}"
    return guard(
        f"{_EVALUATOR}_guard",
        _EVALUATOR,
        (
            Rule("INSERT", f"NEW.is_used OR {invited}"),
            Rule("UPDATE", f"({used}) OR ({void}) OR {_changed(('survey_id', 'number'))}"),
            Rule("DELETE", _survey_is("OLD.survey_id", f"<> '{SurveyState.DRAFT}'")),
        ),
        "an evaluator stays counted, and a used token used",
    )


def ballot_guard() -> DatabaseObject:
    """No ballot outside the time of the survey; the day itself is the service's."""
    shut = f"NOT {_survey_is('NEW.survey_id', f"= '{SurveyState.OPEN}'")}"
    return guard(f"{_BALLOT}_guard", _BALLOT, (Rule("INSERT", shut),), "no ballot is cast in a survey that is not open")


def answer_guard() -> DatabaseObject:
    """Of the survey of its ballot, about an agency that is rated there, while it is open."""
    fits = (
        f"EXISTS (SELECT 1 FROM {_BALLOT} b JOIN {_SURVEY} s ON s.id = b.survey_id "
        f"JOIN {_QUESTION} q ON q.survey_id = s.id AND q.id = NEW.question_id "
        f"JOIN {_AGENCIES} a ON a.survey_id = s.id AND a.agency_id = NEW.agency_id "
        f"WHERE b.id = NEW.ballot_id AND s.state = '{SurveyState.OPEN}')"
    )
    return guard(
        f"{_ANSWER}_guard",
        _ANSWER,
        (Rule("INSERT", f"NOT {fits}"),),
        "an answer is of the survey of its ballot, while that is open",
    )
