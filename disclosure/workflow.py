"""The two procedures as data: what can be done, from which state, to which, by whose permission.

Only `services/procedure.py` (editions) and `services/close.py` (items) apply these tables. Which signatures an
edition needs follows from its type and the level of its agency (`required_steps`); its order is the order of
ReviewStep. Sources: 《政府信息公开条例》第十七条; 保密法 (2024) 第三十五条; domain §4.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from disclosure.enums import OPEN_STATES, EditionAction, EditionState, ItemAction, ItemState, LogKind, ReviewStep
from disclosure.types import ITEM_TYPES
from govportal.models.agency import AgencyLevel
from govportal.permissions import Permission


@dataclass(frozen=True, slots=True)
class Transition[S]:
    """`permission` is held at the item's agency; None: the author or last editor alone."""

    sources: frozenset[S]
    target: S
    permission: Permission | None


_D, _S = EditionState, ReviewStep
UNDER_REVIEW = frozenset({_D.SUBMITTED, _D.SECRECY_REVIEWED, _D.PRE_REVIEWED, _D.SECOND_REVIEWED})
_SIGNED_OFF = frozenset({_D.APPROVED, _D.SCHEDULED})

EDITION: Mapping[EditionAction, Transition[EditionState]] = MappingProxyType(
    {
        EditionAction.EDIT: Transition(frozenset(OPEN_STATES), _D.DRAFT, Permission.DRAFT_ITEM),
        EditionAction.SUBMIT: Transition(frozenset({_D.DRAFT}), _D.SUBMITTED, Permission.DRAFT_ITEM),
        EditionAction.RECALL: Transition(UNDER_REVIEW | _SIGNED_OFF, _D.DRAFT, None),
        EditionAction.SECRECY_REVIEW: Transition(
            frozenset({_D.SUBMITTED}), _D.SECRECY_REVIEWED, Permission.SECRECY_REVIEW
        ),
        EditionAction.PRE_REVIEW: Transition(frozenset({_D.SECRECY_REVIEWED}), _D.PRE_REVIEWED, Permission.PRE_REVIEW),
        EditionAction.SECOND_REVIEW: Transition(
            frozenset({_D.PRE_REVIEWED}), _D.SECOND_REVIEWED, Permission.SECOND_REVIEW
        ),
        EditionAction.APPROVE: Transition(
            frozenset({_D.SECRECY_REVIEWED, _D.PRE_REVIEWED, _D.SECOND_REVIEWED}),
            _D.APPROVED,
            Permission.APPROVE_ITEM,
        ),
        # The permission to return is that of the step which is due: see `permission_for`.
        EditionAction.RETURN: Transition(UNDER_REVIEW | _SIGNED_OFF, _D.DRAFT, Permission.APPROVE_ITEM),
        EditionAction.SCHEDULE: Transition(frozenset({_D.APPROVED}), _D.SCHEDULED, Permission.PUBLISH_ITEM),
        EditionAction.UNSCHEDULE: Transition(frozenset({_D.SCHEDULED}), _D.APPROVED, Permission.PUBLISH_ITEM),
        EditionAction.PUBLISH: Transition(_SIGNED_OFF, _D.PUBLISHED, Permission.PUBLISH_ITEM),
        EditionAction.EMERGENCY_PUBLISH: Transition(
            frozenset(OPEN_STATES) - _SIGNED_OFF, _D.PUBLISHED, Permission.APPROVE_ITEM
        ),
        EditionAction.DISCARD: Transition(frozenset({_D.DRAFT}), _D.DISCARDED, Permission.DRAFT_ITEM),
    }
)

# The signature that an action gives, and the state that follows it.
STEP_OF: Mapping[EditionAction, ReviewStep] = MappingProxyType(
    {
        EditionAction.SECRECY_REVIEW: _S.SECRECY,
        EditionAction.PRE_REVIEW: _S.PRE,
        EditionAction.SECOND_REVIEW: _S.SECOND,
        EditionAction.APPROVE: _S.APPROVAL,
        EditionAction.EMERGENCY_PUBLISH: _S.EMERGENCY,
    }
)
ACTION_OF: Mapping[ReviewStep, EditionAction] = MappingProxyType({step: action for action, step in STEP_OF.items()})
_DONE_BY: Mapping[EditionState, ReviewStep | None] = MappingProxyType(
    {
        _D.SUBMITTED: None,
        _D.SECRECY_REVIEWED: _S.SECRECY,
        _D.PRE_REVIEWED: _S.PRE,
        _D.SECOND_REVIEWED: _S.SECOND,
    }
)

