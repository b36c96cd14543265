import gzip
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from disclosure.enums import Aspect, Audience, Category, ItemState, LogKind
from disclosure.models import LogEntry
from govportal.models import SiteProfile
from govportal.now import now
from tests.factories import make_agency, make_item
from tests.markup import faults

TODAY = date(2026, 11, 5)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govportal.now.today", lambda: TODAY)


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_home_is_well_formed_and_small(client: Client, path: str) -> None:
    SiteProfile.objects.create(pk=1, name="某县政务公开", common_searches="低保标准 惠农补贴")
    for number in range(8):
        make_item(edition={"title": f"关于公示第{number}季度惠民惠农补贴发放名单的公告", "published_on": TODAY})

    response = client.get(path)

    assert faults(response.content.decode()) == []
    assert len(gzip.compress(response.content)) <= 14 * 1024


def test_home_of_an_empty_portal_says_what_is_missing(client: Client) -> None:
    html = client.get("/").content.decode()

    assert faults(html) == []
    assert "还没有公开的信息" in html


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_home_query_count(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, rows: int) -> None:
    for _number in range(rows):
        make_item(edition={"published_on": TODAY, "document_number": "某政发〔2026〕1号"})

    with django_assert_max_num_queries(12):
        client.get("/")


def test_home_counts_what_the_public_may_read(client: Client) -> None:
    for days, category in ((0, Category.FINANCE), (4, Category.FINANCE), (60, Category.DUTIES), (400, Category.DUTIES)):
        make_item(edition={"published_on": TODAY - timedelta(days), "category": category, "aspect": Aspect.RESULT})
    make_item(edition={"published_on": TODAY, "category": Category.FINANCE}, audience=Audience.INTERNAL)
    make_item(edition={"published_on": TODAY}, state=ItemState.WITHDRAWN)
    make_item(state=ItemState.UNPUBLISHED)

    context = client.get("/").context

    assert context["published"] == {"today": 1, "month": 2, "year": 3}
    assert {value: count for value, _label, count in context["categories"] if count} == {"finance": 2, "duties": 2}
    assert context["total"] == 4


def test_home_has_a_door_to_the_notice_boards(client: Client) -> None:
    doors = client.get("/").content.decode().split('class="doors"', 1)[1].split("</ul>", 1)[0]

    assert f'href="{reverse("boards")}"' in doors


def test_home_offers_common_searches(client: Client) -> None:
    SiteProfile.objects.create(pk=1, common_searches="低保标准  惠农&补贴")

    html = client.get("/").content.decode()

    assert "?q=%E6%83%A0%E5%86%9C%26%E8%A1%A5%E8%B4%B4" in html


def test_latest_breaks_titles_where_the_editor_chose_and_tags_expired_ones(client: Client) -> None:
    make_item(edition={"title": "县城<低保>方案", "title_breaks": [2], "expires_on": TODAY - timedelta(1)})

    html = client.get("/").content.decode()

    assert "县城<wbr>&lt;低保&gt;方案" in html
    assert '<span class="tag tag-bad">失效</span>' in html


def test_home_shows_the_head_of_the_public_log(client: Client) -> None:
    item = make_item()
    for chain, digest in (("public", "a" * 64), ("internal:x", "b" * 64)):
        LogEntry.objects.create(
            chain=chain,
            sequence=7,
            kind=LogKind.PUBLISH,
            item=item,
            index_number=item.index_number,
            agency_code="x",
            agency_name="x",
            actor_name="x",
            at=now(),
            previous_hash="0" * 64,
            hash=digest,
        )

    html = client.get("/").content.decode()

    assert "aaaaaaaa aaaaaaaa" in html
    assert "bbbbbbbb" not in html


def test_agency_page_shows_its_own_items(client: Client) -> None:
    agency = make_agency()
    make_item(agency=agency, edition={"title": "本单位预算"}, item_type="budget")
    make_item(edition={"title": "别单位文件"})

    html = client.get(f"/agencies/{agency.code}/").content.decode()

    assert "本单位预算" in html
    assert "别单位文件" not in html
    assert f"?agency={agency.code}&amp;type=budget" in html


def test_agency_page_lists_the_duties_of_the_item_in_force(client: Client) -> None:
    agency = make_agency()
    for days, state, duty in (
        (9, ItemState.LIVE, "旧职责"),
        (5, ItemState.LIVE, "低保"),
        (1, ItemState.VOID, "废职责"),
    ):
        extra = {"duties": [duty, "养老"], "commitments": ["当日受理"]}
        published = TODAY - timedelta(days)
        make_item(agency=agency, item_type="duties", state=state, edition={"extra": extra, "published_on": published})

    html = client.get(f"/agencies/{agency.code}/").content.decode()

    assert "<li>低保</li><li>养老</li>" in html
    assert "当日受理" in html
    assert "旧职责" not in html
    assert "废职责" not in html
    assert html.index('id="duties"') < html.index('id="leaders"') < html.index('id="agency-items"')
    assert faults(html) == []


def test_agency_page_without_duties_says_by_which_rule_and_whom_to_ask(client: Client) -> None:
    agency = make_agency(phone="0399-5550001")

    html = client.get(f"/agencies/{agency.code}/").content.decode()

    duties = html[html.index('id="duties"') : html.index('id="leaders"')]
    assert all(words in duties for words in ("主要职责还没有公开", "第二十条第二项", "0399-5550001"))
