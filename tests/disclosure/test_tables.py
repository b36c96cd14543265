"""Lists by type and data tables: what is in force by default, the rest on demand, each with its validity."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.enums import ItemState, Validity
from disclosure.models import Item
from tests.disclosure.doors import text_of
from tests.factories import make_item

pytestmark = pytest.mark.django_db

EXTRA = {
    "power_code": "X-1",
    "power_kind": "licence",
    "phone": "12345",
    "hospitality": [{"item": "公务接待费", "budget": 1}],
    "fiscal_year": 2025,
    "kind": "budget",
}


def make_one_of_each(item_type: str) -> dict[str, Item]:
    """By the way it stands towards the law; the title is the same word."""
    ways: dict[str, dict[str, Any]] = {
        "现行事项": {},
        "部分失效事项": {"state": ItemState.PARTLY_VOID},
        "废止事项": {"state": ItemState.VOID},
        "失效事项": {"state": ItemState.EXPIRED},
        "到期事项": {"edition": {"expires_on": date(2020, 1, 1)}},
        "宣布废止事项": {"edition": {"validity": Validity.VOID}},
    }
    return {
        name: make_item(
            item_type=item_type, **way | {"edition": {"title": name, "extra": EXTRA} | way.get("edition", {})}
        )
        for name, way in ways.items()
    }


IN_FORCE = {"现行事项", "部分失效事项"}


@pytest.mark.parametrize(("name", "item_type"), [("powers", "power"), ("services", "service_guide")])
def test_list_shows_what_is_in_force_and_the_rest_on_demand(client: Client, name: str, item_type: str) -> None:
    items = make_one_of_each(item_type)

    listed = {item.title for item, _extra in client.get(reverse(name)).context["rows"]}
    answer = client.get(reverse(name) + "?validity=all")

    assert listed == IN_FORCE
    assert {item.title for item, _extra in answer.context["rows"]} == set(items)
    text = text_of(answer)
    assert "废止" in text and "失效" in text
    assert reverse("data_csv", args=[item_type]) + "?validity=all" in text


@pytest.mark.parametrize(
    ("key", "item_type"), [("power", "power"), ("service_guide", "service_guide"), ("hospitality", "budget")]
)
def test_csv_holds_what_is_in_force_and_the_rest_on_demand(client: Client, key: str, item_type: str) -> None:
    items = make_one_of_each(item_type)
    address = reverse("data_csv", args=[key])

    current, complete = (
        list(csv.DictReader(io.StringIO(text_of(client.get(address + query))))) for query in ("", "?validity=all")
    )

    assert [row["有效性"] for row in current].count("有效") == 1 and len(current) == len(IN_FORCE)
    assert sorted(row["有效性"] for row in complete) == sorted(["有效", "部分失效", "废止", "失效", "失效", "废止"])
    assert len(complete) == len(items)


def test_data_tables_page_counts_what_is_in_force_and_leads_to_the_rest(client: Client) -> None:
    make_one_of_each("power")

    response = client.get(reverse("data_tables"))

    shown = {table.key: (count, rows) for table, count, rows in response.context["tables"]}["power"]
    assert shown[0] == len(IN_FORCE)
    assert {row["cells"][0][1] for row in shown[1]} == IN_FORCE
    assert "下载 CSV（2 行）" in text_of(response)
    assert reverse("data_csv", args=["power"]) + "?validity=all" in text_of(response)


def test_leader_list_leaves_out_an_item_that_ended(client: Client) -> None:
    make_item(item_type="leader", edition={"extra": {"name": "张三", "post": "局长", "division": "全面"}})
    make_item(
        item_type="leader",
        state=ItemState.VOID,
        edition={"extra": {"name": "李四", "post": "局长", "division": "全面"}},
    )

    text = text_of(client.get(reverse("leaders")))

    assert "张三" in text
    assert "李四" not in text


def test_service_list_of_a_topic_holds_its_subtopics_and_no_namesake(client: Client) -> None:
    for topic in ("社会", "社会/救助", "社会保险"):
        make_item(item_type="service_guide", edition={"title": topic, "topic": topic})

    rows = client.get(reverse("services"), {"topic": "社会"}).context["rows"]

    assert {item.topic for item, _extra in rows} == {"社会", "社会/救助"}
