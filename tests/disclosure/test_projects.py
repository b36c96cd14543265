"""重大建设项目: ten aspects in their order, what is missing with its rule, and nobody sees more than he may."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from disclosure.enums import Audience, ItemState, RelationKind
from disclosure.models import Item, Relation
from disclosure.types import PROJECT_ASPECTS
from govportal.permissions import Role
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_item, make_member

pytestmark = pytest.mark.django_db


def make_project(title: str = "某桥新建工程", *, stage: str = "planned", **values: Any) -> Item:
    extra = {"project_code": "P-1", "stage": stage, "investment": "18640.00", "owner": "某县交通中心"}
    edition = {"title": title, "extra": extra | values.pop("extra", {})} | values.pop("edition", {})
    return make_item(item_type="project", edition=edition, **values)


def make_part(project: Item, aspect: str, *, title: str = "", **values: Any) -> Item:
    extra = {"project_aspect": aspect} | values.pop("extra", {})
    edition = {"title": title or f"{aspect}的信息", "extra": extra} | values.pop("edition", {})
    part = make_item(item_type=values.pop("item_type", "project_stage"), edition=edition, **values)
    Relation.objects.create(source=part, kind=RelationKind.BELONGS_TO, target=project)
    return part


def page_of(project: Item) -> str:
    return reverse("project", args=[project.slug])


@pytest.mark.parametrize("count", [1, 3])
def test_project_list_costs_the_same_for_one_and_three(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        project = make_project(f"工程{number}")
        for aspect in ("bidding", "land", "funds")[:count]:
            make_part(project, aspect)

    with django_assert_num_queries(6):
        response = client.get(reverse("projects"))

    assert [row["published"] for row in response.context["rows"]] == [1 + count] * count


@pytest.mark.parametrize("count", [1, 3])
def test_project_page_costs_the_same_for_one_and_three(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    project = make_project()
    for _number in range(count):
        make_part(project, "quality")

    with django_assert_num_queries(4):
        response = client.get(page_of(project))

    assert response.status_code == 200


def test_project_page_shows_ten_aspects_in_order_with_what_is_missing(client: Client) -> None:
    agency = make_agency(name="某县发展改革局", phone="0399-6612110")
    project = make_project(agency=agency, edition={"published_on": date(2026, 1, 5)})
    make_part(project, "funds", title="资金到位情况", extra={"amount": "4180.00", "party": "某县公路所"})

    response = client.get(page_of(project))

    assert [aspect.key for aspect in response.context["aspects"]] == [key for key, _label in PROJECT_ASPECTS]
    assert {aspect.key: [item.title for item in aspect.items] for aspect in response.context["aspects"]} == {
        key: [] for key, _label in PROJECT_ASPECTS
    } | {
        "approval": ["某桥新建工程"],
        "funds": ["资金到位情况"],
    }
    text = text_of(response)
    assert text.count("这一方面还没有公开的信息。") == 8
    assert text.count("0399-6612110") == 8
    assert "20 个工作日" in text and "《政府信息公开条例》第二十六条" in text
    assert "4180.00万元" in text


def test_missing_approval_has_the_term_of_licences(client: Client) -> None:
    project = make_project(stage="in_progress")

    text = text_of(client.get(page_of(project)))

    assert "信息形成后 7 个工作日内" in text
    assert "国办发〔2018〕118号" in text


def test_facts_follow_the_text_changed_last(client: Client) -> None:
    project = make_project(extra={"progress": 5}, edition={"published_on": date(2026, 1, 5)})
    make_part(
        project, "", item_type="project", extra={"stage": "in_progress", "progress": 42, "contractor": "某路桥公司"}
    )

    row = client.get(reverse("projects")).context["rows"][0]

    assert row["facts"]["progress"] == 42
    assert row["facts"]["contractor"] == "某路桥公司"
    assert row["facts"]["investment"] == "18640.00"
    assert (row["stage"], row["published"]) == ("实施", 2)


@pytest.mark.parametrize(
    ("aspect", "reached"), [("bidding", "planned"), ("construction", "in_progress"), ("acceptance", "result")]
)
def test_stage_reached_is_what_the_parts_document(client: Client, aspect: str, reached: str) -> None:
    make_part(make_project(), aspect)

    found = {
        stage: client.get(reverse("projects"), {"stage": stage}).context["page"].paginator.count
        for stage in ("planned", "in_progress", "result")
    }

    assert found == {stage: int(stage == reached) for stage in found}


def test_part_of_another_project_is_listed_once_and_its_address_leads_to_its_text(client: Client) -> None:
    project = make_project()
    part = make_part(project, "", item_type="project", title="施工进展", extra={"stage": "in_progress"})

    listed = [row["item"] for row in client.get(reverse("projects")).context["rows"]]
    answer = client.get(page_of(part))

    assert listed == [project]
    assert (answer.status_code, answer["Location"]) == (302, part.get_absolute_url())
    assert page_of(project) in text_of(client.get(part.get_absolute_url()))


def test_part_of_a_withdrawn_project_stands_for_itself(client: Client) -> None:
    project = make_project(state=ItemState.WITHDRAWN)
    part = make_part(project, "", item_type="project", title="施工进展", extra={"stage": "in_progress"})

    listed = [row["item"] for row in client.get(reverse("projects")).context["rows"]]

    assert listed == [part]
    assert client.get(page_of(project)).status_code == 404
    assert client.get(page_of(part)).status_code == 200


def test_item_pages_lead_to_the_project_and_back(client: Client) -> None:
    project = make_project()
    part = make_part(project, "land")

    assert page_of(project) in text_of(client.get(project.get_absolute_url()))
    assert page_of(project) in text_of(client.get(part.get_absolute_url()))
    page = text_of(client.get(page_of(project)))
    assert part.get_absolute_url() in page and project.get_absolute_url() in page


@pytest.mark.parametrize("reader", ["anonymous", "own_staff", "other_staff"])
def test_reader_sees_only_his_projects_and_parts(client: Client, reader: str) -> None:
    agency = make_agency()
    own, other = make_member(Role.STAFF, agency), make_member(Role.STAFF, make_agency())
    public = make_project("公开工程", agency=agency)
    inside = make_project("内部工程", agency=agency, audience=Audience.INTERNAL)
    make_part(inside, "funds", title="内部资金", agency=agency, audience=Audience.INTERNAL)
    make_part(public, "funds", title="未定资金", agency=agency, state=ItemState.WITHDRAWN)
    if reader != "anonymous":
        client.force_login(own if reader == "own_staff" else other)

    listed = text_of(client.get(reverse("projects")))
    answer = client.get(page_of(inside))
    table = text_of(client.get(reverse("data_csv", args=["project_stage"])))

    may = reader == "own_staff"
    assert "公开工程" in listed
    assert ("内部工程" in listed) == may
    assert answer.status_code == (200 if may else 404)
    assert ("内部资金" in text_of(answer)) == may
    assert "private" in answer["Cache-Control"] if may else "内部" not in text_of(answer)
    assert "未定资金" not in text_of(client.get(page_of(public)))
    assert "内部资金" not in table


def test_long_aspect_shows_the_newest_and_says_how_many_are_left(client: Client) -> None:
    project = make_project()
    for day in range(1, 12):
        make_part(project, "progress", title=f"第{day}期", edition={"published_on": date(2026, 3, day)})

    text = text_of(client.get(page_of(project)))

    assert "另有较早的 3 件" in text
    assert text.index("第11期") < text.index("第4期")


@pytest.mark.parametrize(
    "query", ["?stage=nowhere", "?agency=nobody", "?page=abc", "?page=99", "?q=" + "长" * 200, "?stage=planned%00"]
)
def test_bad_filter_is_named_and_fails_nothing(client: Client, query: str) -> None:
    make_project()

    response = client.get(reverse("projects") + query)

    assert response.status_code == 200
    assert response.context["problems"]


def test_words_find_name_owner_and_code(client: Client) -> None:
    make_project("大桥", extra={"owner": "甲中心", "project_code": "A-1"})
    make_project("小学", extra={"owner": "乙局", "project_code": "B-2"})

    def found(words: str) -> list[str]:
        return [row["item"].title for row in client.get(reverse("projects"), {"q": words}).context["rows"]]

    assert (found("大桥"), found("乙局"), found("a-1"), found("甲中心 小学")) == (["大桥"], ["小学"], ["大桥"], [])


def test_csv_of_parts_names_the_project(client: Client) -> None:
    project = make_project()
    make_part(project, "bidding", title="中标结果", extra={"amount": "13960.00"})
    make_part(make_project("另一工程"), "land")

    address = reverse("data_csv", args=["project_stage"])
    rows = list(csv.DictReader(io.StringIO(text_of(client.get(address, {"project": project.slug})).lstrip("\ufeff"))))

    assert [(row["名称"], row["公开方面"], row["所属项目"], row["金额（万元）"]) for row in rows] == [
        ("中标结果", "招标投标", "某桥新建工程", "13960.00")
    ]
    assert rows[0]["项目网址"].endswith(page_of(project))
    assert len(text_of(client.get(address)).splitlines()) == 3


def test_sitemap_names_project_pages(client: Client) -> None:
    project = make_project()

    assert page_of(project) in text_of(client.get(reverse("sitemap_section", args=["projects"])))
    assert reverse("projects") in text_of(client.get(reverse("sitemap_section", args=["collections"])))
