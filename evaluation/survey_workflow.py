"""The life of a survey as data: what can be done to it, from which state, to which, by whose permission.

services/survey_procedure.py applies it under a lock. 延长 and 截止 leave ballots as they are; only a survey that nobody
has tallied can be cancelled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evaluation.survey_enums import SurveyAction, SurveyState
from govportal.permissions import Permission


@dataclass(frozen=True, slots=True)
class SurveyTransition:
    """`target` None: it stays where it is."""

    sources: frozenset[SurveyState]
    target: SurveyState | None = None
    permission: Permission = Permission.ASSESS


_S, _A = SurveyState, SurveyAction
_RUNNING = frozenset({_S.DRAFT, _S.OPEN})
SURVEY: Mapping[SurveyAction, SurveyTransition] = MappingProxyType(
    {
        _A.EDIT: SurveyTransition(frozenset({_S.DRAFT})),
        _A.ASK: SurveyTransition(frozenset({_S.DRAFT})),
        _A.INVITE: SurveyTransition(_RUNNING),
        _A.ISSUE: SurveyTransition(_RUNNING),
        _A.STEP: SurveyTransition(frozenset({_S.DRAFT, _S.OPEN, _S.CLOSED, _S.TALLIED})),
        _A.OPEN: SurveyTransition(frozenset({_S.DRAFT}), _S.OPEN),
        _A.EXTEND: SurveyTransition(frozenset({_S.OPEN})),
        _A.CLOSE: SurveyTransition(frozenset({_S.OPEN}), _S.CLOSED),
        _A.TALLY: SurveyTransition(frozenset({_S.CLOSED}), _S.TALLIED),
        _A.DRAFT_ITEM: SurveyTransition(frozenset({_S.TALLIED})),
        _A.CANCEL: SurveyTransition(frozenset({_S.DRAFT, _S.OPEN, _S.CLOSED}), _S.CANCELLED),
    }
)


def may_still_be(state: str, action: SurveyAction) -> bool:
    """Whether it can be done in this state, or in one that the survey may still come to."""
    found, fresh = {SurveyState(state)}, {SurveyState(state)}
    while fresh:
        fresh = {step.target for step in SURVEY.values() if step.target and not fresh.isdisjoint(step.sources)} - found
        found |= fresh
    return not found.isdisjoint(SURVEY[action].sources)


def next_survey_state(state: str, action: SurveyAction) -> SurveyState | None:
    """Where the action leads from this state; None when it cannot be done there."""
    transition = SURVEY[action]
    return (transition.target or SurveyState(state)) if state in transition.sources else None
