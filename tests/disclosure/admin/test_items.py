"""Items in the admin: to read, by those who may see the agency's items."""

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.models import Item
from govportal.permissions import Role
from tests.disclosure.doors import body_of, make_world, text_of, title_of
from tests.factories import make_agency, make_member, make_user

pytestmark = pytest.mark.django_db


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def addresses(item: Item) -> list[str]:
    editions = [reverse("admin:disclosure_edition_change", args=[edition.pk]) for edition in item.editions.all()]
    entries = [reverse("admin:disclosure_logentry_change", args=[entry.pk]) for entry in item.log_entries.all()]
    return [reverse("admin:disclosure_item_change", args=[item.pk]), *editions, *entries]


def test_admin_shows_items_of_the_agency_and_nothing_to_others() -> None:
    world = make_world()
    county = make_agency(code="county")
    world.agency.parent, world.agency.path = county, f"/{county.pk}/"
    world.agency.save()
    publisher = signed_in(make_member(Role.PUBLISHER, world.agency))
    inspector = signed_in(make_member(Role.INSPECTOR, county))
    stranger = signed_in(make_member(Role.PUBLISHER, make_agency()))
    superuser = signed_in(make_user(is_superuser=True))
    item_list = reverse("admin:disclosure_item_changelist")

    shown = text_of(publisher.get(item_list)), text_of(inspector.get(item_list)), text_of(stranger.get(item_list))

    for item in world.items:
        is_public = item.audience == "public"
        assert (f">{item.index_number}<" in shown[0], f">{item.index_number}<" in shown[1]) == (True, is_public)
        assert item.index_number not in shown[2]
    assert superuser.get(item_list).status_code == 403
    for item in world.items[::3]:
        for address in addresses(item):
            assert publisher.get(address).status_code == 200
            assert (inspector.get(address).status_code == 200) == (item.audience == "public")
            assert stranger.get(address).status_code == 302
            assert superuser.get(address).status_code in {302, 403}


def test_admin_changes_nothing() -> None:
    world = make_world()
    item = world.items[1]
    client = signed_in(make_member(Role.PUBLISHER, world.agency))

    statuses = [client.post(address, {"title": "改"}).status_code for address in addresses(item)]
    adding = client.get(reverse("admin:disclosure_item_add")).status_code
    deleting = client.post(reverse("admin:disclosure_item_delete", args=[item.pk]), {"post": "yes"}).status_code

    item.refresh_from_db()
    assert set(statuses) == {403} and adding == 403 and deleting == 403
    assert item.title == title_of(item)
    assert body_of(item) in text_of(client.get(addresses(item)[1]))
