"""The relations of the item being drafted: shown, found by number or title, taken back, refused with words."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.enums import Audience, ItemState, RelationKind
from disclosure.models import Edition, Item, Relation
from disclosure.services import relate
from govportal.models import Agency, User
from govportal.permissions import Role
from tests.disclosure.admin.drafts import NEW, edit_url, place, signed_in, typed
from tests.disclosure.test_projects import make_project
from tests.factories import make_agency, make_item, make_member
from tests.factories.published import draft_one, publish_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Agency:
    return make_agency(parent=make_agency())


@pytest.fixture
def publisher(agency: Agency) -> User:
    return make_member(Role.PUBLISHER, agency)


@pytest.fixture
def client(publisher: User) -> Client:
    return signed_in(publisher)


def old_one(agency: Agency, title: str = "低保工作规程") -> Item:
    return make_item(agency=agency, edition={"title": title})


def stated() -> list[tuple[str, Item, Item]]:
    rows = Relation.objects.select_related("source", "target").order_by("pk")
    return [(row.kind, row.source, row.target) for row in rows]


def amendment(**values: Any) -> dict[str, Any]:
    return typed(change_note="改了标准", is_substantive="on", **values)


# --- found by what is typed ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["replaces", "amends", "corrects"])
def test_target_is_found_by_number_by_title_and_by_a_part_of_it(client: Client, agency: Agency, name: str) -> None:
    old = old_one(agency)
    ways = [old.index_number, f"{old.index_number} {old.title}", old.title, "工作规程"]

    for way in ways:
        client.post(NEW, place(agency) | typed(**{f"relate-{name}": way}))

    assert [(kind, target) for kind, _source, target in stated()] == [(name, old)] * len(ways)


def test_target_that_is_not_one_is_refused_with_words(client: Client, agency: Agency) -> None:
    for number in range(7):
        old_one(agency, f"低保公示第{number}期")
    foreign = old_one(make_agency(), "外单位的低保")
    draft = draft_one(agency=agency, content={"title": "还没公开的低保"})

    pages = [
        client.post(NEW, place(agency) | typed(**{"relate-replaces": way}))
        for way in ("低保公示", foreign.index_number, draft.item.index_number, "没有的", "a\x00b")
    ]

    texts = [page.content.decode() for page in pages]
    assert [page.status_code for page in pages] == [200] * 5
    assert list(Item.objects.filter(state=ItemState.UNPUBLISHED)) == [draft.item]
    assert "不止一条" in texts[0] and "低保公示第2期等。请填写其中一个索引号" in texts[0]
    assert all("没有找到" in text for text in texts[1:4])
    assert all("<title>错误：" in text and 'href="#id_relate-replaces"' in text for text in texts)
    assert not stated()


def test_rules_of_relations_are_said_at_the_field(client: Client, agency: Agency, publisher: User) -> None:
    inside = make_item(agency=agency, audience=Audience.INTERNAL, index_number="NB-1")
    item = publish_one(agency=agency, author=publisher)
    amend = reverse("admin:disclosure_item_amend", args=[item.pk])

    internal = client.post(NEW, place(agency) | typed(**{"relate-amends": inside.index_number})).content.decode()
    itself = client.post(amend, amendment(**{"relate-amends": item.index_number})).content.decode()

    assert "对内公开的信息不能与向社会公开的信息关联" in internal and 'id="id_relate-amends_error"' in internal
    assert "信息不能与自己关联" in itself and 'id="id_relate-amends_error"' in itself


def test_internal_items_are_neither_offered_nor_found_for_those_who_may_not_read_them(client: Client) -> None:
    inside = make_item(audience=Audience.INTERNAL, index_number="NB-2", item_type="project")

    page = client.get(NEW, {"item_type": "project_stage", "audience": "public", "entry": ""}).content.decode()

    assert 'list="projects"' in page and inside.index_number not in page


# --- shown and taken back ------------------------------------------------------------------------------------


def test_relation_of_a_draft_is_shown_and_taken_back(client: Client, agency: Agency, publisher: User) -> None:
    edition, old = draft_one(agency=agency, author=publisher), old_one(agency)
    relation = relate.relate(edition.item, RelationKind.REPLACES, old, actor=publisher)
    gone = {"relate-removed": relation.pk}

    shown = client.get(edit_url(edition)).content.decode()
    first = client.post(edit_url(edition), typed(**gone))
    again = client.post(edit_url(edition), typed(**gone))  # a double click

    assert f'name="relate-removed" value="{relation.pk}"' in shown and old.get_absolute_url() in shown
    assert (first.status_code, again.status_code) == (302, 302) and not stated()


def test_relation_in_a_stale_form_is_no_double_click(client: Client, agency: Agency, publisher: User) -> None:
    edition, old = draft_one(agency=agency, author=publisher), old_one(agency)
    client.post(edit_url(edition), typed())

    stale = client.post(edit_url(edition), typed(**{"relate-replaces": old.index_number}))

    page = stale.content.decode()
    assert stale.status_code == 409 and f"替代 {old.index_number}" in page
    assert f'value="{old.index_number}"' in page and not stated()


def test_relation_of_a_published_item_is_shown_and_stays(client: Client, agency: Agency, publisher: User) -> None:
    item, old = publish_one(agency=agency, author=publisher), old_one(agency)
    relation = relate.relate(item, RelationKind.REPLACES, old, actor=publisher)
    amend = reverse("admin:disclosure_item_amend", args=[item.pk])

    shown = client.get(amend).content.decode()
    forged = client.post(amend, amendment(**{"relate-removed": relation.pk}))

    assert "随即公开，不能取消" in shown and 'name="relate-removed"' not in shown
    assert forged.status_code == 200 and "它的关联不能取消" in forged.content.decode()
    assert len(stated()) == 1 and not item.editions.filter(number=2).exists()


def test_interpretation_is_taken_off_its_policy(client: Client, agency: Agency, publisher: User) -> None:
    policy = draft_one(agency=agency, author=publisher, item_type="normative")
    explanation = draft_one(agency=agency, author=publisher, item_type="interpretation", content={"title": "图解"})
    relation = relate.relate(explanation.item, RelationKind.INTERPRETS, policy.item, actor=publisher)

    shown = client.get(edit_url(policy)).content.decode()
    other_side = client.get(edit_url(explanation)).content.decode()
    client.post(edit_url(policy), typed(**{"relate-removed": relation.pk}))

    assert "本文件的解读" in shown and "图解" in shown and "解读的文件" in other_side
    assert not stated()


# --- the project of a stage ----------------------------------------------------------------------------------


def test_project_is_chosen_changed_and_left(client: Client, agency: Agency) -> None:
    first, second = make_project("甲桥工程"), make_project("乙桥工程")
    client.post(NEW, place(agency, "project_stage") | typed(**{"relate-project": "甲桥"}))
    edition = Edition.objects.get(item__state=ItemState.UNPUBLISHED)
    chosen = stated()

    page = client.get(edit_url(edition)).content.decode()
    kept = f"{first.index_number} {first.title}"
    client.post(edit_url(edition), typed(**{"relate-project": kept}))
    unchanged = stated()
    client.post(edit_url(edition), typed(lock_version=1, **{"relate-project": second.index_number}))
    changed = stated()
    client.post(edit_url(edition), typed(lock_version=2))

    assert f'value="{kept}"' in page and "送审必填" in page
    assert chosen == unchanged == [("belongs_to", edition.item, first)]
    assert changed == [("belongs_to", edition.item, second)] and stated() == []


def test_project_of_a_published_stage_stays(client: Client, agency: Agency, publisher: User) -> None:
    first, second = make_project("甲桥工程"), make_project("乙桥工程")
    stage = make_item(agency=agency, item_type="project_stage")
    relate.relate(stage, RelationKind.BELONGS_TO, first, actor=publisher)
    amend = reverse("admin:disclosure_item_amend", args=[stage.pk])

    refused = client.post(amend, amendment(**{"relate-project": second.index_number})).content.decode()

    assert "不能改变所属项目" in refused and stated() == [("belongs_to", stage, first)]


@pytest.mark.parametrize("count", [1, 3])
def test_form_costs_the_same_for_one_relation_and_three(
    client: Client, agency: Agency, publisher: User, count: int, django_assert_num_queries: Any
) -> None:
    edition = draft_one(agency=agency, author=publisher, item_type="project_stage")
    for number in range(count):
        relate.relate(edition.item, RelationKind.BELONGS_TO, make_project(f"{number}号桥"), actor=publisher)
        relate.relate(edition.item, RelationKind.AMENDS, old_one(agency), actor=publisher)
    client.get(edit_url(edition))

    with django_assert_num_queries(18):
        page = client.get(edit_url(edition)).content.decode()

    assert page.count('name="relate-removed"') == 2 * count - 1  # the first project stands in its own line
