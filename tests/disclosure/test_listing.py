"""Listings: filters, facets, pages, tampered addresses, and the cost of it all."""

import re
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from disclosure import facets as facets_module
from disclosure import search
from disclosure.facets import facets
from disclosure.filters import InvalidFilter, ItemFilterSet
from disclosure.models import Item, Synonym
from disclosure.views import paging
from govportal import contributions
from tests.factories import make_agency, make_catalogue_entry, make_item

pytestmark = pytest.mark.django_db


def filterset(query: str) -> ItemFilterSet:
    return ItemFilterSet(data=QueryDict(query), queryset=Item.objects.visible_to(AnonymousUser()))


def edition(**values: Any) -> dict[str, Any]:
    return {"title": "题目", "published_on": date(2026, 3, 2)} | values


def test_filters_narrow_together_and_repeat() -> None:
    agency = make_agency(code="a")
    wanted = make_item(agency=agency, edition=edition(category="finance"))
    make_item(agency=agency, edition=edition(category="other"))
    make_item(edition=edition(category="finance"))
    other = make_item(agency=agency, edition=edition(category="duties"))

    assert list(filterset("agency=a&category=finance").qs) == [wanted]
    assert set(filterset("agency=a&category=finance&category=duties").qs) == {wanted, other}


def test_topic_filter_holds_its_subtopics_and_no_namesake() -> None:
    main = make_item(edition=edition(topic="财政"))
    below = make_item(edition=edition(topic="财政/惠农补贴"))
    make_item(edition=edition(topic="财政金融"))

    assert set(filterset("topic=" + quote("财政")).qs) == {main, below}
    assert list(filterset("topic=" + quote("财政/惠农补贴")).qs) == [below]


def test_validity_filter_knows_texts_that_ran_out_by_date() -> None:
    valid = make_item(edition=edition(expires_on=date(2999, 1, 1)))
    expired = make_item(edition=edition(expires_on=date(2020, 1, 1)))

    assert list(filterset("validity=expired").qs) == [expired]
    assert list(filterset("validity=valid").qs) == [valid]


def test_order_is_total_and_pages_neither_lose_nor_repeat() -> None:
    items = [make_item(edition=edition()) for _number in range(7)]

    for sort in ("newest", "oldest"):
        rows = filterset(f"sort={sort}").qs
        paged = [item.pk for start in range(0, 7, 2) for item in rows[start : start + 2]]
        assert sorted(paged) == sorted(item.pk for item in items)


@pytest.mark.parametrize(
    "query",
    ["year=abc", "year=99999", "published_after=2024-13-45", "category=nothing", "validity=%00", "sort=sideways",
     "topic=%00", "agency=%00", "level=x", "type=x", "aspect=x", "&".join(f"topic=t{i}" for i in range(60))],
)  # fmt: skip
def test_invalid_value_is_ignored_with_a_message(query: str) -> None:
    item = make_item(edition=edition())
    asked = filterset(query)

    assert list(asked.qs) == [item]
    assert asked.problems
    with pytest.raises(InvalidFilter):
        asked.require_valid()


def test_unknown_agency_gives_no_rows_and_a_message() -> None:
    make_item(edition=edition())
    asked = filterset("agency=nobody")

    assert not asked.qs
    assert "nobody" in asked.problems[0]


def test_query_string_is_canonical_and_tags_take_one_value_away() -> None:
    asked = filterset("year=2026&category=finance&year=2025&unknown=1&page=3")

    assert asked.query_string() == "category=finance&year=2025&year=2026"
    assert [(tag.name, tag.query_string) for tag in asked.tags()] == [
        ("category", "year=2025&year=2026"),
        ("year", "category=finance&year=2025"),
        ("year", "category=finance&year=2026"),
    ]


def test_facet_of_a_chosen_condition_counts_what_its_others_would_give() -> None:
    make_item(edition=edition(category="finance", published_on=date(2026, 1, 1)))
    make_item(edition=edition(category="duties", published_on=date(2026, 1, 1)))
    make_item(edition=edition(category="duties", published_on=date(2025, 1, 1)))

    built = {facet.name: {o.value: o.count for o in facet.options} for facet in facets(filterset("year=2026"))}

    assert built["category"] == {"duties": 1, "finance": 1}
    assert built["year"] == {"2026": 2, "2025": 1}


def test_facets_need_one_statement_for_counts_and_one_for_names(django_assert_num_queries: Any) -> None:
    make_item(edition=edition(category="finance", topic="财政/一"))
    make_item(edition=edition(category="duties", topic="财政/二"))
    asked = filterset("category=finance&year=2026")

    with django_assert_num_queries(2):
        built = {facet.name: {o.value: o.count for o in facet.options} for facet in facets(asked)}

    assert built["category"] == {"duties": 1, "finance": 1}


@pytest.mark.parametrize("limit", [1, 100])
def test_every_year_can_be_chosen(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(facets_module, "FACET_LIMIT", limit)
    years = range(2008, 2026)
    for year in years:
        make_item(edition=edition(published_on=date(year, 1, 2)))

    shown = {facet.name: facet for facet in facets(filterset(""))}["year"]

    assert {str(year) for year in years} <= {option.value for option in shown.options}


def test_facets_above_the_limit_have_no_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets_module, "FACET_LIMIT", 2)
    for _number in range(3):
        make_item(edition=edition())

    built = facets(filterset(""))

    assert built
    assert not [facet for facet in built if facet.is_counted]
    assert {option.count for facet in built for option in facet.options} == {None}


