import pytest
from django.core.management import CommandError, call_command

from govportal import access
from govportal.models import AuditEvent, User
from govportal.permissions import Permission, Role
from tests.factories import make_agency, make_user

pytestmark = pytest.mark.django_db


def test_first_administrator_is_appointed_once() -> None:
    user, agency = make_user(username="first"), make_agency(code="county")

    for _time in range(2):
        call_command("appoint", "first", Role.ADMINISTRATOR, "county")

    assert access.can(User.objects.get(pk=user.pk), Permission.MANAGE_USERS, agency)
    assert AuditEvent.objects.filter(action="membership.add", actor_name="system").count() == 1


@pytest.mark.parametrize(
    ("username", "code", "reason"), [("nobody", "county", "没有用户 nobody"), ("first", "none", "没有代码为 none")]
)
def test_unknown_user_or_agency_is_named(username: str, code: str, reason: str) -> None:
    make_user(username="first")
    make_agency(code="county")

    with pytest.raises(CommandError, match=reason):
        call_command("appoint", username, Role.ADMINISTRATOR, code)


def test_unknown_role_is_refused() -> None:
    with pytest.raises(CommandError, match="role"):
        call_command("appoint", "first", "king", "county")
