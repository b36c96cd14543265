import pytest

from govportal.permissions import Role
from requests_app.checks import check_officers
from requests_app.enums import State
from tests.factories import make_agency, make_member
from tests.factories.requests import make_officer, make_request

pytestmark = pytest.mark.django_db


def test_requests_that_nobody_handles_are_named_by_their_agency() -> None:
    handled, alone, away = (make_agency(code=f"CM-{name}") for name in ("A", "B", "C"))
    make_officer(handled)
    make_officer(away, is_active=False)
    make_member(Role.OFFICE_HEAD, alone)
    for agency in (handled, alone, alone, away):
        make_request(agency=agency, state=State.IN_REVIEW)

    warnings = check_officers(databases=["default"])

    assert [(warning.id, warning.msg[:21]) for warning in warnings] == [
        ("requests_app.W001", "requests wait at CM-B"), ("requests_app.W001", "requests wait at CM-C"),
    ]  # fmt: skip


def test_closed_requests_need_no_officer() -> None:
    make_request(state=State.REPLIED)

    assert check_officers(databases=["default"]) == []


def test_check_without_a_database_says_nothing() -> None:
    make_request()

    assert check_officers() == []
