"""Characters that no feed or table can carry: gone on save, and harmless where they are sealed already."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.models import Edition, Item
from disclosure.services import motion
from govportal.permissions import Role
from govportal.spreadsheets import csv_bytes, xlsx_bytes
from tests.database import guards_off
from tests.factories import make_member
from tests.factories.published import AT, draft_one, publish_one

STRAY = "\x0b\x01\ufffe\u202e"


@pytest.mark.django_db
def test_draft_stray_characters_are_not_saved() -> None:
    texts: dict[str, Any] = dict.fromkeys(("title", "summary", "document_number", "issuer", "topic"), f"公{STRAY}示")

    edition = draft_one(content={**texts, "keywords": [f"公{STRAY}示"], "extra": {"note": f"公{STRAY}示"}})

    edition = Edition.objects.get(pk=edition.pk)
    assert {edition.title, edition.document_number, edition.issuer, edition.topic} == {"公 示"}
    assert (edition.summary, edition.keywords, edition.extra) == ("公\n示", ["公 示"], {"note": "公\n示"})


@pytest.mark.django_db
def test_motion_stray_characters_are_not_saved() -> None:
    item = publish_one()
    words = {"ground": f"内容{STRAY}有误", "basis": f"《条例》{STRAY}第六条", "explanation": f"另行{STRAY}公布。"}

    asked = motion.ask(item.pk, "withdraw", actor=make_member(Role.PUBLISHER, item.agency), at=AT, **words)  # type: ignore[arg-type]

    assert (asked.ground, asked.basis, asked.explanation) == ("内容\n有误", "《条例》\n第六条", "另行\n公布。")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["feed_items", "api_items", "items_csv", "items", "sitemap"])
def test_public_doors_sealed_stray_characters_are_carried(name: str) -> None:
    item = publish_one(content={"title": "公示办法"})
    with guards_off():
        Edition.objects.filter(item=item).update(title=f"公示{STRAY}", summary=f"概述{STRAY}")
        Item.objects.update(title=f"公示{STRAY}")

    response = Client().get(reverse(name))

    assert response.status_code == 200
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    if name in {"feed_items", "sitemap"}:
        ElementTree.fromstring(body)
    assert b"\x01" not in body or name == "items"


@pytest.mark.django_db
def test_feed_stray_character_in_the_query_is_carried() -> None:
    response = Client().get(reverse("feed_items"), {"q": "公示\x0b\x01"})

    assert response.status_code == 200
    ElementTree.fromstring(response.content)


def test_tables_stray_characters_are_taken_out() -> None:
    assert csv_bytes([["公\x01示\ufffe"]]).decode("utf-8-sig") == "公示\r\n"
    assert xlsx_bytes([["公\x01示\ufffe"]], title="表")