@pytest.mark.parametrize("name", ["items", "search"])
def test_list_page_costs_the_same_for_few_and_many(client: Client, name: str, django_assert_num_queries: Any) -> None:
    agencies = [make_agency() for _number in range(3)]
    make_item(agency=agencies[0], edition=edition(category="finance"))
    with django_assert_num_queries(6):
        client.get(reverse(name))

    for number in range(29):
        make_item(agency=agencies[number % 3], edition=edition(category="duties"))
    with django_assert_num_queries(6):
        response = Client().get(reverse(name))

    assert len(response.context["rows"]) == paging.PAGE_SIZE


def test_page_beyond_the_end_shows_the_last_and_says_so(client: Client) -> None:
    for _number in range(21):
        make_item(edition=edition())

    response = client.get(reverse("items") + "?page=999")

    assert response.status_code == 200
    assert response.context["page"].number == 2
    assert "999" in response.context["problems"][0]


def test_deep_pages_end_at_the_limit(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("disclosure.views.paging.count_hits", lambda rows: (20, True))
    for _number in range(25):
        make_item(edition=edition())

    response = client.get(reverse("items") + "?page=2")

    assert response.context["page"].number == 1
    assert response.context["count"] == "20+"
    assert "CSV" in response.context["problems"][0]


def test_empty_result_offers_to_drop_the_condition_that_empties_it(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    item = make_item(edition=edition(title="低保标准", category="finance"))
    search.index_item(item)
    asked = {"q": "低保", "category": "duties", "validity": "valid", "year": "2026"}

    with django_assert_max_num_queries(12):
        response = client.get(reverse("search"), asked)

    assert [(label, hits) for label, _query, hits in response.context["ways_out"]] == [("去掉条件“类别”", "1")]
    assert "category" not in response.context["ways_out"][0][1]


@pytest.mark.parametrize(
    ("query", "words"), [("低保标准", ["低保"]), ("“低保”标准", []), ('"低保"', []), ("标准", []), ("低 保", [])]
)
def test_search_names_the_synonyms_it_really_searched(client: Client, query: str, words: list[str]) -> None:
    Synonym.objects.get_or_create(word="低保", term="最低生活保障")

    response = client.get(reverse("search"), {"q": query})

    assert [synonym.word for synonym in response.context["synonyms"]] == words
    assert ("同时查了" in response.content.decode()) is bool(words)


@pytest.mark.parametrize("name", ["home", "items", "search", "items_tree", "log", "catalogue", "powers", "services"])
def test_links_and_forms_use_parameters_the_page_cache_knows(client: Client, name: str) -> None:
    for number in range(30):
        make_item(item_type="power", edition=edition(topic="财政/惠农", extra={"power_kind": "licence", "n": number}))
    make_catalogue_entry()

    html = client.get(reverse(name)).content.decode()

    asked = set(re.findall(r'<(?:input|select)[^>]* name="(\w+)"', html))
    for query in re.findall(r'href="(?!/display)[^"]*\?([^"#]+)"', html):
        asked |= set(parse_qs(unescape(query)))
    assert asked
    assert asked <= contributions.page_parameters


TAMPERED = [
    "/items/?page=99999999999999999999999999",
    "/items/?page=-1",
    "/items/?page=%00",
    "/items/?page=１",
    "/items/?q=%00%01" + "x" * 10_000,
    "/items/?q=" + quote("＂）*NEAR(\"'--;%_\\"),
    "/items/?q=%ED%A0%80",
    "/items/?topic=%FF&agency=%FF",
    "/items/?published_after=2024-13-45&published_before=0000-00-00",
    "/items/?year=99999999999999999999&year=-5",
    "/items/?" + "&".join(f"category=c{i}" for i in range(500)),
    "/search/?q=" + quote("𠮷〇\u202e"),
    "/log/?q=%00&kind=x&after=9999-99-99&page=0",
    "/log/?agency=%00&q=" + "f" * 64,
    "/powers/?kind=%00&agency=%00&page=x",
    "/services/?topic=%00",
]
MISSING = [
    "/items/" + quote("不存在-２０２６-𠮷") + "/",
    "/items/a%00b/",
    "/items/" + "x" * 300 + "/",
    "/items/x/history/999999999999999999999/",
    "/items/x/history/99999/",
    "/log/999999999999999/",
    "/log/99999999999999999999999/",
    "/attachments/999999999999999/%00",
    "/data/nothing.csv",
    "/items/x%0A/",
    "/items/x/history/9999999999999999/",
    "/api/v1/items/x%00/",
    "/catalogue/999999999999999/",
    "/catalogue/99999999999999999999/",
    "/log/0/",
]
REFUSED = ["/items.csv?year=x", "/feeds/items.atom?year=x", "/api/v1/items/?year=x", "/api/v1/items/?agency=nobody",
           "/api/v1/items/?page_size=x", "/api/v1/items/?page=0", "/api/v1/log/?kind=x"]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "status"),
    [(a, 200) for a in TAMPERED] + [(a, 404) for a in MISSING] + [(a, 400) for a in REFUSED],
)
def test_tampered_address_is_answered(client: Client, address: str, status: int) -> None:
    make_item(edition=edition())

    response = client.get(address)

    assert response.status_code == status
