"""Whom an administrator may manage, and how."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from govportal.admin.users import may_manage
from govportal.models import Agency, AuditEvent, Membership, User
from govportal.permissions import Role
from tests.factories import make_member, make_user
from tests.govportal.admin.pages import Tree, address, formset, signed_in

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"


def role_row(user: User | None, agency: Agency, role: Role, **more: Any) -> dict[str, Any]:
    return {"id": "", "user": user.pk if user else "", "agency": agency.pk, "role": role.value} | more


def post_user(client: Client, user: User, *rows: dict[str, Any], initial: int = 0, **values: Any) -> Any:
    data = {"username": user.username, "full_name": user.full_name, "is_active": "on"} | values
    return client.post(address("user", "change", user.pk), data | formset("memberships", *rows, initial=initial))


def shown_password(response: Any) -> str:
    """The one-time password on a page."""
    found = re.search(r'id="one-time-password">([^<]+)<', response.content.decode())
    assert found
    return found[1]


def test_new_user_needs_a_name_only_and_gets_a_one_time_password(tree: Tree) -> None:
    data = {"username": "zhang", "full_name": ""} | formset("memberships")

    response = signed_in(tree.administrator).post(address("user", "add"), data)

    user = User.objects.get(username="zhang")
    assert user.check_password(shown_password(response))
    assert (user.must_change_password, user.is_staff, user.is_superuser) == (True, True, False)
    assert "no-store" in response["Cache-Control"]
    event = AuditEvent.objects.get(action="user.add")
    assert event.actor_id == tree.administrator.pk
    assert "password" not in set(event.after)


def test_user_name_in_other_letters_is_refused(tree: Tree) -> None:
    make_user(username="zhang")

    response = signed_in(tree.administrator).post(
        address("user", "add"), {"username": "ZHANG", "full_name": ""} | formset("memberships")
    )

    assert "不分大小写" in response.content.decode()
    assert not User.objects.filter(username="ZHANG").exists()


def test_role_is_given_within_the_subtree_and_audited(tree: Tree) -> None:
    user = make_user(created_by=tree.administrator)

    post_user(signed_in(tree.administrator), user, role_row(user, tree.office, Role.APPROVER))

    assert Membership.objects.get(user=user).agency == tree.office
    event = AuditEvent.objects.get(action="membership.add")
    assert (event.agency_code, event.after["role"]) == (tree.office.code, "approver")


@pytest.mark.parametrize("place", ["county", "other"])
def test_role_outside_the_subtree_is_refused(tree: Tree, place: str) -> None:
    user = make_user(created_by=tree.administrator)

    response = post_user(signed_in(tree.administrator), user, role_row(user, getattr(tree, place), Role.PUBLISHER))

    assert response.status_code == 200
    assert not Membership.objects.filter(user=user).exists()


def test_administrator_cannot_give_himself_a_role(tree: Tree) -> None:
    administrator = tree.administrator

    post_user(signed_in(administrator), administrator, role_row(administrator, tree.bureau, Role.APPROVER))

    assert [m.role for m in administrator.memberships.all()] == [Role.ADMINISTRATOR]


def test_administrator_cannot_switch_himself_off(tree: Tree) -> None:
    post_user(signed_in(tree.administrator), tree.administrator, is_active="")

    tree.administrator.refresh_from_db()
    assert tree.administrator.is_active


@pytest.mark.parametrize("field", ["is_superuser", "is_staff", "groups", "user_permissions"])
def test_superuser_and_groups_are_never_in_the_form(tree: Tree, field: str) -> None:
    user = make_member(Role.STAFF, tree.office)

    values: dict[str, Any] = {field: "1"}
    post_user(signed_in(tree.administrator), user, full_name="改名", **values)

    user.refresh_from_db()
    assert user.full_name == "改名"
    assert (user.is_superuser, user.is_staff) == (False, True)
    assert not user.groups.exists()


def test_user_with_a_role_elsewhere_cannot_be_changed(tree: Tree) -> None:
    user = make_member(Role.PUBLISHER, tree.bureau)
    make_member(Role.APPROVER, tree.other, user=user)
    client = signed_in(tree.administrator)

    changed = post_user(client, user, full_name="别人")
    data = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    seized = client.post(reverse("admin:auth_user_password_change", args=[user.pk]), data)

    user.refresh_from_db()
    assert (changed.status_code, seized.status_code) == (403, 403)
    assert user.full_name == ""
    assert not user.check_password(PASSWORD)


def test_superuser_is_out_of_reach(tree: Tree) -> None:
    superuser = make_user(is_superuser=True)

    response = signed_in(tree.administrator).get(address("user", "change", superuser.pk))

    assert response.status_code == 302  # not in the list: back to it with a message


def password_page(user: User) -> str:
    return reverse("admin:auth_user_password_change", args=[user.pk])


def test_new_password_is_made_by_the_portal_and_audited_without_it(tree: Tree) -> None:
    user = make_member(Role.SECRECY_REVIEWER, tree.office, password=PASSWORD)
    client = signed_in(tree.administrator)
    asked = client.get(password_page(user))
    user.refresh_from_db()
    was_kept = user.check_password(PASSWORD)

    response = client.post(password_page(user), {"password1": "chosen-by-another", "password2": "chosen-by-another"})

    user.refresh_from_db()
    event = AuditEvent.objects.get(action="user.password")
    assert (asked.status_code, was_kept) == (200, True)
    assert user.check_password(shown_password(response))
    assert user.must_change_password
    assert (event.before, event.after, event.agency_code) == ({}, {}, tree.office.code)


def test_administrator_changes_his_own_password_by_the_old_one(tree: Tree) -> None:
    response = signed_in(tree.administrator).post(password_page(tree.administrator))

    assert response["Location"] == reverse("admin:password_change")
    assert not AuditEvent.objects.exists()


def test_users_are_listed_within_the_subtree(tree: Tree) -> None:
    make_member(Role.PUBLISHER, tree.office, username="inside")
    make_member(Role.PUBLISHER, tree.other, username="outside")

    page = signed_in(tree.administrator).get(address("user", "changelist")).content.decode()

    assert "inside" in page
    assert "outside" not in page


def test_account_without_a_role_is_its_makers_and_the_whole_sites(tree: Tree) -> None:
    user = make_user(username="unassigned", created_by=tree.administrator)
    colleague = make_member(Role.ADMINISTRATOR, tree.bureau)

    seen, hidden, above = (signed_in(person) for person in (tree.administrator, colleague, tree.chief))

    assert "unassigned" in seen.get(address("user", "changelist")).content.decode()
    assert "unassigned" in above.get(address("user", "changelist")).content.decode()
    assert "unassigned" not in hidden.get(address("user", "changelist")).content.decode()
    assert [client.get(password_page(user)).status_code for client in (seen, above, hidden)] == [200, 200, 403]
    assert (may_manage(tree.administrator, user), may_manage(colleague, user)) == (True, False)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_users_are_closed_to_other_roles(tree: Tree, role: Role) -> None:
    assert signed_in(make_member(role, tree.bureau)).get(address("user", "changelist")).status_code == 403


def test_superuser_sees_an_empty_admin(tree: Tree) -> None:
    client = signed_in(make_user(is_superuser=True))

    assert client.get(reverse("admin:index")).context["app_list"] == []
    assert client.get(address("user", "changelist")).status_code == 403
