"""Feed, CSV and API: one filter, stable ids, nothing a spreadsheet would run."""

import csv
import io
from datetime import date
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from disclosure.feeds import FEED_ENTRIES
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_edition, make_item

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def titled(title: str, **values: Any) -> Any:
    return make_item(edition={"title": title, "published_on": date(2026, 3, 2), "category": "finance"}, **values)


def test_feed_entry_keeps_its_id_when_amended(client: Client) -> None:
    item = titled("甲")
    first = ET.fromstring(client.get(reverse("feed_items")).content).find(f"{ATOM}entry")

    make_edition(item, title="乙", published_on=date(2026, 3, 2))
    second = ET.fromstring(Client().get(reverse("feed_items")).content).find(f"{ATOM}entry")

    assert first is not None and second is not None
    assert first.findtext(f"{ATOM}id") == second.findtext(f"{ATOM}id")
    assert str(first.findtext(f"{ATOM}id")).startswith("tag:")
    assert str(first.findtext(f"{ATOM}updated")) < str(second.findtext(f"{ATOM}updated"))
    assert second.findtext(f"{ATOM}title") == "乙"


def test_api_index_names_doors_that_answer(client: Client) -> None:
    doors = client.get("/api/v1/").json()

    assert set(doors) == {
        "schema", "items", "agencies", "catalogue", "log", "rectifications", "obligations", "coverage",
    }  # fmt: skip
    assert {client.get(address).status_code for address in doors.values()} == {200}


def test_csv_is_named_by_what_was_asked_for_and_the_day(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govportal.spreadsheets.today", lambda: date(2026, 3, 2))
    titled("甲")

    plain, asked = (client.get(reverse("items_csv") + query) for query in ("", "?year=2026&q=甲/乙"))

    assert plain.headers["Content-Disposition"] == 'attachment; filename="items-20260302.csv"'
    assert unquote(asked.headers["Content-Disposition"]).endswith("''items-甲_乙-2026年-20260302.csv")


def test_feed_begins_with_what_changed_last(client: Client) -> None:
    old = make_item(edition={"title": "旧文", "published_on": date(2020, 1, 2)})
    for number in range(FEED_ENTRIES + 1):
        titled(f"新{number}")
    make_edition(old, title="旧文（修改）", published_on=date(2020, 1, 2))

    feed = ET.fromstring(client.get(reverse("feed_items")).content)

    entries = feed.findall(f"{ATOM}entry")
    assert entries[0].findtext(f"{ATOM}title") == "旧文（修改）"
    assert entries[0].findtext(f"{ATOM}updated") == feed.findtext(f"{ATOM}updated")
    assert str(entries[0].findtext(f"{ATOM}published")).startswith("2020-01-02")
    assert [e.findtext(f"{ATOM}title") for e in entries[1:3]] == [f"新{FEED_ENTRIES}", f"新{FEED_ENTRIES - 1}"]


def test_feed_takes_the_filter_of_the_page_and_is_bounded(client: Client) -> None:
    agency = make_agency(code="a")
    for number in range(FEED_ENTRIES + 2):
        titled(f"甲{number}", agency=agency)
    titled("别的")

    feed = ET.fromstring(client.get(reverse("feed_items") + "?agency=a").content)

    titles = [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")]
    assert len(titles) == FEED_ENTRIES
    assert "别的" not in titles
    assert [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"] == [
        "http://testserver/feeds/items.atom?agency=a"
    ]


def test_csv_holds_all_hits_and_opens_in_a_spreadsheet(client: Client) -> None:
    for number in range(25):
        titled(f"标题{number}")
    titled("=cmd|' /C calc'!A0")

    raw = b"".join(client.get(reverse("items_csv") + "?category=finance").streaming_content)  # type: ignore[attr-defined]

    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert len(rows) == 26
    assert "'=cmd|' /C calc'!A0" in [row["标题"] for row in rows]
    assert all(row["网址"].startswith("http://testserver/items/") for row in rows)


def test_api_pages_with_addresses_of_the_requested_host(client: Client, django_assert_num_queries: Any) -> None:
    for number in range(5):
        titled(f"标题{number}")

    with django_assert_num_queries(3):
        answer = client.get(reverse("api_items") + "?page_size=2", headers={"host": "localhost"}).json()

    assert answer["count"] == 5
    assert answer["next"].startswith("http://localhost/api/v1/items/?page=2")
    assert answer["previous"] is None
    assert {"index_number", "title", "agency", "agency_code", "url", "digest"} <= set(answer["results"][0])


def test_api_page_size_is_at_most_200(client: Client) -> None:
    for number in range(3):
        titled(f"标题{number}")

    answer = client.get(reverse("api_items") + "?page_size=100000").json()

    assert len(answer["results"]) == 3
    assert answer["next"] is None


def test_api_item_has_text_and_editions(client: Client) -> None:
    item = titled("甲")
    make_edition(item, title="乙", change_note="改题")

    answer = client.get(reverse("api_item", args=[item.slug])).json()

    assert answer["body"] == "<p>正文。</p>"
    assert [edition["number"] for edition in answer["editions"]] == [1, 2]


def test_schema_is_valid(tmp_path: Any) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_dcat_catalogue_names_every_dataset(client: Client) -> None:
    catalogue = client.get(reverse("dcat_catalogue")).json()

    page = text_of(client.get(reverse("open_data")))

    assert {entry["dct:identifier"] for entry in catalogue["dcat:dataset"]} >= {"items", "log", "power", "agencies"}
    assert all(f'id="{entry["dct:identifier"]}"' in page for entry in catalogue["dcat:dataset"])
