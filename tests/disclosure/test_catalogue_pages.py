import io
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.test import Client
from openpyxl import load_workbook

from disclosure.catalogue_filters import CatalogueEntryFilterSet
from disclosure.models import CatalogueEntry
from disclosure.rules import to_columns
from disclosure.timing_text import parse_timing
from govportal.permissions import Role
from tests.factories import make_agency, make_catalogue_entry, make_edition, make_item, make_member

pytestmark = pytest.mark.django_db

QUERIES_OF_LIST = 12  # architecture §4: list page at most twelve


def levels_of(query: str) -> list[str]:
    visible = CatalogueEntry.objects.visible_to(AnonymousUser())
    filterset = CatalogueEntryFilterSet(data=QueryDict(query), queryset=visible)
    return [entry.level1 for entry in filterset.qs]


def test_list_shows_columns_of_standard_table(client: Client) -> None:
    agency = make_agency(name="澄明县民政局")
    columns = to_columns(parse_timing("20个工作日内"))
    make_catalogue_entry(level1="低保审核", basis="社会救助暂行办法", channels=["website"], **columns).agencies.add(
        agency
    )

    page = client.get("/catalogue/").content.decode()

    for words in (
        "低保审核",
        "社会救助暂行办法",
        "自信息形成或者变更之日起20个工作日内公开",
        "澄明县民政局",
        "政府网站",
        "全社会",
    ):
        assert words in page


def test_internal_entry_is_hidden_from_the_public_everywhere(client: Client) -> None:
    entry = make_catalogue_entry(level1="车辆油修", target="internal")

    assert "车辆油修" not in client.get("/catalogue/").content.decode()
    assert "车辆油修" not in client.get("/catalogue/?target=internal").content.decode()
    assert "车辆油修" not in b"".join(client.get("/catalogue/catalogue.csv")).decode()
    assert client.get(f"/catalogue/{entry.pk}/").status_code == 404


def test_internal_entry_is_shown_to_staff_of_its_agency_alone(client: Client) -> None:
    agency, other = make_agency(), make_agency()
    entry = make_catalogue_entry(level1="车辆油修", target="internal")
    entry.agencies.add(agency)

    client.force_login(make_member(Role.STAFF, agency))
    own = client.get(f"/catalogue/{entry.pk}/")
    client.force_login(make_member(Role.STAFF, other))
    foreign = client.get(f"/catalogue/{entry.pk}/")

    assert (own.status_code, foreign.status_code) == (200, 404)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["甲", "乙", "丙"]),
        ("domain=救灾", ["乙"]),
        ("category=finance", ["丙"]),
        ("agency=MZ", ["甲"]),
        ("agency=T1", ["乙"]),
        ("agency=none", []),
        ("level=township", ["乙", "丙"]),
        ("level=county&level=township", ["甲", "乙", "丙"]),
        ("target=specific", ["丙"]),
        ("mode=on_request", ["乙"]),
        ("q=要素甲", ["甲"]),
        ("q=丙 预算法", ["丙"]),
        ("category=nonsense", ["甲", "乙", "丙"]),
    ],
)
def test_filter_narrows_entries(query: str, found: list[str]) -> None:
    first = make_catalogue_entry(level1="甲", elements="要素甲", levels=["county"], responsible_kinds=["department"])
    first.agencies.add(make_agency(code="MZ"))
    make_agency(code="T1", kind="township")
    make_catalogue_entry(
        level1="乙", domain="救灾", levels=["township"], mode="on_request", responsible_kinds=["township"], position=1
    )
    make_catalogue_entry(
        level1="丙", category="finance", levels=["county", "township"], target="specific", basis="预算法", position=2
    )

    assert levels_of(query) == found


def test_list_takes_same_queries_for_three_and_three_thousand_rows(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    agency = make_agency()
    client.get("/catalogue/")
    counts = []
    for total in (3, 3_000):
        missing = total - CatalogueEntry.objects.count()
        rows = CatalogueEntry.objects.bulk_create(
            CatalogueEntry(code=f"c{total}-{n}", domain="救灾", level1="事项") for n in range(missing)
        )
        CatalogueEntry.agencies.through.objects.bulk_create(
            CatalogueEntry.agencies.through(catalogueentry=row, agency=agency) for row in rows
        )
        with django_assert_max_num_queries(QUERIES_OF_LIST) as captured:
            assert client.get(f"/catalogue/?q=事项&total={total}").status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_csv_holds_the_same_filter(client: Client) -> None:
    make_catalogue_entry(level1="甲", domain="救灾")
    make_catalogue_entry(level1="乙")

    lines = b"".join(client.get("/catalogue/catalogue.csv?domain=救灾")).decode("utf-8-sig").splitlines()

    assert len(lines) == 2
    assert lines[1].startswith("救灾,1,甲")


def test_xlsx_opens_and_holds_the_entries(client: Client) -> None:
    make_catalogue_entry(level1="甲", elements="=1+1")

    response = client.get("/catalogue/catalogue.xlsx")

    sheet = load_workbook(io.BytesIO(response.content)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][2] == "甲"
    assert sheet["E2"].value == "'=1+1"


def test_entry_page_names_rule_basis_and_items(client: Client) -> None:
    entry = make_catalogue_entry(
        timing_text="信息形成之日起20个工作日内", **to_columns(parse_timing("信息形成之日起20个工作日内"))
    )
    item = make_item(catalogue_entry=entry)
    make_edition(item, title="低保标准公告")

    page = client.get(f"/catalogue/{entry.pk}/").content.decode()

    assert "自信息形成之日起20个工作日内公开" in page
    assert "《政府信息公开条例》第二十六条" in page
    assert "低保标准公告" in page


def test_entry_page_does_not_show_internal_item(client: Client) -> None:
    entry = make_catalogue_entry()
    make_edition(make_item(catalogue_entry=entry, audience="internal"), title="内部车辆费用")

    assert "内部车辆费用" not in client.get(f"/catalogue/{entry.pk}/").content.decode()


@pytest.mark.parametrize("path", ["/catalogue/999999999999999/", "/catalogue/0/"])
def test_entry_page_of_unknown_number_is_404(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["page=abc", "page=99999999999", "level=%00", "q=%27%22%3C", "agency=" + "x" * 5000])
def test_list_with_bad_parameters_answers_200(client: Client, query: str) -> None:
    make_catalogue_entry()

    assert client.get(f"/catalogue/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("timing", "periods"),
    [
        ("逐段公开，每季度更新", ["2026年第3季度", "2026年第2季度"]),
        ("逐段公开", ["2026年8月", "2026年5月"]),
        ("每半年更新1次", ["2026年下半年公开的信息", "2026年上半年公开的信息"]),
        ("每年3月31日前", ["2026年公开的信息"]),
        ("信息形成或者变更之日起20个工作日内", [""]),
    ],
)
def test_entry_shows_stage_by_stage_what_is_published_so(client: Client, timing: str, periods: list[str]) -> None:
    entry = make_catalogue_entry(**to_columns(parse_timing(timing)))
    for month, stage in ((5, "planned"), (8, "in_progress")):
        edition = {"title": f"{month}月情况", "published_on": date(2026, month, 1), "extra": {"stage": stage}}
        make_item(item_type="project", catalogue_entry=entry, edition=edition)

    response = client.get(f"/catalogue/{entry.pk}/")

    groups = response.context["groups"]
    assert [period for period, _items in groups] == periods
    assert [(item.title, str(stage)) for _period, items in groups for item, stage in items] == [
        ("8月情况", "实施"),
        ("5月情况", "批准"),
    ]
