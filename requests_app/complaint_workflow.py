"""The procedure of complaints as data. services/complaint_procedure.py alone applies it. Source:
《政务公开投诉举报受理工作制度》第七条; domain §7.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from requests_app.complaint_enums import OPEN_COMPLAINTS, UNANSWERED_COMPLAINTS, ComplaintAction, ComplaintState


@dataclass(frozen=True, slots=True)
class Transition:
    """`target` None: the state stays. `by_complainant`: the complainant may do it as well."""

    sources: frozenset[ComplaintState]
    target: ComplaintState | None
    by_complainant: bool = False


_S, _A = ComplaintState, ComplaintAction
_AT_WORK = frozenset({_S.ACCEPTED, _S.TRANSFERRED, _S.INVESTIGATING})
_TOLD = frozenset({_S.ANSWERED, _S.CLOSED})

COMPLAINT: Mapping[ComplaintAction, Transition] = MappingProxyType(
    {
        _A.ACCEPT: Transition(frozenset({_S.RECEIVED}), _S.ACCEPTED),
        _A.REFUSE: Transition(frozenset({_S.RECEIVED}), _S.NOT_ACCEPTED),
        _A.REDIRECT: Transition(frozenset({_S.RECEIVED, _S.ACCEPTED}), _S.REDIRECTED),
        _A.ASSIGN: Transition(frozenset(OPEN_COMPLAINTS), None),
        _A.TRANSFER: Transition(frozenset({_S.ACCEPTED, _S.TRANSFERRED}), _S.TRANSFERRED),
        _A.INVESTIGATE: Transition(frozenset({_S.ACCEPTED, _S.TRANSFERRED}), _S.INVESTIGATING),
        _A.EXTEND: Transition(_AT_WORK, None),
        _A.ANSWER: Transition(frozenset({_S.INVESTIGATING}), _S.ANSWERED),
        _A.ORDER: Transition(_TOLD, None),
        _A.REFER: Transition(_TOLD, None),
        _A.CLOSE: Transition(frozenset({_S.ANSWERED}), _S.CLOSED),
        _A.SUPPLEMENT: Transition(frozenset(UNANSWERED_COMPLAINTS), None, by_complainant=True),
        _A.WITHDRAW: Transition(frozenset(UNANSWERED_COMPLAINTS), _S.WITHDRAWN, by_complainant=True),
        _A.NOTE: Transition(frozenset(ComplaintState), None),
    }
)


def next_complaint_state(state: str, action: ComplaintAction) -> ComplaintState | None:
    """Where the action leads from this state; None when it cannot be done there."""
    transition = COMPLAINT[action]
    if state not in transition.sources:
        return None
    return transition.target or ComplaintState(state)
