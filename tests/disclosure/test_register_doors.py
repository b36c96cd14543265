"""Receipts, withheld matters and internal items × every door × reader: nobody else sees a trace of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from tests.disclosure.doors import READERS, RECEIPT, RECEIPT_AMOUNT, WITHHELD, World, make_world, text_of, title_of
from tests.disclosure.test_doors import (
    ITEM_DOORS,
    LOG_DOORS,
    MACHINE_LISTS,
    OTHER_DOORS,
    PAGE_LISTS,
    STAFF_DOORS,
    address,
)

pytestmark = pytest.mark.django_db

SECRETS = (RECEIPT, RECEIPT_AMOUNT, "4,321.09", WITHHELD)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Made once for the module and rolled back after it; what a test does to it is rolled back after the test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def staff_address(world: World, door: str) -> str:
    return reverse(door, args=[world.receipt.pk, "票据.pdf"] if door == "receipt_file" else [])


def public_addresses(world: World) -> list[str]:
    """One address of every public door, with rows of the agency that holds the secrets."""
    listed: dict[str, Any] = PAGE_LISTS | MACHINE_LISTS
    item = next(item for item in world.items if item.state == "live" and item.audience == "public")
    sequence = world.sequences[item.pk]
    return [
        *(reverse(door, args=args) + query for door, (args, query, _types) in listed.items()),
        *(reverse(door, args=args) for door, args in OTHER_DOORS.items()),
        *(address(door, item) for door in sorted(ITEM_DOORS)),
        *(reverse(door, args=[sequence] if door in {"log_entry", "log_payload"} else []) for door in sorted(LOG_DOORS)),
        *(reverse(door) for door in ("catalogue", "catalogue_csv", "catalogue_xlsx")),
        reverse("negative_list") + "?agency=own",
        reverse("search") + f"?q={WITHHELD}",
        reverse("rectifications") + "?agency=own&state=overdue&year=2026",
    ]


@pytest.mark.parametrize("reader", READERS)
def test_public_door_betrays_neither_receipt_nor_withheld_matter(world: World, reader: str) -> None:
    client = world.client(reader)

    for door in public_addresses(world):
        text = text_of(client.get(door))
        query = door.partition("q=")[2]
        found = [secret for secret in SECRETS if secret in text and secret != query]
        assert not found, (reader, door)


@pytest.mark.parametrize("door", sorted(STAFF_DOORS))
def test_staff_door_opens_to_staff_of_the_agency_alone(world: World, door: str) -> None:
    internal = [item for item in world.items if item.audience == "internal"]
    own_status = dict.fromkeys(("own_staff", "other_staff"), 200)

    for reader in READERS:
        response = world.client(reader).get(staff_address(world, door))
        text = text_of(response)
        is_own = reader == "own_staff"

        expected = {"anonymous": 302, "superuser": 403} | own_status
        if door == "receipt_file":
            expected["other_staff"] = 404
        assert response.status_code == expected[reader], (door, reader)
        if reader != "superuser":  # told without a page of ours
            assert response["Cache-Control"] == "private, no-store" or response.status_code == 404
        if not is_own:
            assert not [secret for secret in SECRETS if secret in text], (door, reader)
            assert not [item for item in internal if title_of(item) in text], (door, reader)
        if response.status_code == 302:
            assert response["Location"].startswith(reverse("admin:login") + "?next=")
        assert WITHHELD not in text


def test_internal_page_lists_readable_internal_items_and_no_public_one(world: World) -> None:
    text = text_of(world.client("own_staff").get(reverse("internal") + "?page_size=200"))

    for item in world.items:
        expected = item.audience == "internal" and world.may_read("own_staff", item)
        assert (title_of(item) in text) == expected, (item.state, item.audience)
    assert "未定稿" not in text


def test_internal_log_shows_the_internal_chain_and_public_log_no_gap(world: World) -> None:
    client = world.client("own_staff")
    text = text_of(client.get(reverse("internal_log")))
    logged = [item for item in world.items if item.pk in world.sequences]
    public = sorted(world.sequences[item.pk] for item in logged if item.audience == "public")

    for item in logged:
        assert (title_of(item) in text) == (item.audience == "internal")
    assert public == list(range(1, len(public) + 1))


def test_receipt_list_and_file_are_read_by_own_staff(world: World) -> None:
    client = world.client("own_staff")

    page, table = (text_of(client.get(reverse(door))) for door in ("receipts", "receipts_csv"))
    file = client.get(staff_address(world, "receipt_file"))

    assert RECEIPT in page and "4,321.09" in page
    assert RECEIPT in table and RECEIPT_AMOUNT in table
    assert text_of(file) == "%PDF-1.7 receipt"
    assert file["X-Content-Type-Options"] == "nosniff"


def test_unchanged_file_is_not_confirmed_to_strangers(world: World) -> None:
    door = staff_address(world, "receipt_file")
    asked = {"if-none-match": "*"}

    assert world.client("own_staff").get(door, headers=asked).status_code == 304
    assert world.client("other_staff").get(door, headers=asked).status_code == 404
    assert world.client("anonymous").get(door, headers=asked).status_code == 302


def test_file_of_a_receipt_is_no_attachment_of_an_item(world: World) -> None:
    held = world.receipt.attachment_id

    for reader in READERS:
        response = world.client(reader).get(reverse("attachment", args=[held, "票据.pdf"]))
        assert response.status_code == 404


def test_page_of_staff_stays_in_no_cache(world: World) -> None:
    doors = [reverse(door) for door in ("internal", "receipts", "internal_log")]
    staff = world.client("own_staff")
    for door in doors:
        staff.get(door)

    staff.logout()

    assert [staff.get(door).status_code for door in doors] == [302, 302, 302]
