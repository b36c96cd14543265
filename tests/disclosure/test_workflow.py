"""The two procedures in full: every state with every action, from tables written down here a second time."""

from collections.abc import Mapping
from itertools import product

import pytest

from disclosure.enums import EditionAction, EditionState, ItemAction, ItemState, LogKind, ReviewStep
from disclosure.types import ITEM_TYPES
from disclosure.workflow import ITEM, due_step, next_item_state, next_state, permission_for, required_steps
from govportal.models.agency import AgencyLevel
from govportal.permissions import Permission

A, S, R, P = EditionAction, EditionState, ReviewStep, Permission

# Steps by who has the people for them.
TOWNSHIP: tuple[ReviewStep, ...] = (R.SECRECY, R.APPROVAL)
COUNTY: tuple[ReviewStep, ...] = (R.SECRECY, R.PRE, R.APPROVAL)
WEIGHTY: tuple[ReviewStep, ...] = (R.SECRECY, R.PRE, R.SECOND, R.APPROVAL)
STEP_SETS = {"township": TOWNSHIP, "county": COUNTY, "weighty": WEIGHTY}

_TAKEN_BACK = {A.EDIT: S.DRAFT, A.RECALL: S.DRAFT, A.RETURN: S.DRAFT}
_UNDER_REVIEW = {**_TAKEN_BACK, A.EMERGENCY_PUBLISH: S.PUBLISHED}
# What may be done in a state whichever signatures are asked, and where it leads.
ALWAYS: Mapping[EditionState, Mapping[EditionAction, EditionState]] = {
    S.DRAFT: {
        A.EDIT: S.DRAFT,
        A.SUBMIT: S.SUBMITTED,
        A.EMERGENCY_PUBLISH: S.PUBLISHED,
        A.DISCARD: S.DISCARDED,
    },
    S.SUBMITTED: {**_UNDER_REVIEW, A.SECRECY_REVIEW: S.SECRECY_REVIEWED},
    S.SECRECY_REVIEWED: _UNDER_REVIEW,
    S.PRE_REVIEWED: _UNDER_REVIEW,
    S.SECOND_REVIEWED: {**_UNDER_REVIEW, A.APPROVE: S.APPROVED},
    S.APPROVED: {**_TAKEN_BACK, A.SCHEDULE: S.SCHEDULED, A.PUBLISH: S.PUBLISHED},
    S.SCHEDULED: {**_TAKEN_BACK, A.UNSCHEDULE: S.APPROVED, A.PUBLISH: S.PUBLISHED},
    S.PUBLISHED: {},
    S.DISCARDED: {},
}
# The one review that is due beside that, by which signatures are asked. A state that a step set does not know
# is still left by its next signature: the level of a body or the type of a draft may change on the way.
REVIEW: Mapping[tuple[EditionState, str], tuple[EditionAction, EditionState]] = {
    (S.SECRECY_REVIEWED, "township"): (A.APPROVE, S.APPROVED),
    (S.SECRECY_REVIEWED, "county"): (A.PRE_REVIEW, S.PRE_REVIEWED),
    (S.SECRECY_REVIEWED, "weighty"): (A.PRE_REVIEW, S.PRE_REVIEWED),
    (S.PRE_REVIEWED, "township"): (A.APPROVE, S.APPROVED),
    (S.PRE_REVIEWED, "county"): (A.APPROVE, S.APPROVED),
    (S.PRE_REVIEWED, "weighty"): (A.SECOND_REVIEW, S.SECOND_REVIEWED),
}


@pytest.mark.parametrize(("state", "action", "kind"), list(product(EditionState, EditionAction, STEP_SETS)))
def test_next_state_of_every_state_action_and_step_set(state: EditionState, action: EditionAction, kind: str) -> None:
    expected = ALWAYS[state].get(action)
    if (state, kind) in REVIEW and REVIEW[state, kind][0] == action:
        expected = REVIEW[state, kind][1]

    assert next_state(state, action, STEP_SETS[kind]) == expected


