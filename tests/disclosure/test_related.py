"""What stands to an item on its page, and what an interpretation says of a text that ended or changed since."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from disclosure.enums import Audience, ItemState, RelationKind
from disclosure.models import Item, Relation
from disclosure.related import interpretations_left
from govportal.now import now, today
from tests.disclosure.doors import text_of
from tests.factories import make_edition, make_item
from tests.markup import faults

pytestmark = pytest.mark.django_db


def page_of(item: Item) -> str:
    return text_of(Client().get(item.get_absolute_url()))


def make_pair(**values: Any) -> tuple[Item, Item]:
    """A policy and the public interpretation of it."""
    policy = make_item(edition={"title": "公示办法", "body": "<p>秘而不宣</p>"}, **values)
    reading = make_item(edition={"title": "办法解读"}, item_type="interpretation")
    Relation.objects.create(source=reading, kind=RelationKind.INTERPRETS, target=policy)
    return policy, reading


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ItemState.WITHDRAWN, "所解读的文件已撤回"),
        (ItemState.TERMINATED, "所解读的文件已终止公开"),
        (ItemState.VOID, "所解读的文件已废止"),
        (ItemState.EXPIRED, "所解读的文件已失效"),
        (ItemState.PARTLY_VOID, "所解读的文件已部分失效"),
    ],
)
def test_interpretation_of_an_ended_text_says_so_and_leads_to_the_notice(state: ItemState, words: str) -> None:
    policy, reading = make_pair(state=state, closed_at=now())

    text = page_of(reading)

    assert f"<h2>{words}</h2>" in text and f'datetime="{today().isoformat()}"' in text
    assert text.count(f'href="{policy.get_absolute_url()}"') == 2
    assert "秘而不宣" not in text and str(policy.get_state_display()) in text
    assert Client().get(policy.get_absolute_url()).status_code == 200
    assert not faults(text)


def test_interpretation_of_a_text_past_its_last_day_says_so() -> None:
    policy, reading = make_pair()
    Item.objects.filter(pk=policy.pk).update(expires_on=today() - timedelta(days=1))

    assert "所解读的文件已失效" in page_of(reading)


def test_interpretation_of_a_text_in_force_says_nothing() -> None:
    policy, reading = make_pair()
    Item.objects.filter(pk=policy.pk).update(expires_on=today())

    assert "所解读的文件已" not in page_of(reading)


def test_interpretation_older_than_the_text_in_force_names_the_edition_it_is_of() -> None:
    policy, reading = make_pair()
    make_edition(policy, title="公示办法", published_at=now() + timedelta(hours=1), change_note="延长")

    text = page_of(reading)

    assert "所解读的文件已修改" in text and "本解读针对第1版" in text

    make_edition(reading, title="办法解读", published_at=now() + timedelta(hours=2), change_note="依新版解读")
    assert "所解读的文件已" not in page_of(reading)


def test_withdrawn_interpretation_stays_named_with_its_state() -> None:
    policy, reading = make_pair()
    Item.objects.filter(pk=reading.pk).update(state=ItemState.WITHDRAWN)

    text = page_of(policy)

    assert reading.get_absolute_url() in text and "已撤回" in text
    assert "所解读的文件" not in text


def test_withdrawn_correction_corrects_nothing() -> None:
    item = make_item(edition={"title": "办法"})
    notice = make_item(item_type="correction", edition={"title": "更正公告"}, state=ItemState.WITHDRAWN)
    Relation.objects.create(source=notice, kind=RelationKind.CORRECTS, target=item)

    text = page_of(item)

    assert "本信息有更正" not in text and "更正公告" in text


def test_internal_and_unpublished_items_stay_unnamed() -> None:
    item = make_item(edition={"title": "办法"})
    hidden = [
        make_item(edition={"title": "内部纪要"}, audience=Audience.INTERNAL, state=ItemState.WITHDRAWN),
        make_item(state=ItemState.UNPUBLISHED, title="未公开的草稿"),
    ]
    for other in hidden:
        Relation.objects.create(source=item, kind=RelationKind.INTERPRETS, target=other)

    text = page_of(item)

    assert "内部纪要" not in text and "未公开的草稿" not in text and "所解读的文件" not in text


@pytest.mark.parametrize("count", [1, 3])
def test_page_with_relations_costs_ten_statements(count: int, django_assert_max_num_queries: Any) -> None:
    reading = make_item(edition={"title": "解读"}, item_type="interpretation")
    for number in range(count):
        policy = make_item(edition={"title": f"办法{number}", "formed_on": date(2026, 1, 1)}, state=ItemState.VOID)
        Relation.objects.create(source=reading, kind=RelationKind.INTERPRETS, target=policy)
        Relation.objects.create(source=policy, kind=RelationKind.REPLACES, target=reading)

    with django_assert_max_num_queries(10):
        assert page_of(reading).count("所解读的文件已废止") == count


def test_interpretations_left_are_those_still_in_force() -> None:
    policy, reading = make_pair()
    gone = make_item(edition={"title": "旧解读"}, item_type="interpretation", state=ItemState.WITHDRAWN)
    Relation.objects.create(source=gone, kind=RelationKind.INTERPRETS, target=policy)

    assert interpretations_left(policy) == [reading]
