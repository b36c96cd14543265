"""The procedure of complaints in full: every state with every action, from a table written down here a second time."""

from collections.abc import Mapping
from itertools import product

import pytest

from requests_app.complaint_enums import ComplaintAction, ComplaintState
from requests_app.complaint_workflow import next_complaint_state
from requests_app.services import complaint_procedure
from tests.factories import make_user
from tests.factories.complaints import complaint_officer_of, make_complaint

A, S = ComplaintAction, ComplaintState

_OPEN = {A.ASSIGN: "", A.NOTE: ""}
_WAITING = {**_OPEN, A.SUPPLEMENT: "", A.WITHDRAW: S.WITHDRAWN}
_FOUND = {A.ORDER: "", A.REFER: "", A.NOTE: ""}
# "" where the state stays.
TABLE: Mapping[ComplaintState, Mapping[ComplaintAction, ComplaintState | str]] = {
    S.RECEIVED: {**_WAITING, A.ACCEPT: S.ACCEPTED, A.REFUSE: S.NOT_ACCEPTED, A.REDIRECT: S.REDIRECTED},
    S.ACCEPTED: {
        **_WAITING,
        A.REDIRECT: S.REDIRECTED,
        A.TRANSFER: S.TRANSFERRED,
        A.INVESTIGATE: S.INVESTIGATING,
        A.EXTEND: "",
    },
    S.TRANSFERRED: {**_WAITING, A.TRANSFER: "", A.INVESTIGATE: S.INVESTIGATING, A.EXTEND: ""},
    S.INVESTIGATING: {**_WAITING, A.EXTEND: "", A.ANSWER: S.ANSWERED},
    S.ANSWERED: {**_OPEN, **_FOUND, A.CLOSE: S.CLOSED},
    S.CLOSED: _FOUND,
    S.NOT_ACCEPTED: {A.NOTE: ""},
    S.REDIRECTED: {A.NOTE: ""},
    S.WITHDRAWN: {A.NOTE: ""},
}
BY_COMPLAINANT = {A.SUPPLEMENT, A.WITHDRAW}


def test_every_action_leads_from_every_state_where_the_table_says() -> None:
    for state, action in product(S, A):
        target = TABLE[state].get(action)
        expected = None if target is None else target or state
        assert next_complaint_state(state, action) == expected, (state, action)


@pytest.mark.django_db
def test_procedure_refuses_what_the_table_does_not_have() -> None:
    row = make_complaint()
    officer, stranger = complaint_officer_of(row), make_user()

    for state, action in product(S, A):
        row.state = state  # in memory: the question alone is asked
        may = action in TABLE[state]
        answers = [complaint_procedure.reasons_against(row, action, who) == [] for who in (officer, None, stranger)]
        assert answers == [may, may and action in BY_COMPLAINANT, False], (state, action)


@pytest.mark.django_db
def test_stranger_is_refused_without_a_word_of_the_state() -> None:
    row = make_complaint(S.CLOSED)

    for action in A:
        assert complaint_procedure.reasons_against(row, action, make_user()) == ["您不能办理这件投诉举报。"]
