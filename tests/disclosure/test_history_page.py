"""版本与登记 of an item: what each entry changed, and what is no longer offered where a text had to be deleted."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.models import Edition, Item
from disclosure.services import draft, redact
from govportal.permissions import Role
from tests.disclosure.doors import text_of
from tests.factories import make_member
from tests.factories.published import AT, publish_edition, publish_one, reread

pytestmark = pytest.mark.django_db


def amended() -> Item:
    """A public item of two editions."""
    item = publish_one()
    content = draft.Content(title="公示办法", body="<p>三个工作日。</p>", change_note="缩短公示期")
    publish_edition(reread(draft.add_edition(item, content, author=item.created_by, at=AT)))
    return Item.objects.get(pk=item.pk)


def redact_edition(item: Item, number: int) -> None:
    words: dict[str, Any] = {"ground": "含有个人信息", "basis": "条例第十五条", "explanation": "误将名单公开。"}
    actor = make_member(Role.APPROVER, item.agency)
    edition = Edition.objects.get(item=item, number=number)
    redact.redact(edition.pk, actor=actor, asked_by=item.created_by, at=AT, **words)


def page_of(item: Item, name: str = "item_history", *numbers: int) -> str:
    return text_of(Client().get(reverse(name, args=[item.slug, *numbers])))


def test_history_says_in_its_entries_what_was_changed() -> None:
    text = page_of(amended())

    assert text[text.index('id="entries"') :].count("缩短公示期") == 1
    assert "每一版都长期公开" in text


@pytest.mark.parametrize("number", [1, 2])
def test_history_of_a_redacted_edition_claims_and_offers_nothing_of_it(number: int) -> None:
    item = amended()
    redact_edition(item, number)

    history, shown = page_of(item), page_of(item, "item")

    assert "每一版都长期公开" not in history and "有的版本内容已依法删除，其余各版长期公开" in history
    assert "看改了哪里" not in shown and ("您看到的是现行文本" in shown) == (number == 1)
    assert "含有个人信息" in history


@pytest.mark.parametrize("number", [1, 2])
def test_edition_beside_a_redacted_one_is_compared_with_nothing(number: int) -> None:
    item = amended()
    redact_edition(item, number)

    assert "→" not in page_of(item, "item_diff", 2)


def test_entry_of_a_reviewed_edition_says_what_was_signed() -> None:
    item = publish_one()

    text = text_of(Client().get(reverse("log_entry", args=[1])))

    assert item.index_number in text and "审查时签署的是送审摘要" in text
