from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disclosure.enums import Audience, ItemState
from disclosure.models import BestBet, Item, Synonym
from disclosure.search import count_hits, index_item, index_items, remove_item, search
from disclosure.search.tokens import line
from tests.factories import make_edition, make_item

pytestmark = pytest.mark.django_db


def indexed(title: str = "通知", body: str = "<p>正文</p>", state: ItemState = ItemState.LIVE, **edition: Any) -> Item:
    item = make_item(state=state, edition={"title": title, "body": body, **edition})
    index_item(item)
    return item


def found(query: str) -> list[Item]:
    return list(search(query, Item.objects.visible_to(AnonymousUser())))


def test_search_finds_a_word_of_every_part() -> None:
    item = indexed(
        title="甲题",
        body="<p>乙文&amp;<b>丙</b>段</p>",
        summary="丁述",
        document_number="戊发〔2026〕1号",
        keywords=["己词"],
        extra={"materials": [{"name": "庚证", "copies": 3}], "contact": "辛室"},
    )

    for word in ("甲题", "乙文", "丙段", "丁述", "戊发", "己词", "庚证", "辛室", item.index_number):
        assert found(word) == [item], word


def test_search_finds_a_choice_by_its_label_and_no_key() -> None:
    steps = [{"key": "stepkey", "name": "受理", "next": ["stepkey"]}]
    drawing = make_item(item_type="interpretation", edition={"extra": {"form": "figure"}})
    power = make_item(item_type="power", edition={"extra": {"power_kind": "licence", "steps": steps}})
    index_items([drawing.pk, power.pk])

    assert (found("图解"), found("行政许可"), found("受理")) == ([drawing], [power], [power])
    assert (found("figure"), found("licence"), found("stepkey")) == ([], [], [])


def test_index_is_the_same_whatever_language_the_publisher_reads() -> None:
    item = make_item(item_type="interpretation", edition={"extra": {"form": "figure"}})

    with override("en"):
        index_item(item)

    assert found("图解") == [item]


def test_search_of_a_blank_query_gives_all_newest_first() -> None:
    older = indexed(published_on=date(2025, 1, 1))
    newer = indexed(published_on=date(2026, 1, 1))

    assert found("  ") == [newer, older]


def test_search_needs_every_term_anywhere() -> None:
    both = indexed(title="预算", body="<p>公开</p>")
    indexed(title="预算")

    assert found("预算 公开") == [both]


def test_search_finds_a_phrase_only_unbroken() -> None:
    phrase = indexed(body="<p>依法行政</p>")
    indexed(body="<p>依法，行政</p>")
    indexed(body="<p>依法</p><p>行政</p>")

    assert found("依法行政") == [phrase]


@pytest.mark.parametrize("query", ["5", "５"])
def test_search_finds_a_number_only_whole(query: str) -> None:
    whole = indexed(body="<p>第5条</p>")
    indexed(body="<p>15 2005 4.5</p>")

    assert found(query) == [whole]


@pytest.mark.parametrize(
    "query",
    ['"', "'", "%", "*", "-", "a OR b", "NEAR(", "^x", "x:y", "; DROP TABLE x", "\\", "{a}", "(", "政府 AND", "\x00"],
)
def test_search_takes_operators_as_text(query: str) -> None:
    indexed(body="<p>政府</p>")

    assert found(query) == []


def test_search_of_percent_is_no_pattern() -> None:
    item = indexed(body="<p>增长3.5％</p>")

    assert found("3.5%") == [item]
    assert found("%") == [item]
    assert found("3%") == []


def test_search_ranks_number_then_bet_then_title_then_newest() -> None:
    long_ago = date(2020, 1, 1)
    number = indexed(document_number="澄发〔2026〕8号", published_on=long_ago)
    bet = indexed(title="其他", published_on=long_ago)
    title = indexed(title="转发澄发〔2026〕8号", published_on=long_ago)
    newer = indexed(body="<p>见澄发〔2026〕8号</p>", published_on=date(2026, 1, 1))
    older = indexed(body="<p>见澄发〔2026〕8号</p>", published_on=date(2025, 1, 1))
    same_day = indexed(body="<p>见澄发〔2026〕8号</p>", published_on=date(2025, 1, 1))
    BestBet.objects.create(query="澄发[2026]8号", item=bet)

    assert found("澄发（2026）8号") == [number, bet, title, newer, same_day, older]