DUE: Mapping[EditionState, tuple[ReviewStep, ReviewStep, ReviewStep]] = {
    S.SUBMITTED: (R.SECRECY, R.SECRECY, R.SECRECY),
    S.SECRECY_REVIEWED: (R.APPROVAL, R.PRE, R.PRE),
    S.PRE_REVIEWED: (R.APPROVAL, R.APPROVAL, R.SECOND),
    S.SECOND_REVIEWED: (R.APPROVAL, R.APPROVAL, R.APPROVAL),
}


@pytest.mark.parametrize("state", EditionState)
def test_due_step_of_every_state_and_step_set(state: EditionState) -> None:
    found = tuple(due_step(state, steps) for steps in (TOWNSHIP, COUNTY, WEIGHTY))

    assert found == DUE.get(state, (None, None, None))


HELD: Mapping[EditionAction, Permission | None] = {
    A.EDIT: P.DRAFT_ITEM,
    A.SUBMIT: P.DRAFT_ITEM,
    A.RECALL: None,
    A.SECRECY_REVIEW: P.SECRECY_REVIEW,
    A.PRE_REVIEW: P.PRE_REVIEW,
    A.SECOND_REVIEW: P.SECOND_REVIEW,
    A.APPROVE: P.APPROVE_ITEM,
    A.SCHEDULE: P.PUBLISH_ITEM,
    A.UNSCHEDULE: P.PUBLISH_ITEM,
    A.PUBLISH: P.PUBLISH_ITEM,
    A.EMERGENCY_PUBLISH: P.APPROVE_ITEM,
    A.DISCARD: P.DRAFT_ITEM,
}
# A text is returned by whoever would sign it next; one that is signed off, by an approver.
RETURNED_BY: Mapping[EditionState, tuple[Permission, Permission, Permission]] = {
    S.SUBMITTED: (P.SECRECY_REVIEW, P.SECRECY_REVIEW, P.SECRECY_REVIEW),
    S.SECRECY_REVIEWED: (P.APPROVE_ITEM, P.PRE_REVIEW, P.PRE_REVIEW),
    S.PRE_REVIEWED: (P.APPROVE_ITEM, P.APPROVE_ITEM, P.SECOND_REVIEW),
    S.SECOND_REVIEWED: (P.APPROVE_ITEM, P.APPROVE_ITEM, P.APPROVE_ITEM),
    S.APPROVED: (P.APPROVE_ITEM, P.APPROVE_ITEM, P.APPROVE_ITEM),
    S.SCHEDULED: (P.APPROVE_ITEM, P.APPROVE_ITEM, P.APPROVE_ITEM),
}


@pytest.mark.parametrize(("state", "action"), list(product(EditionState, HELD)))
def test_permission_for_every_action_is_the_same_in_every_state(state: EditionState, action: EditionAction) -> None:
    found = {permission_for(action, state, steps) for steps in (TOWNSHIP, COUNTY, WEIGHTY)}

    assert found == {HELD[action]}


@pytest.mark.parametrize("state", RETURNED_BY)
def test_permission_to_return_is_that_of_the_next_signature(state: EditionState) -> None:
    found = tuple(permission_for(A.RETURN, state, steps) for steps in (TOWNSHIP, COUNTY, WEIGHTY))

    assert found == RETURNED_BY[state]


SECOND_REVIEWED_TYPES = {"normative", "power", "budget"}
FULL_LEVELS = {AgencyLevel.PROVINCE, AgencyLevel.CITY, AgencyLevel.COUNTY}
LEAST_LEVELS = {AgencyLevel.TOWNSHIP, AgencyLevel.VILLAGE}


def test_levels_are_all_of_one_kind_or_the_other() -> None:
    assert set(AgencyLevel) == FULL_LEVELS | LEAST_LEVELS


