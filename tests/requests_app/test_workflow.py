"""The procedure in full: every state with every action, from tables written down here a second time."""

from collections.abc import Mapping
from itertools import product

import pytest
from django.core.exceptions import ValidationError

from govportal.models import Agency, User
from govportal.permissions import Permission, Role
from requests_app.enums import Action, State
from requests_app.models import InformationRequest
from requests_app.services import procedure
from requests_app.workflow import Standing, next_state, resting_state, transition_of
from tests.factories import make_agency, make_member, make_request, make_user
from tests.factories.requests import AT, TODAY

A, S, R = Action, State, Role

REST = "rest"  # where the request rests: in review, extended, or with whoever is asked
STAY = "stay"

_ANYWHERE_OPEN: dict[Action, State | str] = {A.ASSIGN: STAY, A.WITHDRAW: S.WITHDRAWN}
_REASONS: dict[Action, State | str] = {A.RECEIVE_REASONS: STAY}
_ASKING: dict[Action, State | str] = {
    A.ASK_THIRD_PARTY: REST,
    A.ASK_CO_AGENCY: REST,
    A.ANSWER_CO_AGENCY: REST,
    A.SETTLE_SILENCE: REST,
    A.NOTE_DELIVERY: STAY,
    A.EXTEND: REST,
}
_AT_WORK: dict[Action, State | str] = {
    A.ASK_THIRD_PARTY: REST,
    A.ASK_CO_AGENCY: REST,
    A.ASK_REASONS: STAY,
    A.NOTIFY_FEE: S.FEE_NOTIFIED,
    A.DELAY: STAY,
    A.REPLY: S.REPLIED,
}
TABLE: Mapping[State, Mapping[Action, State | str]] = {
    S.RECEIVED: {**_ANYWHERE_OPEN, A.REGISTER: S.REGISTERED, A.TRANSFER: STAY},
    S.REGISTERED: {
        **_ANYWHERE_OPEN,
        **_REASONS,
        A.BEGIN_REVIEW: S.IN_REVIEW,
        A.ASK_CORRECTION: S.CORRECTION_ASKED,
        A.TRANSFER: STAY,
    },
    S.CORRECTION_ASKED: {
        **_ANYWHERE_OPEN,
        **_REASONS,
        A.RECEIVE_CORRECTION: S.CORRECTED,
        A.LAPSE: S.LAPSED,
    },
    S.CORRECTED: {**_ANYWHERE_OPEN, **_REASONS, A.BEGIN_REVIEW: S.IN_REVIEW, A.TRANSFER: STAY},
    S.IN_REVIEW: {
        **_ANYWHERE_OPEN,
        **_REASONS,
        **_AT_WORK,
        A.ASK_CORRECTION: S.CORRECTION_ASKED,
        A.EXTEND: REST,
        A.TRANSFER: STAY,
    },
    S.EXTENDED: {**_ANYWHERE_OPEN, **_REASONS, **_AT_WORK},
    S.CONSULTING_THIRD_PARTY: {**_ANYWHERE_OPEN, **_REASONS, **_ASKING, A.ANSWER_THIRD_PARTY: REST},
    S.CONSULTING_CO_AGENCY: {**_ANYWHERE_OPEN, **_REASONS, **_ASKING},
    S.FEE_NOTIFIED: {
        **_ANYWHERE_OPEN,
        **_REASONS,
        A.RECORD_PAYMENT: REST,
        A.NOTE_DELIVERY: STAY,
        A.LAPSE: S.LAPSED,
    },
    S.REPLIED: {},
    S.WITHDRAWN: {},
    S.LAPSED: {},
}
STANDINGS: Mapping[Standing, State] = {
    Standing(): S.IN_REVIEW,
    Standing(is_extended=True): S.EXTENDED,
    Standing(asks_third_party=True): S.CONSULTING_THIRD_PARTY,
    Standing(asks_third_party=True, is_extended=True): S.CONSULTING_THIRD_PARTY,
    Standing(asks_co_agency=True): S.CONSULTING_CO_AGENCY,
    Standing(asks_co_agency=True, is_extended=True): S.CONSULTING_CO_AGENCY,
    Standing(asks_third_party=True, asks_co_agency=True): S.CONSULTING_THIRD_PARTY,
    Standing(asks_third_party=True, asks_co_agency=True, is_extended=True): S.CONSULTING_THIRD_PARTY,
}
SIGNED = {A.EXTEND, A.DELAY, A.REPLY, A.LAPSE}
BY_APPLICANT = {A.RECEIVE_CORRECTION, A.RECEIVE_REASONS, A.WITHDRAW}


def test_tables_name_every_state_and_every_standing() -> None:
    assert set(TABLE) == set(State)
    assert len(STANDINGS) == 8
    assert {action for row in TABLE.values() for action in row} == set(Action)


@pytest.mark.parametrize(("state", "action"), list(product(State, Action)))
def test_next_state_of_every_state_and_action_under_every_standing(state: State, action: Action) -> None:
    written = TABLE[state].get(action)
    expected = [
        {REST: resting, STAY: state}.get(written, written) if written else None for resting in STANDINGS.values()
    ]

    assert [next_state(state, action, standing) for standing in STANDINGS] == expected


@pytest.mark.parametrize("standing", STANDINGS)
def test_resting_state_is_with_a_third_party_before_a_co_agency_before_the_extension(standing: Standing) -> None:
    assert resting_state(standing) == STANDINGS[standing]