_ORDER: Mapping[ReviewStep, int] = MappingProxyType({step: place for place, step in enumerate(_S)})

# A township has few people: two signatures are the least (domain §4.1).
_FULL = (_S.SECRECY, _S.PRE, _S.APPROVAL)
_LEAST = (_S.SECRECY, _S.APPROVAL)
STEPS_BY_LEVEL: Mapping[str, tuple[ReviewStep, ...]] = MappingProxyType(
    {
        AgencyLevel.PROVINCE: _FULL,
        AgencyLevel.CITY: _FULL,
        AgencyLevel.COUNTY: _FULL,
        AgencyLevel.TOWNSHIP: _LEAST,
        AgencyLevel.VILLAGE: _LEAST,
    }
)


def required_steps(item_type: str, level: str) -> tuple[ReviewStep, ...]:
    """The signatures an edition needs, in their order; weighty types get a second review where there are people."""
    steps = STEPS_BY_LEVEL[level]
    if ITEM_TYPES[item_type].needs_second_review and _S.PRE in steps:
        return tuple(step for step in ReviewStep if step in {*steps, _S.SECOND})
    return steps


def due_step(state: str, steps: tuple[ReviewStep, ...]) -> ReviewStep | None:
    """The signature that an edition under review waits for; None when it waits for none.

    The last one given need not be among `steps`: the level of a body or the type of a draft may change on the way.
    """
    if state not in _DONE_BY:
        return None
    done = _DONE_BY[EditionState(state)]
    return next(step for step in steps if done is None or _ORDER[step] > _ORDER[done])


def next_state(state: str, action: EditionAction, steps: tuple[ReviewStep, ...]) -> EditionState | None:
    """Where the action leads from this state; None when it cannot be done there."""
    transition = EDITION[action]
    if state not in transition.sources:
        return None
    step = STEP_OF.get(action)
    if step and step != _S.EMERGENCY and step != due_step(state, steps):
        return None
    return transition.target


def permission_for(action: EditionAction, state: str, steps: tuple[ReviewStep, ...]) -> Permission | None:
    """Who may do it: of the table, but that a text is returned by whoever would sign it next."""
    if action == EditionAction.RETURN and (step := due_step(state, steps)):
        return EDITION[ACTION_OF[step]].permission
    return EDITION[action].permission


_I = ItemState
_OPEN = frozenset({_I.LIVE, _I.PARTLY_VOID})
_ENDED = frozenset({_I.EXPIRED, _I.VOID, _I.WITHDRAWN, _I.TERMINATED})
_PUBLISHED = _OPEN | _ENDED


@dataclass(frozen=True, slots=True)
class ItemTransition:
    """`target` None leaves the state as it is. `kind` is the entry it writes in the publication log."""

    sources: frozenset[ItemState]
    target: ItemState | None
    kind: LogKind


ITEM: Mapping[ItemAction, ItemTransition] = MappingProxyType(
    {
        ItemAction.WITHDRAW: ItemTransition(_PUBLISHED - {_I.WITHDRAWN, _I.TERMINATED}, _I.WITHDRAWN, LogKind.WITHDRAW),
        ItemAction.TERMINATE: ItemTransition(_OPEN, _I.TERMINATED, LogKind.TERMINATE),
        ItemAction.VOID: ItemTransition(_OPEN | {_I.EXPIRED}, _I.VOID, LogKind.VOID),
        ItemAction.PARTLY_VOID: ItemTransition(frozenset({_I.LIVE}), _I.PARTLY_VOID, LogKind.PARTLY_VOID),
        ItemAction.EXPIRE: ItemTransition(_OPEN, _I.EXPIRED, LogKind.EXPIRE),
        ItemAction.RESTORE: ItemTransition(_ENDED | {_I.PARTLY_VOID}, _I.LIVE, LogKind.RESTORE),
        ItemAction.REDACT: ItemTransition(_PUBLISHED, None, LogKind.REDACT),
        ItemAction.NOTE: ItemTransition(_PUBLISHED, None, LogKind.NOTE),
    }
)


def next_item_state(state: str, action: ItemAction) -> ItemState | None:
    """The state after the action; None when it cannot be done there."""
    transition = ITEM[action]
    if state not in transition.sources:
        return None
    return transition.target or ItemState(state)
