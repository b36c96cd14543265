"""Scorecards as files, and what they add to the pages of the portal."""

import csv
import gzip
import hashlib
import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluation import scorecard_reading
from evaluation.enums import RoundKind
from evaluation.scorecard_contributions import DATASET, ScorecardSitemap
from evaluation.scorecard_reading import assessment_of, published_round, scorecard
from govportal.models import PublicRevision
from tests import paper
from tests.factories.indicators import make_indicator_set
from tests.factories.kernel import make_agency
from tests.factories.obligations import make_obligation
from tests.factories.rounds import freeze_round, make_finding, open_round, publish_round, share_round
from tests.factories.scorecards import County

pytestmark = pytest.mark.django_db
CARD = 12  # statements, with the frame of the page; one more where there are findings
RANKING = 7


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def fetched(client: Client, name: str, *args: object, query: str = "") -> bytes:
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200, (name, response.content)
    return bytes(response.getvalue())


# --- numbers --------------------------------------------------------------------------------------------------------


def test_every_file_says_what_the_archive_says(client: Client, county: County) -> None:
    slug = county.row.slug
    archive = zipfile.ZipFile(io.BytesIO(fetched(client, "scorecards_archive", slug)))
    points = {(row["agency"], row["indicator"]): row["points"] for row in rows(archive.read("results.csv"))}
    ranking = {row["agency"]: row for row in rows(archive.read("ranking.csv"))}
    shared = ("total", "grade", "rank", "kind_rank", "name", "kind", "performance_points")

    table = rows(fetched(client, "scorecards_csv", slug))
    assert [{key: row[key] for key in shared} for row in table] == [
        {key: ranking[row["agency"]][key] for key in shared} for row in table
    ]
    assert {row["performance_share"] for row in table} == {"4.00"}
    listed = json.loads(fetched(client, "scorecards_json", slug))
    assert {one["agency"]: one["total"] for one in listed["agencies"]} == {k: v["total"] for k, v in ranking.items()}
    for one in county.row.assessments.all():
        card = rows(fetched(client, "scorecard_csv", slug, one.agency.code))
        assert {(row["agency"], row["indicator"]): row["points"] for row in card} == {
            key: value for key, value in points.items() if key[0] == one.agency.code
        }
        is_late = one.agency_id == county.late.pk
        assert sum(int(row["excused"]) for row in card) == is_late  # beside the numerator, as scoring counts it
        record = json.loads(fetched(client, "scorecard_json", slug, one.agency.code))
        assert sum(Decimal(each["points"]) for each in record["indicators"]) == Decimal(record["total"])


def test_cases_of_a_point_are_those_of_the_archive(client: Client, county: County) -> None:
    archive = zipfile.ZipFile(io.BytesIO(fetched(client, "scorecards_archive", county.row.slug)))
    code = county.late.code
    indicators = county.row.indicator_set.indicators

    for indicator in indicators.all():
        name = "inputs/cases.csv" if indicator.measure else "inputs/findings.csv"
        expected = [
            row for row in rows(archive.read(name)) if (row["agency"], row["indicator"]) == (code, indicator.code)
        ]
        found = rows(fetched(client, "scorecard_indicator_csv", county.row.slug, code, indicator.code))
        keys = ("case", "earned", "due_on", "excused") if indicator.measure else ("finding", "deduction", "text")
        assert [{key: row[key] for key in keys} for row in found] == [
            {key: row[key] for key in keys} for row in expected
        ]


def test_archive_is_the_frozen_file_byte_for_byte(client: Client, county: County) -> None:
    address = reverse("scorecards_archive", args=[county.row.slug])

    response = client.get(address)
    data = response.getvalue()

    assert hashlib.sha256(data).hexdigest() == county.row.digest
    assert response.streaming
    assert response.headers["ETag"] == f'"{county.row.digest}"'
    assert client.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    newest = client.get(reverse("scorecards_newest_archive"))
    assert newest.headers["Location"] == address