def test_every_state_is_reached_from_the_first_one() -> None:
    reached, frontier = {S.RECEIVED}, [S.RECEIVED]
    while frontier:
        state = frontier.pop()
        for action, standing in product(Action, STANDINGS):
            after = next_state(state, action, standing)
            if after and after not in reached:
                reached.add(after)
                frontier.append(after)

    assert reached == set(State)


def test_closed_states_are_left_by_nothing() -> None:
    found = {state for state in State if not TABLE[state]}

    assert found == {S.REPLIED, S.WITHDRAWN, S.LAPSED}


@pytest.mark.parametrize("action", Action)
def test_every_action_asks_for_a_permission_and_says_whether_the_applicant_may(action: Action) -> None:
    transition = transition_of(action)

    assert transition.permission == (Permission.RELEASE_REPLY if action in SIGNED else Permission.HANDLE_REQUEST)
    assert transition.by_applicant == (action in BY_APPLICANT)


# --- who -----------------------------------------------------------------------------------------------------

HANDLING, SIGNING = {R.REQUEST_OFFICER}, {R.APPROVER, R.OFFICE_HEAD}


def may(row: InformationRequest, actor: object) -> set[Action]:
    return {action for action in Action if not procedure.reasons_against(row, action, actor)}


@pytest.mark.parametrize("state", State)
@pytest.mark.django_db
def test_matrix_each_role_at_the_agency_may_do_exactly_what_its_table_says(state: State) -> None:
    row = make_request(state=state)

    found = {role: may(row, make_member(role, row.agency)) for role in Role}

    handled, signed = set(TABLE[state]) - SIGNED, set(TABLE[state]) & SIGNED
    assert found == {
        role: (handled if role in HANDLING else set()) | (signed if role in SIGNING else set()) for role in Role
    }


def everything(agency: Agency, user: User | None = None) -> User:
    """One person with every role there is."""
    user = user or make_user()
    for role in Role:
        make_member(role, agency, user=user)
    return user


@pytest.mark.parametrize("state", State)
@pytest.mark.django_db
def test_matrix_nobody_else_may_do_anything(state: State) -> None:
    county = make_agency()
    row = make_request(state=state, agency=make_agency(parent=county))
    others = {
        "superuser": make_user(is_superuser=True),
        "administrator of the county": make_member(Role.ADMINISTRATOR, county),
        "all roles one level up": everything(county),
        "all roles next door": everything(make_agency(parent=county)),
        "somebody who left": everything(row.agency, make_user(is_active=False)),
    }

    assert {name: may(row, person) for name, person in others.items()} == {name: set() for name in others}


@pytest.mark.parametrize("state", State)
@pytest.mark.django_db
def test_matrix_applicant_may_do_his_own_steps_alone(state: State) -> None:
    row = make_request(state=state)

    assert may(row, None) == set(TABLE[state]) & BY_APPLICANT


@pytest.mark.django_db
def test_reasons_name_the_state_and_the_role_that_is_missing() -> None:
    row = make_request(agency=make_agency(name="民政局"), state=S.REPLIED)
    open_row = make_request(agency=row.agency)

    assert procedure.reasons_against(row, A.EXTEND, make_user()) == ["申请的状态是“已答复”，不能延长答复期限。"]
    assert procedure.reasons_against(open_row, A.REGISTER, make_user()) == ["您在民政局没有“登记受理”的角色。"]
    assert procedure.reasons_against(open_row, A.REGISTER, None) == ["这一步由受理单位办理。"]


@pytest.mark.django_db
def test_move_refuses_what_leads_nowhere_and_writes_nothing() -> None:
    row = make_request(state=S.REPLIED)

    with pytest.raises(ValidationError, match="不能转入办理"):
        procedure.move(row, A.BEGIN_REVIEW, actor=None, at=AT, on=TODAY)

    row.refresh_from_db()
    assert (row.state, row.events.count()) == (S.REPLIED, 0)


# --- lists -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_queues_hold_what_waits_for_whom() -> None:
    agency = make_agency()
    officer, colleague = make_member(Role.REQUEST_OFFICER, agency), make_member(Role.REQUEST_OFFICER, agency)
    fresh, mine = make_request(agency=agency), make_request(agency=agency, state=S.IN_REVIEW, handler=officer)
    his = make_request(agency=agency, state=S.IN_REVIEW, handler=colleague)
    make_request(agency=agency, state=S.REPLIED, handler=officer)
    make_request(handler=officer)  # of an agency where he handles nothing any more

    rows = InformationRequest.objects

    assert list(rows.to_register_for(officer)) == [fresh]
    assert set(rows.handled_by(officer)) == {fresh, mine}
    assert set(rows.handled_by(colleague)) == {fresh, his}
    assert rows.visible_to(make_member(Role.AGENCY_HEAD, agency)).count() == 4
    assert not rows.visible_to(make_user(is_superuser=True)).exists()


@pytest.mark.django_db
def test_overdue_is_asked_of_the_day_and_what_stands_still_comes_last() -> None:
    late, later = make_request(state=S.IN_REVIEW), make_request(state=S.IN_REVIEW, received_on=AT.date().replace(day=9))
    waiting, closed = make_request(state=S.CORRECTION_ASKED), make_request(state=S.REPLIED, due_on=TODAY)
    assert late.due_on and later.due_on

    rows = InformationRequest.objects

    assert list(rows.overdue(later.due_on)) == [late]
    assert list(rows.open().by_due_day()) == [late, later, waiting]
    assert (late.is_overdue(late.due_on), late.is_overdue(later.due_on)) == (False, True)
    assert (waiting.is_overdue(later.due_on), closed.is_overdue(later.due_on)) == (False, False)
