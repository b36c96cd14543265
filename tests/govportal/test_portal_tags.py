from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core.paginator import Paginator
from django.test import RequestFactory
from django.urls import resolve
from django.utils.translation import override

from govportal.contributions import Place, nav_entries
from govportal.templatetags import portal


def test_breaks_escapes_and_ignores_bad_offsets() -> None:
    assert portal.breaks("甲<乙>丙", [1, 3, 3, 0, 99, "2", None]) == "甲<wbr>&lt;乙<wbr>&gt;丙"


def test_breaks_without_offsets_is_the_escaped_text() -> None:
    assert portal.breaks("甲&乙", None) == "甲&amp;乙"


def test_standing_text_is_cleaned() -> None:
    assert portal.standing_text("<h2>一、公开范围</h2><p onclick='x'>甲<script>乙</script></p>") == (
        "<h2>一、公开范围</h2><p>甲</p>"
    )


def test_standing_text_without_tags_becomes_paragraphs() -> None:
    assert portal.standing_text("前言。\n正文<1>。") == "<p>前言。</p>\n<p>正文&lt;1&gt;。</p>"


def test_grouped_splits_a_hash_in_eights() -> None:
    assert portal.grouped("a" * 18) == "aaaaaaaa aaaaaaaa aa"


@pytest.mark.parametrize(
    ("code", "expected"), [("en", "/en/agencies/?kind=village"), ("zh-hans", "/agencies/?kind=village")]
)
def test_language_url_keeps_page_and_query(code: str, expected: str) -> None:
    request = RequestFactory().get("/agencies/?kind=village")
    request.resolver_match = resolve("/agencies/")

    assert portal.language_url({"request": request}, code) == expected  # type: ignore[arg-type]


def test_language_url_without_a_page_is_the_home_page() -> None:
    assert portal.language_url({"request": RequestFactory().get("/nowhere/")}, "en") == "/en/"  # type: ignore[arg-type]


def test_zh_marks_chinese_text_in_other_languages_alone() -> None:
    assert portal.zh() == ""
    with override("en"):
        assert portal.zh() == ' lang="zh-CN"'


@pytest.mark.parametrize("place", Place)
def test_nav_entries_lead_somewhere(place: Place) -> None:
    request = RequestFactory().get("/")

    links = portal.nav_links({"request": request}, place)  # type: ignore[arg-type]

    assert [link.key for link in links] == [entry.key for entry in nav_entries.all() if entry.place == place]


def test_links_repeat_an_address_cut_and_without_what_no_page_reads() -> None:
    request = RequestFactory().get("/agencies/", {"kind": "village", "q": "低" * 10_000, "junk": "x"})
    request.resolver_match = resolve("/agencies/")
    context: Any = {"request": request}

    addresses = [
        portal.return_address(context),
        portal.language_url(context, "en"),
        portal.page_query(context, 2),
    ]

    assert [address.partition("?")[0] for address in addresses] == ["/agencies/", "/en/agencies/", ""]
    for address in addresses:
        assert parse_qs(address.partition("?")[2])["q"] == ["低" * portal.VALUE_REPEATED]
        assert "kind=village" in address
        assert "junk" not in address


def test_return_address_of_an_endless_path_is_the_home_page() -> None:
    assert portal.return_address({"request": RequestFactory().get("/" + "x" * 5000)}) == "/"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1, [1, 2, 3, "…", 40]),
        (20, [1, "…", 18, 19, 20, 21, 22, "…", 40]),
        (40, [1, "…", 38, 39, 40]),
    ],
)
def test_page_numbers_stand_around_the_current_page(number: int, shown: list[int | str]) -> None:
    page = Paginator(range(400), 10).page(number)

    assert portal.page_numbers(page) == shown