def test_evidence_is_served_as_far_as_it_is_public(client: Client, county: County) -> None:
    response = client.get(reverse("scorecard_evidence", args=[county.public_file.pk, "a.pdf"]))

    assert response.getvalue().startswith(b"%PDF")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    hidden = client.get(reverse("scorecard_evidence", args=[county.private_file.pk, "a.pdf"]))
    assert hidden.status_code == 404


# --- paper ----------------------------------------------------------------------------------------------------------


def test_card_on_paper_says_all_of_it(client: Client, county: County) -> None:
    address = reverse("scorecard_pdf", args=[county.row.slug, county.late.code])

    with paper.missing_glyphs() as missing:
        response = client.get(address)
    data = response.content

    assert missing == []
    assert paper.has_tags(data)
    assert paper.language(data) == "zh-CN"
    assert set(paper.page_sizes(data)) == {(210, 297)}
    said = paper.text(data)
    for words in (
        "县水务局",
        "96.50",
        "到期应公开7项，按时公开0项，裁定不计1例",
        county.row.digest[:8],
        "裁定后共扣0.5分",
        "单位提出异议1",
    ):
        assert words in said, words
    assert paper.codes(data) == [f"http://testserver{reverse('scorecard', args=[county.row.slug, county.late.code])}"]
    record = json.loads(paper.attachments(data)["scorecard.json"])
    assert record["total"] == "96.50"
    assert client.get(f"/en{address}").content == data


def test_ranking_on_paper_names_every_agency(client: Client, county: County) -> None:
    data = client.get(reverse("scorecards_pdf", args=[county.row.slug])).content

    said = paper.text(data)
    for one in county.row.assessments.all():
        assert one.agency.name in said
        assert f"{one.total:.2f}" in said
    assert paper.has_tags(data)
    assert paper.codes(data) == [f"http://testserver{county.row.get_absolute_url()}"]


# --- the rest of the portal -----------------------------------------------------------------------------------------


def test_portal_leads_to_scorecards(client: Client, county: County) -> None:
    card = reverse("scorecard", args=[county.row.slug, county.late.code])
    assert county.row.item is not None

    assert reverse("scorecards") in client.get(reverse("home")).content.decode()
    assert "2026年上半年排名" in client.get(reverse("home")).content.decode()
    assert card in client.get(reverse("agency", args=[county.late.code])).content.decode()
    item = client.get(county.row.item.get_absolute_url()).content.decode()
    assert reverse("scorecards_archive", args=[county.row.slug]) in item
    assert card in client.get(reverse("sitemap_section", args=["scorecards"])).content.decode()
    assert reverse("scorecards") in client.get(reverse("search") + "?q=成绩单").content.decode()


def test_open_data_lists_what_is_published_alone(client: Client, county: County) -> None:
    published = 3 * 3  # rounds and agencies

    assert DATASET.count() == published
    assert ScorecardSitemap().items().count() == published
    assert len(rows(fetched(client, "scorecards_all_csv"))) == published
    page = client.get(reverse("open_data")).content.decode()
    for address in (make() for make in DATASET.formats.values()):
        assert address in page


def test_api_takes_the_filters_of_the_page(client: Client, county: County) -> None:
    def asked(query: str) -> Any:
        return client.get(reverse("api_scorecards") + query)

    assert asked("").json()["count"] == 9
    assert [one["name"] for one in asked(f"?round={county.row.slug}&kind=township").json()["results"]] == [
        "河口镇人民政府"
    ]
    assert asked("?q=水务&page_size=1").json()["count"] == 3
    code = county.late.code
    assert {one["agency"] for one in asked(f"?agency={code}").json()["results"]} == {code}
    for query, status in (
        ("?agency=NIX", 400),
        ("?kind=nix", 400),
        ("?round=../..", 400),
        ("?round=nix", 404),
        ("?page=x", 400),
    ):
        assert asked(query).status_code == status, query
    assert asked(f"?round={county.unpublished.slug}").status_code == 404


