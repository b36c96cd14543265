"""Addresses of the admin that belong to no model."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from disclosure.models import Item
from govportal.permissions import Role
from tests.factories import make_agency, make_item, make_member, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_member(Role.ADMINISTRATOR, make_agency()))
    return client


@pytest.mark.parametrize("path", ["/admin/nowhere/", "/admin/nowhere", "/admin/disclosure/nowhere/7/", "/admin/r/"])
def test_unknown_address_is_the_404_page(staff: Client, path: str) -> None:
    response = staff.get(path)

    assert response.status_code == 404
    assert "没有找到这一页" in response.content.decode()


@pytest.mark.parametrize("tail", ["", "/"])
def test_address_of_a_row_is_not_told(staff: Client, tail: str) -> None:
    kind, item = ContentType.objects.get_for_model(Item), make_item()

    response = staff.get(f"/admin/r/{kind.pk}/{item.pk}{tail}")

    assert response.status_code == 404
    assert item.slug not in response.content.decode()


def test_sign_in_with_a_foreign_next_ends_in_the_admin(client: Client) -> None:
    user = make_user(password=PASSWORD)

    response = client.post(
        "/admin/login/?next=https://evil.example/", {"username": user.username, "password": PASSWORD}
    )

    assert (response.status_code, response["Location"]) == (302, "/admin/")
