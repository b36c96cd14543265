"""The whole matrix: role × permission × place. What a role holds is data; where it holds is the rule here."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from govportal import access
from govportal.models import Agency, Membership
from govportal.permissions import ROLE_PERMISSIONS, SUBTREE_ROLES, Permission, Role
from tests.factories import make_agency, make_member, make_user

pytestmark = pytest.mark.django_db

REACHING_DOWN = {Role.ADMINISTRATOR, Role.INSPECTOR, Role.SUPERVISOR, Role.COMPLAINT_OFFICER}
Places = dict[str, Agency]


@pytest.fixture
def places() -> Places:
    parent = make_agency()
    own = make_agency(parent=parent)
    child = make_agency(parent=own)
    return {
        "parent": parent,
        "own": own,
        "child": child,
        "grandchild": make_agency(parent=child),
        "sibling": make_agency(parent=parent),
        "other": make_agency(),
    }


@pytest.mark.parametrize("role", Role)
def test_role_holds_its_permissions_at_its_place_and_no_others(role: Role, places: Places) -> None:
    user = make_member(role, places["own"])
    reached = {"own", "child", "grandchild"} if role in REACHING_DOWN else {"own"}
    expected = {(p, place) for p in ROLE_PERMISSIONS[role] for place in reached}

    granted = {(p, name) for p in Permission for name, agency in places.items() if access.can(user, p, agency)}

    assert granted == expected
    assert {p for p in Permission if access.can(user, p)} == ROLE_PERMISSIONS[role]


@pytest.mark.parametrize("role", Role)
def test_queries_agree_with_the_gate(role: Role, places: Places) -> None:
    user = make_member(role, places["own"])

    for permission in Permission:
        allowed = {agency for agency in places.values() if access.can(user, permission, agency)}
        assert set(access.agencies_under(user, permission)) == allowed
        assert set(access.agencies_with(user, permission)) == allowed & {places["own"]}


# Who may do what is law and agreed practice; a change of the data must be meant.
AGREED = {
    Role.PUBLISHER: Permission.DRAFT_ITEM,
    Role.SECRECY_REVIEWER: Permission.SECRECY_REVIEW,
    Role.PRE_REVIEWER: Permission.PRE_REVIEW,
    Role.SECOND_REVIEWER: Permission.SECOND_REVIEW,
    Role.APPROVER: Permission.APPROVE_ITEM,
    Role.REQUEST_OFFICER: Permission.HANDLE_REQUEST,
    Role.COMPLAINT_OFFICER: Permission.HANDLE_COMPLAINT,
    Role.INSPECTOR: Permission.ASSESS,
}


@pytest.mark.parametrize(("role", "permission"), AGREED.items())
def test_each_step_of_the_work_belongs_to_one_role(role: Role, permission: Permission) -> None:
    assert [holder for holder, held in ROLE_PERMISSIONS.items() if permission in held] == [role]


def test_whoever_appoints_reviews_nothing() -> None:
    administrator = ROLE_PERMISSIONS[Role.ADMINISTRATOR]

    assert not administrator & set(AGREED.values())
    assert [role for role, held in ROLE_PERMISSIONS.items() if Permission.MANAGE_USERS in held] == [Role.ADMINISTRATOR]


def test_roles_that_reach_down() -> None:
    assert SUBTREE_ROLES == REACHING_DOWN


def test_two_roles_add_up(places: Places) -> None:
    user = make_member(Role.PUBLISHER, places["own"])
    Membership.objects.create(user=user, agency=places["other"], role=Role.APPROVER)

    assert access.can(user, Permission.DRAFT_ITEM, places["own"])
    assert access.can(user, Permission.APPROVE_ITEM, places["other"])
    assert not access.can(user, Permission.APPROVE_ITEM, places["own"])


@pytest.mark.parametrize("permission", Permission)
def test_superuser_is_granted_nothing(permission: Permission, places: Places) -> None:
    superuser = make_user(is_superuser=True)

    assert not access.can(superuser, permission)
    assert not access.can(superuser, permission, places["own"])
    assert not access.agencies_under(superuser, permission).exists()
    assert not superuser.has_perm("govportal.change_user")
    assert not superuser.has_module_perms("govportal")


def test_account_that_is_switched_off_is_granted_nothing(places: Places) -> None:
    user = make_member(Role.ADMINISTRATOR, places["own"], is_active=False)

    assert not any(access.can(user, permission) for permission in Permission)
    assert not user.has_perm("govportal.change_user")


def test_stranger_is_granted_nothing() -> None:
    assert not any(access.can(AnonymousUser(), permission) for permission in Permission)


def test_require_names_the_missing_permission_and_the_agency(places: Places) -> None:
    user = make_member(Role.PUBLISHER, places["own"])

    with pytest.raises(PermissionDenied, match=f"approve_item.*{places['own'].name}"):
        access.require(user, Permission.APPROVE_ITEM, places["own"])


def test_model_without_a_declaration_is_closed_to_everybody(places: Places) -> None:
    user = make_member(Role.ADMINISTRATOR, places["parent"])

    assert not user.has_perm("auth.change_group")
    assert not user.has_perm("govportal.change_publicrevision")
    assert user.has_perm("govportal.change_agency")
    assert not user.has_perms(["govportal.change_agency", "auth.change_group"])


@pytest.mark.parametrize(("place", "role", "holds"), [
    ("parent", Role.ADMINISTRATOR, True),
    ("own", Role.ADMINISTRATOR, False),
    ("parent", Role.OFFICE_HEAD, False),
])  # fmt: skip
def test_what_belongs_to_the_whole_site_asks_for_a_role_that_reaches_all_of_it(
    place: str, role: Role, holds: bool, places: Places
) -> None:
    user = make_member(role, places[place])

    assert access.holds_for_all(user, Permission.VIEW_AUDIT) is holds


@pytest.mark.parametrize("model", ["siteprofile", "holidayyear", "holiday", "notice"])
def test_administrator_of_a_part_opens_nothing_of_the_whole_site(model: str, places: Places) -> None:
    whole, part = (make_member(Role.ADMINISTRATOR, places[name]) for name in ("parent", "own"))

    assert whole.has_perm(f"govportal.view_{model}")
    assert not part.has_perm(f"govportal.view_{model}")
    assert not part.has_perm(f"govportal.change_{model}")
