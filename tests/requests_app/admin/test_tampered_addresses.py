"""What an address may fill in, and what it cannot make a signer or a list believe."""

import pytest

from govportal.now import now
from requests_app.enums import DecisionKind
from requests_app.models import Decision
from requests_app.services import decide
from tests.disclosure.doors import text_of
from tests.factories.requests import make_request
from tests.requests_app.admin.desk_world import Desk, changelist, verb
from tests.requests_app.admin.test_applicant_pages import SECRETS, deeds, door

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_address_cannot_say_which_text_was_shown_to_the_signer(desk: Desk) -> None:
    row = desk.request()
    proposal = decide.Proposal(kind=DecisionKind.EXTENSION, reasons="须调取档案。", days=5)
    decision = decide.submit(row.pk, proposal, actor=desk.officer, at=now())

    shown = text_of(desk.signing.get(f"{verb(row, 'sign')}?decision={decision.pk + 1}&digest={'f' * 64}"))

    assert decision.digest in shown
    assert "f" * 64 not in shown
    assert Decision.objects.count() == 1


def test_address_still_fills_in_what_a_person_sees(desk: Desk) -> None:
    shown = text_of(desk.handling.get(f"{verb(desk.request(), 'note')}?text=请补充目录"))

    assert "请补充目录" in shown


@pytest.mark.parametrize("query", ["?received_on__year=99999999999999", "?filed_at__year=99999999999999"])
def test_year_that_no_calendar_has_leads_back_to_the_list(desk: Desk, query: str) -> None:
    answer = desk.handling.get(changelist(query))

    assert answer.status_code == 302
    assert answer["Location"].endswith("?e=1")


@pytest.mark.parametrize("paper", ["9" * 5000, "x", "-1", "１２"])
def test_paper_that_nobody_gave_out_is_not_there(desk: Desk, paper: str) -> None:
    row = make_request(agency=desk.agency, applicant=SECRETS)

    answer = desk.handling.post(door(row), {"reason": "核对身份证明", "paper": paper})

    assert answer.status_code == 404


@pytest.mark.parametrize("reason", ["\u202e" * 4, "\u200b" * 9, "。。。。", "    "])
def test_reason_that_nobody_can_read_shows_nothing(desk: Desk, reason: str) -> None:
    row = make_request(agency=desk.agency, applicant=SECRETS)

    shown = text_of(desk.handling.post(door(row), {"reason": reason}))

    assert SECRETS["phone"] not in shown
    assert deeds("request.unmask") == []
