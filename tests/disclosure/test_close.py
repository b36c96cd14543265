"""The end of a published text: from which states, by whom, and what stays of it in public."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from disclosure import workflow
from disclosure.enums import ItemAction, ItemState, LogKind
from disclosure.models import Item, LogEntry
from disclosure.search import search
from disclosure.services import close, remark
from disclosure.services.verify_log import verify
from govportal.models import AuditEvent, PublicRevision, User
from govportal.permissions import Role
from tests.factories import make_member
from tests.factories.published import publish_one

AT = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def closing(action: ItemAction, **values: Any) -> close.Closing:
    words: dict[str, Any] = {
        "ground": "内容有误",
        "basis": "《条例》第六条",
        "explanation": "第三条的日期有误，另行公布。",
    } | values
    return close.Closing(action=action, **words)


def approver(item: Item) -> User:
    return make_member(Role.APPROVER, item.agency)


@pytest.mark.parametrize("action", close.CLOSING_ACTIONS)
def test_close_writes_one_entry_and_says_why(action: ItemAction) -> None:
    item = publish_one()
    number = PublicRevision.objects.count()

    entry = close.close(item.pk, closing(action), actor=approver(item), asked_by=item.created_by, at=AT)

    item.refresh_from_db()
    assert item.state == workflow.ITEM[action].target
    assert (item.closed_at, item.closing_ground, item.closing_basis) == (AT, "内容有误", "《条例》第六条")
    assert LogEntry.objects.filter(item=item).count() == 2
    assert (entry.kind, entry.note, entry.explanation) == (
        workflow.ITEM[action].kind,
        item.closing_ground,
        item.closing_explanation,
    )
    assert AuditEvent.objects.filter(action=f"item.{entry.kind}").count() == 1
    assert PublicRevision.objects.count() > number
    assert verify().is_intact


@pytest.mark.parametrize("state", [state for state in ItemState if state != ItemState.UNPUBLISHED])
@pytest.mark.parametrize("action", close.CLOSING_ACTIONS)
def test_close_from_each_state_is_what_the_table_says(state: ItemState, action: ItemAction) -> None:
    item = publish_one()
    Item.objects.filter(pk=item.pk).update(state=state)
    item.refresh_from_db()

    reasons = close.reasons_against(item, closing(action), approver(item), asked_by=item.created_by)

    assert bool(reasons) == (workflow.next_item_state(state, action) is None)


@pytest.mark.parametrize("missing", ["ground", "basis", "explanation"])
def test_close_without_words_is_refused(missing: str) -> None:
    item = publish_one()

    with pytest.raises(ValidationError, match="事由、依据和说明"):
        close.close(
            item.pk,
            closing(ItemAction.WITHDRAW, **{missing: " "}),
            actor=approver(item),
            asked_by=item.created_by,
            at=AT,
        )

    assert LogEntry.objects.filter(item=item).count() == 1


def test_close_by_another_verb_is_refused() -> None:
    item = publish_one()

    with pytest.raises(ValidationError, match="不是结束公开的事项"):
        close.close(item.pk, closing(ItemAction.RESTORE), actor=None, at=AT)


def test_withdrawn_item_leaves_search_and_its_address_tells_all() -> None:
    item, other = publish_one(content={"title": "惠农补贴公示办法"}), publish_one()
    words = closing(ItemAction.WITHDRAW, replacement=other)

    close.close(item.pk, words, actor=approver(item), asked_by=item.created_by, at=AT)

    page = Client().get(item.get_absolute_url())
    shown = page.content.decode()
    assert page.status_code == 200
    for word in (
        "本信息已撤回",
        "内容有误",
        "《条例》第六条",
        "第三条的日期有误，另行公布。",
        other.get_absolute_url(),
    ):
        assert word in shown
    assert "公示期不少于" not in shown
    assert list(search("惠农补贴", Item.objects.all())) == []


def test_partly_void_text_stays_in_search_with_its_mark() -> None:
    item = publish_one(content={"title": "惠农补贴公示办法"})

    close.close(item.pk, closing(ItemAction.PARTLY_VOID), actor=approver(item), asked_by=item.created_by, at=AT)

    assert "本文件部分失效" in Client().get(item.get_absolute_url()).content.decode()
    assert list(search("惠农补贴", Item.objects.all())) == [item]


def test_void_after_expiry_is_another_entry() -> None:
    item = publish_one()
    close.close(item.pk, closing(ItemAction.EXPIRE), actor=None, at=AT)

    close.close(item.pk, closing(ItemAction.VOID), actor=approver(item), asked_by=item.created_by, at=AT)

    kinds = LogEntry.objects.filter(item=item).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == [LogKind.PUBLISH, LogKind.EXPIRE, LogKind.VOID]
    assert verify().is_intact


def test_close_that_nobody_asked_for_is_refused() -> None:
    item = publish_one()

    with pytest.raises(ValidationError, match="须由一人申请、另一人决定"):
        close.close(item.pk, closing(ItemAction.WITHDRAW), actor=approver(item), at=AT)

    item.refresh_from_db()
    assert item.state == ItemState.LIVE


def test_close_by_who_asked_is_refused() -> None:
    item = publish_one()
    both = approver(item)

    with pytest.raises(ValidationError, match="申请人不能决定自己的申请"):
        close.close(item.pk, closing(ItemAction.WITHDRAW), actor=both, asked_by=both, at=AT)


@pytest.mark.parametrize("asker", ["nobody", "the decider himself"])
def test_remark_is_asked_by_one_and_decided_by_another(asker: str) -> None:
    item = publish_one()
    actor = approver(item)

    with pytest.raises(ValidationError, match=r"另一人决定|自己的申请"):
        remark.remark(item.pk, actor=actor, asked_by=None if asker == "nobody" else actor, at=AT, text="附注")

    assert LogEntry.objects.filter(item=item).count() == 1


@pytest.mark.django_db
def test_close_by_the_clock_withdraws_nothing() -> None:
    item = publish_one()
    closing = close.Closing(action=ItemAction.WITHDRAW, ground="事由", basis="依据", explanation="说明")

    with pytest.raises(ValidationError, match="须由一人申请、另一人决定"):
        close.close(item.pk, closing, actor=None, at=AT)
