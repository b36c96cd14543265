"""行政规范性文件 in one collection: what is in force, the rest on demand, clean-up results and interpretations."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from disclosure.enums import Audience, ItemState, RelationKind, Validity
from disclosure.models import Item, Relation
from tests.disclosure.doors import text_of
from tests.factories import make_catalogue_entry, make_item

pytestmark = pytest.mark.django_db


def make_document(title: str, *, extra: dict[str, Any] | None = None, **values: Any) -> Item:
    edition = {"title": title, "document_number": "某政办发〔2026〕18号", "effective_on": date(2026, 7, 1)}
    edition |= {"extra": {"registration_number": "MXGS-2026-0018"} | (extra or {})} | values.pop("edition", {})
    return make_item(item_type="normative", edition=edition, **values)


def titles(client: Client, query: str = "") -> list[str]:
    return [row["item"].title for row in client.get(reverse("normative") + query).context["rows"]]


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_for_one_and_three(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        document = make_document(f"办法{number}")
        interpretation = make_item(item_type="interpretation")
        Relation.objects.create(source=interpretation, kind=RelationKind.INTERPRETS, target=document)

    with django_assert_num_queries(8):
        response = client.get(reverse("normative"))

    assert [len(row["interpretations"]) for row in response.context["rows"]] == [1] * count


def test_list_is_of_what_is_in_force_and_of_each_validity_on_demand(client: Client) -> None:
    make_document("现行办法")
    make_document("修改办法", edition={"validity": Validity.AMENDED})
    make_document("到期办法", edition={"expires_on": date(2020, 1, 1)})
    make_document("废止办法", state=ItemState.VOID)
    make_document("撤回办法", state=ItemState.WITHDRAWN)
    make_document("内部办法", audience=Audience.INTERNAL)

    context = client.get(reverse("normative")).context

    assert sorted(row["item"].title for row in context["rows"]) == ["修改办法", "现行办法"]
    assert titles(client, "?validity=expired") == ["到期办法"]
    assert titles(client, "?validity=void") == ["废止办法"]
    assert sorted(titles(client, "?validity=all")) == ["修改办法", "到期办法", "废止办法", "现行办法"]
    assert {value: count for value, _label, count in context["counts"]} == {
        "valid": 1,
        "amended": 1,
        "expired": 1,
        "void": 1,
    }


def test_row_names_number_dates_cleanup_and_interpretation(client: Client) -> None:
    document = make_document("补贴办法", extra={"cleanup_result": "kept", "cleanup_on": "2026-09-29"})
    shown = make_item(item_type="interpretation", edition={"title": "一图读懂"})
    hidden = make_item(item_type="interpretation", state=ItemState.WITHDRAWN)
    for source in (shown, hidden):
        Relation.objects.create(source=source, kind=RelationKind.INTERPRETS, target=document)

    text = text_of(client.get(reverse("normative")))

    for words in (
        "某政办发〔2026〕18号",
        "MXGS-2026-0018",
        "2026-07-01",
        "保留",
        "2026-09-29",
        shown.get_absolute_url(),
    ):
        assert words in text
    assert hidden.get_absolute_url() not in text


def test_filters_by_cleanup_year_and_words(client: Client) -> None:
    make_document("甲办法", extra={"cleanup_result": "kept"}, edition={"published_on": date(2025, 5, 6)})
    make_document("乙办法", extra={"registration_number": "XX-9"})

    assert titles(client, "?cleanup=kept") == titles(client, "?year=2025") == titles(client, "?q=甲") == ["甲办法"]
    assert titles(client, "?q=xx-9") == ["乙办法"]


@pytest.mark.parametrize("query", ["?validity=eternal", "?cleanup=lost", "?year=1", "?agency=nobody", "?page=-1"])
def test_bad_filter_is_named_and_fails_nothing(client: Client, query: str) -> None:
    make_document("办法")

    response = client.get(reverse("normative") + query)

    assert response.status_code == 200
    assert response.context["problems"]


def test_notices_of_a_clean_up_stand_below(client: Client) -> None:
    entry = make_catalogue_entry(level2="规范性文件清理结果")
    make_item(catalogue_entry=entry, edition={"title": "年度清理结果公告"})

    assert "年度清理结果公告" in text_of(client.get(reverse("normative")))


def test_csv_takes_the_filters_of_the_page(client: Client) -> None:
    make_document("现行办法")
    make_document("废止办法", state=ItemState.VOID)
    address = reverse("data_csv", args=["normative"])

    current, void = text_of(client.get(address)), text_of(client.get(address + "?validity=void"))

    assert ("现行办法" in current, "废止办法" in current) == (True, False)
    assert ("现行办法" in void, "废止办法" in void) == (False, True)
    assert client.get(address + "?validity=eternal").status_code == 400
