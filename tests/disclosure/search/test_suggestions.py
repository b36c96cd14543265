import pytest

from disclosure.models import Item
from disclosure.search import Suggestion, index_item, suggest
from tests.factories import make_item

pytestmark = pytest.mark.django_db


def indexed(body: str = "正文", document_number: str = "") -> Item:
    item = make_item(edition={"body": f"<p>{body}</p>", "document_number": document_number})
    index_item(item)
    return item


def test_suggest_drops_one_term_at_a_time() -> None:
    indexed("预算 公开")
    indexed("预算")

    assert suggest("预算 公开 没有", Item.objects.all()) == [Suggestion("预算 公开", 1)]
    assert suggest("预算 没有", Item.objects.all()) == [Suggestion("预算", 2)]


def test_suggest_halves_a_long_phrase() -> None:
    indexed("农村道路")

    assert suggest("农村道路养护标准", Item.objects.all()) == [Suggestion("农村道路", 1)]


def test_suggest_names_the_nearest_document_numbers() -> None:
    for number in ("澄发〔2026〕3号", "澄发〔2026〕9号", "澄发〔2025〕7号", "澄办发〔2026〕8号"):
        indexed(document_number=number)

    assert suggest("澄发2026第8号", Item.objects.all()) == [
        Suggestion("澄发〔2026〕9号", 1),
        Suggestion("澄发〔2026〕3号", 1),
    ]


def test_suggest_stays_among_the_items_given() -> None:
    indexed("预算", document_number="澄发〔2026〕3号")

    assert suggest("预算 没有", Item.objects.none()) == []
    assert suggest("澄发〔2026〕4号", Item.objects.none()) == []
