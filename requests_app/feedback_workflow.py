"""The procedure of messages and correction reports as data. services/feedback.py alone applies it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from requests_app.feedback_enums import OPEN_FEEDBACK, FeedbackAction, FeedbackState


@dataclass(frozen=True, slots=True)
class Transition:
    sources: frozenset[FeedbackState]
    target: FeedbackState


_S, _A = FeedbackState, FeedbackAction
_WAITING = frozenset(OPEN_FEEDBACK)

FEEDBACK: Mapping[FeedbackAction, Transition] = MappingProxyType(
    {
        _A.JUDGE: Transition(_WAITING, _S.JUDGED),
        _A.PASS_ON: Transition(_WAITING, _S.RECEIVED),
        _A.ANSWER: Transition(frozenset({_S.JUDGED}), _S.ANSWERED),
        _A.REDIRECT: Transition(_WAITING, _S.REDIRECTED),
        _A.SET_ASIDE: Transition(_WAITING, _S.SET_ASIDE),
    }
)


def next_feedback_state(state: str, action: FeedbackAction) -> FeedbackState | None:
    """Where the action leads from this state; None when it cannot be done there."""
    transition = FEEDBACK[action]
    return transition.target if state in transition.sources else None
