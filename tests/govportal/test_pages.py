"""What holds for every page of the kernel, in both languages."""

import gzip

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from govportal.models import AgencyKind, InternalBody, Leader, SiteProfile
from tests.factories import make_agency, make_item
from tests.markup import faults

NAMES = ["agencies", "guide", "institutions", "accessibility", "privacy", "help", "display"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["help", "guide", "privacy", "accessibility"])
def test_page_of_an_empty_profile_has_no_empty_box(client: Client, name: str) -> None:
    html = client.get(reverse(name)).content.decode()

    assert "footer-mark" not in html and "footer-id" not in html
    assert "联系方式" not in html and 'class="split"' not in html


@pytest.fixture
def profile() -> SiteProfile:
    return SiteProfile.objects.create(
        pk=1,
        name="某县政务公开",
        name_en="County Open Government",
        parent_site_name="某县人民政府",
        parent_site_url="https://county.example/",
        host="某县人民政府",
        phone="0399-1234567",
        site_code="1234567890",
        icp="某ICP备1号",
    )


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_page_is_well_formed(client: Client, profile: SiteProfile, name: str, language: str) -> None:
    with override(language):
        url = reverse(name)

    response = client.get(url)

    html = response.content.decode()
    assert response.status_code == 200
    assert faults(html) == []
    assert ('<html lang="en"' in html) == (language == "en")
    assert len(gzip.compress(response.content)) <= 14 * 1024


@pytest.mark.parametrize("name", NAMES)
def test_page_without_a_site_profile_renders(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200


def test_page_has_a_strict_policy_and_no_cookie(client: Client) -> None:
    response = client.get(reverse("guide"))

    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not response.cookies


def test_footer_says_whose_site_it_is(client: Client, profile: SiteProfile) -> None:
    html = client.get(reverse("guide")).content.decode()

    assert "某ICP备1号" in html
    assert "1234567890" in html
    assert 'href="https://county.example/"' in html


def test_english_page_links_back_to_the_same_chinese_page(client: Client, profile: SiteProfile) -> None:
    html = client.get("/en/agencies/?kind=township").content.decode()

    assert 'href="/agencies/?kind=township" lang="zh-CN"' in html
    assert "County Open Government" in html


def test_canonical_address_is_the_public_one(client: Client) -> None:
    assert '<link rel="canonical" href="http://testserver/guide/">' in client.get("/guide/?x=1").content.decode()


def test_guide_shows_the_text_of_the_administrator_cleaned(client: Client, profile: SiteProfile) -> None:
    SiteProfile.objects.update(guide="<h2>一、公开范围</h2><p>机构<script>职能</script></p>")

    html = client.get(reverse("guide")).content.decode()

    assert "<h2>一、公开范围</h2>" in html
    assert "<p>机构</p>" in html


def test_guide_without_text_says_by_which_rule_and_whom_to_ask(client: Client, profile: SiteProfile) -> None:
    html = client.get(reverse("guide")).content.decode()

    assert "第十二条" in html
    assert "0399-1234567" in html


def test_agency_page_shows_people_and_offices(client: Client) -> None:
    parent = make_agency(name="县政府", kind=AgencyKind.GOVERNMENT)
    agency = make_agency(parent=parent, first_responsible="甲", complaint_phone="0399-1")
    Leader.objects.create(agency=agency, name="沈某", post="局长", division="主持全面工作")
    InternalBody.objects.create(agency=agency, name="办公室", duties="信访")

    html = client.get(reverse("agency", args=[agency.code])).content.decode()

    assert faults(html) == []
    assert all(word in html for word in ("沈某", "主持全面工作", "办公室", "信访", "第一责任人", "0399-1", "县政府"))


@pytest.mark.parametrize("rows", [1, 3])
def test_agency_page_query_count(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    agency = make_agency()
    for number in range(rows):
        Leader.objects.create(agency=agency, name=f"领导{number}", post="局长")
        InternalBody.objects.create(agency=agency, name=f"科室{number}")
        make_agency(parent=agency)

    with django_assert_max_num_queries(15):
        client.get(reverse("agency", args=[agency.code]))


def test_agency_that_was_dissolved_keeps_its_page_and_names_its_successor(client: Client) -> None:
    successor = make_agency(name="市场监督管理局")
    agency = make_agency(is_active=False, succeeded_by=successor)
    item = make_item(agency=agency, edition={"title": "质监局旧文"})

    response = client.get(reverse("agency", args=[agency.code]))

    html = response.content.decode()
    assert response.status_code == 200
    assert "该单位已经撤销或合并" in html
    assert f'href="{reverse("agency", args=[successor.code])}"' in html
    assert item.get_absolute_url() in html


def test_agency_at_work_carries_no_such_notice(client: Client) -> None:
    agency = make_agency(succeeded_by=make_agency())

    html = client.get(reverse("agency", args=[agency.code])).content.decode()

    assert "该单位已经撤销或合并" not in html


@pytest.mark.parametrize("code", ["nobody", "%00", "a%00b", "%0A", "x" * 3000, "民政", "a'b"])
def test_agency_that_no_code_names_is_not_found(client: Client, code: str) -> None:
    assert client.get(f"/agencies/{code}/").status_code == 404


@pytest.mark.parametrize("rows", [1, 400])
def test_agency_list_query_count(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for _number in range(rows):
        make_agency()

    with django_assert_max_num_queries(4):
        response = client.get(reverse("agencies"))

    assert len(gzip.compress(response.content)) <= 14 * 1024


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "低保"}, ["民政局"]),
        ({"q": "婚姻"}, ["民政局"]),
        ({"q": "财政"}, ["财政局"]),
        ({"kind": "township"}, ["河东镇"]),
        ({"letter": "C"}, ["财政局"]),
        ({"q": "局", "letter": "M"}, ["民政局"]),
        ({"kind": "nonsense", "letter": "低"}, ["河东镇", "民政局", "财政局"]),
        ({"q": "没有"}, []),
        ({"q": "\0"}, ["河东镇", "民政局", "财政局"]),
    ],
)
def test_agency_list_finds(client: Client, query: dict[str, str], found: list[str]) -> None:
    civil = make_agency(name="民政局", initials="mzj", summary="负责低保")
    InternalBody.objects.create(agency=civil, name="婚姻登记处")
    InternalBody.objects.create(agency=civil, name="婚姻咨询室")
    make_agency(name="财政局", initials="czj")
    make_agency(name="河东镇", initials="HDZ", kind=AgencyKind.TOWNSHIP)

    groups = client.get(reverse("agencies"), query).context["groups"]

    assert sorted(agency.name for _label, members in groups for agency in members) == sorted(found)