def test_every_door_of_a_ranking_takes_the_filter_of_the_page(client: Client, county: County) -> None:
    slug, query = county.row.slug, f"?kind=township&q={quote('河口')}"
    names, towns = ("scorecards_csv", "scorecards_json", "scorecards_pdf"), ["河口镇人民政府"]
    page = unescape(client.get(reverse("scorecards") + f"{query}&round={slug}").content.decode())
    csv_file, json_file, pdf_file = (client.get(reverse(name, args=[slug]) + query) for name in names)

    for name in names:
        assert reverse(name, args=[slug]) + query in page
        refused = client.get(reverse(name, args=[slug]) + "?kind=nix")
        assert (refused.status_code, refused.content.decode()) == (400, "没有“nix”这个单位类别。")
    assert "只列 1 个单位：乡镇（街道），河口" in page
    assert [one["name"] for one in rows(csv_file.getvalue())] == towns
    assert quote("乡镇") in csv_file.headers["Content-Disposition"]
    assert [one["name"] for one in json_file.json()["agencies"]] == towns
    assert json_file.json()["filter"] == {"kind": "township", "q": "河口"}
    said = paper.text(pdf_file.content)
    assert "只列：乡镇（街道），河口（全部3个单位中的1个），名次是同类名次" in said and "县水务局" not in said
    assert [one["name"] for one in rows(fetched(client, "scorecards_all_csv", query=query))] == towns * 3
    assert "没有符合" in paper.text(client.get(reverse("scorecards_pdf", args=[slug]) + "?q=nix").content)


# --- standing -------------------------------------------------------------------------------------------------------


def test_two_years_in_poor_raise_a_flag_by_published_rounds_alone(county: County) -> None:
    the_set = make_indicator_set(
        groups={"组织领导": (100, ({"code": "M1", "full_marks": Decimal(100), "deductions": ["50.00"]},))}
    )
    cards = []
    for year, is_published in ((2023, False), (2024, True), (2025, True)):
        row = open_round(
            county.late, office=county.office, actor=county.inspector, indicator_set=the_set, slug=f"{year}-year",
            name=f"{year}年度考核", kind=RoundKind.YEAR_END, period_start=date(year, 1, 1),
            period_end=date(year, 12, 31),
        )  # fmt: skip
        make_finding(row.assessments.get(), count=1, unit_deduction=Decimal(50))
        row = publish_round(row) if is_published else freeze_round(share_round(row))
        if found := published_round(row.slug):
            one = assessment_of(found, county.late.code)
            assert one is not None
            cards.append(scorecard(found, one))

    assert [(card.is_flagged, card.is_barred) for card in cards] == [(False, True), (True, True)]


# --- what it costs --------------------------------------------------------------------------------------------------


def statements(client: Client, address: str) -> tuple[int, bytes]:
    """How many a page asks, without the revision, which is read now and then; and the page."""
    with CaptureQueriesContext(connection) as asked:
        response = client.get(address)
    return sum(PublicRevision._meta.db_table not in one["sql"] for one in asked), response.content


def test_trend_of_a_round_is_its_own_however_many_follow_with_the_same_end(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorecard_reading, "PAST", 1)
    rounds = [
        publish_round(
            open_round(
                county.late, office=county.office, actor=county.inspector, indicator_set=county.row.indicator_set,
                slug=f"cross-{number}", name=f"第{number}次", kind=RoundKind.CROSS,
            )
        )
        for number in range(3)
    ]  # fmt: skip

    assert [scorecard_reading.earlier(row) for row in rounds] == [[row] for row in rounds]


def test_pages_cost_the_same_whatever_the_number_of_agencies(client: Client, county: County) -> None:
    many = [make_agency(parent=county.office, name=f"澄明县第{n}局") for n in range(40)]
    for agency in many:
        make_obligation(agency=agency, due_on=date(2026, 3, 1), met_on=date(2026, 3, 1))
    for slug, agencies in (("three", many[:3]), ("forty", many)):
        publish_round(
            open_round(
                *agencies, office=county.office, actor=county.inspector, indicator_set=county.row.indicator_set,
                slug=slug, name=slug, kind=RoundKind.CROSS,
            )
        )  # fmt: skip

    for slug in ("three", "forty"):
        count, page = statements(client, reverse("scorecards") + f"?round={slug}")
        assert count == RANKING
        assert statements(client, reverse("scorecard", args=[slug, many[0].code]))[0] == CARD
    assert len(gzip.compress(page)) <= 14 * 1024
