"""The procedure of a request as data: what can be done, from which state, to which, by whose permission.

Only `services/procedure.py` applies this table. Source: 《政府信息公开条例》第二十九条至第三十六条; domain §6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from govportal.permissions import Permission
from requests_app.enums import CONSULTING_STATES, OPEN_STATES, Action, State


@dataclass(frozen=True, slots=True)
class Transition:
    """`target` None: where the request rests, see `resting_state`. `by_applicant`: the applicant may do it as well."""

    sources: frozenset[State]
    target: State | None
    permission: Permission
    by_applicant: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides where a request rests while it is worked on: who is being asked, and whether it was extended."""

    asks_third_party: bool = False
    asks_co_agency: bool = False
    is_extended: bool = False


_S, _A = State, Action
_HANDLE, _RELEASE = Permission.HANDLE_REQUEST, Permission.RELEASE_REPLY
_OPEN = frozenset(OPEN_STATES)
_CONSULTING = frozenset(CONSULTING_STATES)
# Between registration and reply, waiting for nobody outside but those who are consulted.
_WORKED_ON = frozenset({_S.IN_REVIEW, _S.EXTENDED})
_AT_WORK = _WORKED_ON | _CONSULTING

REQUEST: Mapping[Action, Transition] = MappingProxyType(
    {
        _A.REGISTER: Transition(frozenset({_S.RECEIVED}), _S.REGISTERED, _HANDLE),
        _A.BEGIN_REVIEW: Transition(frozenset({_S.REGISTERED, _S.CORRECTED}), _S.IN_REVIEW, _HANDLE),
        _A.ASK_CORRECTION: Transition(frozenset({_S.REGISTERED, _S.IN_REVIEW}), _S.CORRECTION_ASKED, _HANDLE),
        _A.RECEIVE_CORRECTION: Transition(frozenset({_S.CORRECTION_ASKED}), _S.CORRECTED, _HANDLE, by_applicant=True),
        _A.ASK_THIRD_PARTY: Transition(_AT_WORK, None, _HANDLE),
        _A.ANSWER_THIRD_PARTY: Transition(frozenset({_S.CONSULTING_THIRD_PARTY}), None, _HANDLE),
        _A.ASK_CO_AGENCY: Transition(_AT_WORK, None, _HANDLE),
        _A.ANSWER_CO_AGENCY: Transition(_CONSULTING, None, _HANDLE),
        _A.SETTLE_SILENCE: Transition(_CONSULTING, None, _HANDLE),
        _A.NOTIFY_FEE: Transition(_WORKED_ON, _S.FEE_NOTIFIED, _HANDLE),
        _A.RECORD_PAYMENT: Transition(frozenset({_S.FEE_NOTIFIED}), None, _HANDLE),
        _A.EXTEND: Transition(frozenset({_S.IN_REVIEW}) | _CONSULTING, None, _RELEASE),
        _A.REPLY: Transition(_WORKED_ON, _S.REPLIED, _RELEASE),
        _A.LAPSE: Transition(frozenset({_S.CORRECTION_ASKED, _S.FEE_NOTIFIED}), _S.LAPSED, _RELEASE),
        _A.WITHDRAW: Transition(_OPEN, _S.WITHDRAWN, _HANDLE, by_applicant=True),
    }
)

# What leaves the state as it is.
UNMOVING: Mapping[Action, Transition] = MappingProxyType(
    {
        _A.ASSIGN: Transition(_OPEN, None, _HANDLE),
        _A.TRANSFER: Transition(frozenset({_S.RECEIVED, _S.REGISTERED, _S.CORRECTED, _S.IN_REVIEW}), None, _HANDLE),
        _A.NOTE_DELIVERY: Transition(_CONSULTING | {_S.FEE_NOTIFIED}, None, _HANDLE),
        _A.ASK_REASONS: Transition(_WORKED_ON, None, _HANDLE),
        # Asked for while it was worked on; what the office does in the meantime takes nobody's word away.
        _A.RECEIVE_REASONS: Transition(_OPEN - {_S.RECEIVED}, None, _HANDLE, by_applicant=True),
        _A.DELAY: Transition(_WORKED_ON, None, _RELEASE),
    }
)


def transition_of(action: Action) -> Transition:
    return REQUEST.get(action) or UNMOVING[action]


def resting_state(standing: Standing) -> State:
    """Where a request under review stands: with whoever is asked, a third party first; else extended or in review."""
    if standing.asks_third_party:
        return State.CONSULTING_THIRD_PARTY
    if standing.asks_co_agency:
        return State.CONSULTING_CO_AGENCY
    return State.EXTENDED if standing.is_extended else State.IN_REVIEW


def next_state(state: str, action: Action, standing: Standing) -> State | None:
    """Where the action leads from this state, `standing` being what holds after it; None when it cannot be done."""
    transition = transition_of(action)
    if state not in transition.sources:
        return None
    if action in UNMOVING:
        return State(state)
    return transition.target or resting_state(standing)
