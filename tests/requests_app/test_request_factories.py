"""The factories others build on: rows that agree with themselves, and states reached by the verbs alone."""

import pytest

from govportal.calendar import load_calendar
from requests_app.enums import State
from requests_app.models import InformationRequest
from requests_app.services import procedure
from tests.factories import make_request
from tests.factories.requests import TODAY, request_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", State)
def test_row_of_every_state_can_be_made_and_differs_from_the_next(state: State) -> None:
    first, second = make_request(state=state), make_request(state=state)

    assert (first.state, first.is_closed) == (state, state in {State.REPLIED, State.WITHDRAWN, State.LAPSED})
    assert first.number != second.number and first.subject != second.subject
    assert first.applicant.identity_key != second.applicant.identity_key
    assert not InformationRequest.objects.overdue(TODAY).exists()


@pytest.mark.parametrize("state", State)
def test_state_reached_through_the_services_has_the_day_of_its_clock(state: State) -> None:
    row = request_in(state)

    found = procedure.reading(row, load_calendar(), TODAY)

    assert row.state == state
    assert found and found.due_on == row.due_on


def test_request_out_of_a_ledger_has_no_applicant() -> None:
    row = make_request(has_applicant=False)

    assert not hasattr(row, "applicant")