def test_search_keeps_best_bets_in_their_order() -> None:
    first, second = indexed(title="其一"), indexed(title="其二")
    BestBet.objects.create(query="社保", item=second, position=2)
    BestBet.objects.create(query="社保", item=first, position=1)

    assert found("社保") == [first, second]
    assert found("社保 其二") == []


def test_search_finds_the_official_term_of_an_active_synonym() -> None:
    Synonym.objects.all().delete()
    synonym = Synonym.objects.create(word="低保", term="最低生活保障")
    official = indexed(body="<p>最低生活保障标准</p>")

    assert found("低保标准") == [official]
    synonym.is_active = False
    synonym.save()
    assert found("低保标准") == []


@pytest.mark.parametrize("form", ["{}", " {} "])
def test_search_finds_an_index_number_and_its_address(form: str) -> None:
    item = indexed()
    indexed(body=f"<p>参见{item.index_number}</p>", published_on=date(2027, 1, 1))

    assert found(form.format(item.index_number))[0] == item
    assert found(form.format(item.slug))[0] == item


def test_search_for_a_year_finds_no_index_number_of_it() -> None:
    indexed()

    assert found("2026") == []


def test_search_keeps_the_filters_of_its_items() -> None:
    wanted = indexed(body="<p>政府</p>")
    other = indexed(body="<p>政府</p>")

    hits = search("政府", Item.objects.filter(agency=wanted.agency))

    assert list(hits) == [wanted]
    assert list(search("政府", Item.objects.all()).filter(pk=other.pk)) == [other]


@pytest.mark.parametrize("few_hits", [0, 2_000])
def test_search_orders_alike_whether_hits_are_few_or_many(monkeypatch: pytest.MonkeyPatch, few_hits: int) -> None:
    monkeypatch.setattr("disclosure.search.FEW_HITS", few_hits)
    Synonym.objects.create(word="测试俗称", term="行政机关")
    bodies = [indexed(body="<p>行政机关、政府</p>", published_on=date(2026, 1, n)) for n in range(1, 4)]
    title = indexed(title="政府行政机关", published_on=date(2020, 1, 1))

    for query in ("政府", "机", "行政机关", "测试俗称", "政府 行政机关", "测试俗称 政府"):
        hits = search(query, Item.objects.visible_to(AnonymousUser()))
        assert list(hits) == [title, *reversed(bodies)], query
        assert list(hits[1:3]) == [bodies[2], bodies[1]]
        assert hits.count() == 4


def test_count_hits_is_exact_up_to_the_limit() -> None:
    for _n in range(3):
        indexed(body="<p>政府</p>")
    hits = search("政府", Item.objects.all())

    assert count_hits(hits) == (3, False)
    assert count_hits(hits, limit=3) == (3, False)
    assert count_hits(hits, limit=2) == (2, True)


@pytest.mark.parametrize("state", [ItemState.WITHDRAWN, ItemState.TERMINATED])
def test_index_leaves_out_closed_items(state: ItemState) -> None:
    indexed(body="<p>政府</p>", state=state)

    assert list(search("政府", Item.objects.all())) == []


def test_index_leaves_out_internal_items() -> None:
    item = make_item(audience=Audience.INTERNAL, edition={"body": "<p>政府</p>"})

    index_item(item)

    assert list(search("政府", Item.objects.all())) == []


def test_index_item_again_replaces_the_old_text() -> None:
    item = indexed(body="<p>旧文</p>")
    make_edition(item, body="<p>新文</p>")

    index_item(item)

    assert found("旧文") == []
    assert found("新文") == [item]


def test_remove_item_takes_it_out() -> None:
    item = indexed(body="<p>政府</p>")

    remove_item(item)

    assert list(search("政府", Item.objects.all())) == []


def test_index_items_counts_what_is_searchable() -> None:
    items = [make_item(), make_item(state=ItemState.UNPUBLISHED)]

    assert index_items(item.pk for item in items) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["公", "开", "政", "5", "15", "ph", "%", "4.5"]), min_size=1, max_size=12), st.data())
def test_search_finds_any_run_of_tokens(tokens: list[str], data: st.DataObject) -> None:
    item = indexed(body=f"<p>{' '.join(tokens)}</p>")
    start = data.draw(st.integers(0, len(tokens) - 1))
    end = data.draw(st.integers(start + 1, len(tokens)))
    phrase = " ".join(tokens[start:end])

    hits = search(f"“{phrase}”", Item.objects.filter(pk=item.pk))

    assert line(phrase) in line(" ".join(tokens))
    assert list(hits) == [item]
