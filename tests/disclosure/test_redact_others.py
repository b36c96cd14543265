"""依法删除内容 and what holds the same words: discarded editions, an open draft, other public ones, the head."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from disclosure.enums import EditionState, ItemAction
from disclosure.models import Edition, EditionAttachment, Item
from disclosure.services import draft, motion, redact, review
from disclosure.services.verify_log import verify
from govportal.models import Attachment
from govportal.permissions import Role
from tests.database import refused
from tests.disclosure.admin.desks import signed_in, text
from tests.factories import make_attachment, make_member
from tests.factories.published import AT, publish_edition, publish_one

SECRET = "张三丰"
WORDS: dict[str, Any] = {
    "ground": "误公开个人信息",
    "basis": "《个人信息保护法》第四十七条",
    "explanation": "依法删除。",
}
HEAD = ("document_number", "topic", "issuer")
pytestmark = pytest.mark.django_db


def secret_item() -> Item:
    texts = {"body": f"<p>{SECRET}</p>", "document_number": f"{SECRET}1号", "topic": SECRET, "issuer": SECRET}
    return publish_one(content=texts)


def copied(item: Item, **values: Any) -> Edition:
    """The next edition as the form begins it: everything of the current one, with its file."""
    content = draft.Content(
        title=f"{SECRET}救助公示",
        body=f"<p>{SECRET}</p>",
        summary=SECRET,
        formed_on=date(2026, 2, 27),
        change_note=f"改{SECRET}的身份证号",
        extra={"note": SECRET},
        **values,
    )
    files = [(make_attachment(f"%PDF-1.7 {SECRET}".encode()), "附件")]
    return draft.add_edition(item, content, author=item.created_by, at=AT, attachments=files)


def do(edition: Edition, **values: Any) -> None:
    actor = make_member(Role.APPROVER, edition.item.agency)
    redact.redact(edition.pk, actor=actor, asked_by=edition.item.created_by, at=AT, **WORDS | values)


def current(item: Item) -> Edition:
    return Edition.objects.get(item=item, state=EditionState.PUBLISHED)


def test_discarded_copy_is_blanked_with_the_text(django_capture_on_commit_callbacks: Any) -> None:
    item = secret_item()
    copy = copied(item)
    review.discard(copy.pk, actor=item.created_by, at=AT)

    with django_capture_on_commit_callbacks(execute=True):
        do(current(item), new_title="救助公示")

    copy.refresh_from_db()
    held = [copy.title, copy.body, copy.summary, copy.keywords, copy.extra, copy.change_note]
    assert held == ["救助公示", "", "", [], {}, ""]
    assert not EditionAttachment.objects.filter(edition=copy).exists()
    assert not Attachment.objects.exists()
    assert verify().is_intact


def test_open_draft_stops_the_redaction_until_it_is_gone() -> None:
    item = secret_item()
    copy = copied(item)

    with pytest.raises(ValidationError, match="第2版"):
        do(current(item))
    review.discard(copy.pk, actor=item.created_by, at=AT)
    do(current(item))

    assert current(item).redacted_by_entry_id


def test_head_goes_with_a_title_that_must_go() -> None:
    item = secret_item()

    do(current(item), new_title="救助公示")

    edition = current(item)
    item.refresh_from_db()
    assert [getattr(edition, name) for name in HEAD] == ["", "", ""]
    assert (item.title, item.document_number, item.topic) == ("救助公示", "", "")
    assert verify().is_intact


def test_head_stays_with_a_title_that_stays() -> None:
    item = secret_item()

    do(current(item))

    edition = current(item)
    assert [getattr(edition, name) for name in HEAD] == [f"{SECRET}1号", SECRET, SECRET]
    assert verify().is_intact


def test_change_note_goes_with_the_text() -> None:
    item = secret_item()
    publish_edition(copied(item))
    second = Edition.objects.get(item=item, number=2)

    do(second)

    second.refresh_from_db()
    assert (second.change_note, second.title) == ("", f"{SECRET}救助公示")
    assert verify().is_intact


@pytest.mark.parametrize("column", [*HEAD, "change_note"])
def test_door_of_the_trigger_lets_the_head_be_blanked_and_not_rewritten(column: str) -> None:
    item = secret_item()
    entry = item.log_entries.get()
    blanked = "body = '', summary = '', keywords = '[]', extra = '{}', redacted_by_entry_id = %s"

    assert refused(f"UPDATE disclosure_edition SET {blanked}, {column} = 'x' WHERE item_id = %s", entry.pk, item.pk)
    assert not refused(f"UPDATE disclosure_edition SET {blanked}, {column} = '' WHERE item_id = %s", entry.pk, item.pk)


def test_pages_name_the_other_editions() -> None:
    item = secret_item()
    publish_edition(copied(item))
    asker = make_member(Role.PUBLISHER, item.agency)
    first = Edition.objects.get(item=item, number=1)

    ask_page = text(signed_in(asker).get(reverse("admin:disclosure_item_ask", args=[item.pk, "redact"])))
    asked = motion.ask(item.pk, ItemAction.REDACT, actor=asker, at=AT, edition=first, **WORDS)
    copied(item)
    approver = make_member(Role.APPROVER, item.agency)
    page = text(signed_in(approver).get(reverse("admin:disclosure_motion_change", args=[asked.pk])))

    assert "已公开的第1、2版" in ask_page
    assert "已公开的第2版" in page and "还有一个未公开的版本（第3版）" in page
