"""恢复公开: what was ended is public again, and its page says that it was away."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from disclosure.enums import ItemAction, ItemState, LogKind
from disclosure.models import Item, LogEntry
from disclosure.search import search
from disclosure.services import close, restore
from disclosure.services.verify_log import verify
from govportal.models import AuditEvent, PublicRevision
from govportal.permissions import Role
from tests.factories import make_member, make_user
from tests.factories.published import publish_one

AT = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
WORDS: dict[str, Any] = {"ground": "核实无误", "basis": "《条例》第五条", "explanation": "经核实内容无误，恢复公开。"}
pytestmark = pytest.mark.django_db


def ended(action: ItemAction = ItemAction.WITHDRAW, **values: Any) -> Item:
    item = publish_one(**values)
    words = close.Closing(action=action, ground="待核实", basis="《条例》第六条", explanation="内容待核实。")
    close.close(item.pk, words, actor=make_member(Role.APPROVER, item.agency), asked_by=item.created_by, at=AT)
    item.refresh_from_db()
    return item


@pytest.mark.parametrize("action", close.CLOSING_ACTIONS)
def test_restore_brings_back_every_ended_item(action: ItemAction) -> None:
    item = ended(action, content={"title": "惠农补贴公示办法"})
    number = PublicRevision.objects.count()

    entry = restore.restore(
        item.pk, actor=make_member(Role.APPROVER, item.agency), asked_by=item.created_by, at=AT, **WORDS
    )

    item.refresh_from_db()
    assert (item.state, item.closed_at, item.closing_ground, item.replaced_by) == (ItemState.LIVE, None, "", None)
    assert (item.closing_basis, item.closing_explanation) == ("", "")
    assert (entry.kind, LogEntry.objects.filter(item=item).count()) == (LogKind.RESTORE, 3)
    assert list(search("惠农补贴", Item.objects.all())) == [item]
    assert PublicRevision.objects.count() > number
    assert AuditEvent.objects.filter(action="item.restore", subject_id=str(item.pk)).count() == 1
    assert verify().is_intact


def test_restored_page_shows_text_and_why_it_was_restored() -> None:
    item = ended()

    restore.restore(item.pk, actor=make_member(Role.APPROVER, item.agency), asked_by=item.created_by, at=AT, **WORDS)

    shown = Client().get(item.get_absolute_url()).content.decode()
    for word in ("公示期不少于", "恢复公开", "经核实内容无误，恢复公开。", "《条例》第五条"):
        assert word in shown


def test_restore_of_a_live_item_is_refused() -> None:
    item = publish_one()

    with pytest.raises(ValidationError, match="不能恢复公开"):
        restore.restore(
            item.pk, actor=make_member(Role.APPROVER, item.agency), asked_by=item.created_by, at=AT, **WORDS
        )


def test_restore_of_what_the_clock_would_end_again_is_refused() -> None:
    item = ended(ItemAction.EXPIRE, content={"title": "办法", "expires_on": date(2026, 4, 30)})

    with pytest.raises(ValidationError, match="有效期至 2026-04-30"):
        restore.restore(
            item.pk, actor=make_member(Role.APPROVER, item.agency), asked_by=item.created_by, at=AT, **WORDS
        )


@pytest.mark.parametrize("missing", ["ground", "basis", "explanation"])
def test_restore_without_words_is_refused(missing: str) -> None:
    item = ended()

    with pytest.raises(ValidationError, match="事由、依据和说明"):
        restore.restore(
            item.pk,
            actor=make_member(Role.APPROVER, item.agency),
            asked_by=item.created_by,
            at=AT,
            **(WORDS | {missing: ""}),
        )


def test_restore_without_the_role_is_refused_superuser_included() -> None:
    item = ended()

    for nobody in (make_user(is_superuser=True), make_member(Role.PUBLISHER, item.agency), make_member(Role.APPROVER)):
        with pytest.raises(ValidationError, match="审定人"):
            restore.restore(item.pk, actor=nobody, asked_by=item.created_by, at=AT, **WORDS)

    assert LogEntry.objects.filter(item=item).count() == 2


def test_restore_by_who_asked_is_refused() -> None:
    item = ended()
    both = make_member(Role.APPROVER, item.agency)

    with pytest.raises(ValidationError, match="申请人不能决定自己的申请"):
        restore.restore(item.pk, actor=both, asked_by=both, at=AT, **WORDS)


def test_restore_that_nobody_asked_for_is_refused() -> None:
    item = ended()

    with pytest.raises(ValidationError, match="须由一人申请、另一人决定"):
        restore.restore(item.pk, actor=make_member(Role.APPROVER, item.agency), asked_by=None, at=AT, **WORDS)

    assert LogEntry.objects.filter(item=item).count() == 2


def test_restore_judges_by_the_day_it_is_given() -> None:
    item = ended(ItemAction.EXPIRE, content={"title": "办法", "expires_on": AT.date()})
    approver = make_member(Role.APPROVER, item.agency)

    with pytest.raises(ValidationError, match="已经届满"):
        restore.restore(item.pk, actor=approver, asked_by=item.created_by, at=AT + timedelta(days=1), **WORDS)
    restore.restore(item.pk, actor=approver, asked_by=item.created_by, at=AT, **WORDS)

    item.refresh_from_db()
    assert item.state == ItemState.LIVE
