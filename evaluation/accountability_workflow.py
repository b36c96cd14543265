"""The procedure of a case as data. services/accountability_procedure.py alone applies it. Source:
《…责任追究办法》第十二条、第十三条; domain §9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from evaluation.accountability_enums import RULED_CASES, CaseAction, CaseState
from govportal.permissions import Permission


@dataclass(frozen=True, slots=True)
class Transition:
    """`target` None: the state stays. `permission` OBJECT: a deed of the agency the case is about."""

    sources: frozenset[CaseState]
    target: CaseState | None = None
    permission: Permission = Permission.HOLD_ACCOUNTABLE

    @property
    def by_agency(self) -> bool:
        return self.permission == Permission.OBJECT


_S, _A = CaseState, CaseAction
_OPENED, _HEARD = frozenset({_S.OPENED}), frozenset({_S.HEARD})
_DECIDED, _CORRECTED = frozenset({_S.DECIDED}), frozenset({_S.CORRECTED})

CASE: Mapping[CaseAction, Transition] = MappingProxyType(
    {
        _A.AMEND: Transition(_OPENED),
        _A.NAME: Transition(_OPENED),
        _A.STRIKE: Transition(_OPENED),
        _A.NOTIFY: Transition(_OPENED),
        _A.DELIVER: Transition(frozenset(_S)),
        _A.HEAR: Transition(_OPENED),
        _A.WAIVE: Transition(_OPENED),
        # What somebody says may change what he bears.
        _A.DIVIDE: Transition(_OPENED | _HEARD),
        # He is told and heard anew.
        _A.WITHDRAW: Transition(_OPENED | _HEARD, _S.OPENED),
        _A.CONCLUDE: Transition(_OPENED, _S.HEARD),
        _A.REOPEN: Transition(_HEARD, _S.OPENED),
        _A.DECIDE: Transition(_HEARD, _S.DECIDED),
        _A.DROP: Transition(_OPENED | _HEARD, _S.DROPPED),
        _A.ORDER: Transition(_DECIDED),
        _A.REFER: Transition(_DECIDED | _CORRECTED),
        _A.REPORT: Transition(_DECIDED, _S.CORRECTED, Permission.OBJECT),
        # On paper: of an agency that was dissolved, or whose heads have no account.
        _A.RECEIVE: Transition(_DECIDED, _S.CORRECTED),
        _A.RETURN: Transition(_CORRECTED, _S.DECIDED),
        _A.VERIFY: Transition(_CORRECTED, _S.CLOSED),
        _A.SUMMARISE: Transition(frozenset(RULED_CASES)),
    }
)


def next_case_state(state: str, action: CaseAction) -> CaseState | None:
    """Where the action leads from this state; None when it cannot be done there."""
    transition = CASE.get(action)
    if transition is None or state not in transition.sources:
        return None
    return transition.target or CaseState(state)