@pytest.mark.parametrize(("item_type", "level"), list(product(ITEM_TYPES, AgencyLevel)))
def test_required_steps_of_every_type_and_level(item_type: str, level: AgencyLevel) -> None:
    if level in LEAST_LEVELS:
        expected = TOWNSHIP
    elif item_type in SECOND_REVIEWED_TYPES:
        expected = WEIGHTY
    else:
        expected = COUNTY

    assert required_steps(item_type, level) == expected


@pytest.mark.parametrize(("item_type", "level"), list(product(ITEM_TYPES, AgencyLevel)))
def test_required_steps_lead_from_submission_to_approval_one_by_one(item_type: str, level: AgencyLevel) -> None:
    state, signed = S.SUBMITTED, []
    steps = required_steps(item_type, level)

    while step := due_step(state, steps):
        action = {R.SECRECY: A.SECRECY_REVIEW, R.PRE: A.PRE_REVIEW, R.SECOND: A.SECOND_REVIEW, R.APPROVAL: A.APPROVE}
        after = next_state(state, action[step], steps)
        assert after is not None
        signed.append(step)
        state = after

    assert (state, tuple(signed)) == (S.APPROVED, steps)


# --- Items --------------------------------------------------------------------------------------------------

T, V = ItemState, ItemAction
ITEMS: Mapping[ItemState, Mapping[ItemAction, ItemState]] = {
    T.UNPUBLISHED: {},
    T.LIVE: {
        V.WITHDRAW: T.WITHDRAWN,
        V.TERMINATE: T.TERMINATED,
        V.VOID: T.VOID,
        V.PARTLY_VOID: T.PARTLY_VOID,
        V.EXPIRE: T.EXPIRED,
        V.REDACT: T.LIVE,
        V.NOTE: T.LIVE,
    },
    T.PARTLY_VOID: {
        V.WITHDRAW: T.WITHDRAWN,
        V.TERMINATE: T.TERMINATED,
        V.VOID: T.VOID,
        V.EXPIRE: T.EXPIRED,
        V.RESTORE: T.LIVE,
        V.REDACT: T.PARTLY_VOID,
        V.NOTE: T.PARTLY_VOID,
    },
    T.EXPIRED: {
        V.WITHDRAW: T.WITHDRAWN,
        V.VOID: T.VOID,
        V.RESTORE: T.LIVE,
        V.REDACT: T.EXPIRED,
        V.NOTE: T.EXPIRED,
    },
    T.VOID: {V.WITHDRAW: T.WITHDRAWN, V.RESTORE: T.LIVE, V.REDACT: T.VOID, V.NOTE: T.VOID},
    T.WITHDRAWN: {V.RESTORE: T.LIVE, V.REDACT: T.WITHDRAWN, V.NOTE: T.WITHDRAWN},
    T.TERMINATED: {V.RESTORE: T.LIVE, V.REDACT: T.TERMINATED, V.NOTE: T.TERMINATED},
}
KINDS: Mapping[ItemAction, LogKind] = {
    V.WITHDRAW: LogKind.WITHDRAW,
    V.TERMINATE: LogKind.TERMINATE,
    V.VOID: LogKind.VOID,
    V.PARTLY_VOID: LogKind.PARTLY_VOID,
    V.EXPIRE: LogKind.EXPIRE,
    V.RESTORE: LogKind.RESTORE,
    V.REDACT: LogKind.REDACT,
    V.NOTE: LogKind.NOTE,
}


@pytest.mark.parametrize(("state", "action"), list(product(ItemState, ItemAction)))
def test_next_item_state_of_every_state_and_action(state: ItemState, action: ItemAction) -> None:
    assert next_item_state(state, action) == ITEMS[state].get(action)


@pytest.mark.parametrize("action", ItemAction)
def test_every_item_action_has_its_own_kind_of_entry(action: ItemAction) -> None:
    assert ITEM[action].kind == KINDS[action]
