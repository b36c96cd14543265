"""依法删除内容: after it no door holds the text any more, and the log still proves what was there."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from disclosure.enums import ItemAction, ItemState, LogKind
from disclosure.models import Edition, EditionAttachment, EditionBuffer, Item, LogEntry, SupportingRecord
from disclosure.search import index
from disclosure.services import close, draft, redact
from disclosure.services.verify_log import verify
from disclosure.types import ITEM_TYPES
from govportal import pagecache
from govportal.models import Attachment, AuditEvent
from govportal.now import now
from govportal.permissions import Role
from tests.disclosure.doors import text_of
from tests.disclosure.test_doors import MACHINE_LISTS, OTHER_DOORS, PAGE_LISTS
from tests.factories import make_attachment, make_item, make_member, make_user
from tests.factories.published import draft_one, publish_edition, publish_one

AT = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
WORDS: dict[str, Any] = {
    "ground": "误公开个人信息",
    "basis": "《个人信息保护法》第四十七条",
    "explanation": "应当事人要求依法删除。",
}
SECRET = "张三丰"
pytestmark = pytest.mark.django_db


def secret_item(**values: Any) -> Item:
    """A public item whose title, text, summary, keywords, extra fields and file all name somebody."""
    content = {
        "title": f"{SECRET}救助情况公示",
        "body": f"<p>{SECRET}，身份证号码见附件。</p>",
        "summary": f"关于{SECRET}",
        "keywords": [SECRET],
    }
    edition = draft_one(content=content | values.pop("content", {}), **values)
    stored = make_attachment(f"%PDF-1.7 {SECRET}".encode())
    EditionAttachment.objects.create(edition=edition, attachment=stored, title=f"{SECRET}的附件")
    publish_edition(edition)
    return Item.objects.get(pk=edition.item_id)


def amended(item: Item, **values: Any) -> Item:
    texts: dict[str, Any] = {"title": "救助情况公示", "body": "<p>更正后的正文。</p>", "formed_on": date(2026, 2, 27)}
    content = draft.Content(**texts | values, change_note="隐去姓名")
    publish_edition(draft.add_edition(item, content, author=item.created_by, at=AT))
    return Item.objects.get(pk=item.pk)


def do(edition: Edition | None, **values: Any) -> LogEntry:
    assert edition is not None
    actor = values.pop("actor", None) or make_member(Role.APPROVER, edition.item.agency)
    values = {"asked_by": edition.item.created_by} | WORDS | values
    return redact.redact(edition.pk, actor=actor, at=AT, **values)


def stored_file(edition: Edition | None) -> tuple[Attachment, Path]:
    assert edition is not None
    attachment = edition.attachments.get().attachment
    return attachment, Path(attachment.file.path)


@pytest.fixture
def _fresh_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page cache looks at the revision for every page, as it does half a second later."""
    monkeypatch.setattr(pagecache, "REVISION_SECONDS", 0)


def test_redaction_blanks_the_text_and_keeps_digest_and_reason() -> None:
    item = secret_item()
    digest = item.current_edition.digest  # type: ignore[union-attr]

    entry = do(item.current_edition, new_title="救助情况公示")

    edition = Edition.objects.get(item=item)
    assert (edition.body, edition.summary, edition.keywords, edition.extra) == ("", "", [], {})
    assert (edition.title, edition.digest, edition.redacted_by_entry) == ("救助情况公示", digest, entry)
    assert (entry.kind, entry.content_digest, entry.note) == (LogKind.REDACT, digest, WORDS["ground"])
    assert LogEntry.objects.filter(item=item).count() == 2
    item.refresh_from_db()
    assert (item.state, item.title) == (ItemState.LIVE, "救助情况公示")
    assert list(index.stored_rows([item.pk])) == list(index.expected_rows([item.pk]))
    assert verify().is_intact


def test_redaction_leaves_no_trace_in_the_audit_trail() -> None:
    item = secret_item()

    do(item.current_edition, new_title="救助情况公示")

    event = AuditEvent.objects.get(action="item.redact")
    told = f"{event.subject_name}{event.before}{event.after}{event.note}{event.basis}"
    assert SECRET not in told
    assert event.after["edition"] == 1


def test_title_stays_unless_a_new_one_is_given() -> None:
    item = publish_one(content={"title": "救助情况公示"})

    do(item.current_edition)

    item.refresh_from_db()
    assert item.title == "救助情况公示"
    assert verify().is_intact


def doors_of(item: Item) -> list[str]:
    """Every public address at which an item is shown or listed: the lists are those of the door matrix."""
    lists = {**PAGE_LISTS, **MACHINE_LISTS}
    listed = [reverse(name, args=args) for name, (args, _query, _types) in lists.items() if name != "agency"]
    queries = [f"{reverse(name)}?q={SECRET}" for name in ("search", "items", "items_csv", "api_items")]
    numbers = list(item.editions.values_list("number", flat=True))
    sequences = list(item.log_entries.values_list("sequence", flat=True))
    return [
        *listed,
        *queries,
        *(reverse(name) for name, args in OTHER_DOORS.items() if not args),
        *(reverse(name) for name in ("log", "log_export", "api_log")),
        *(reverse(name, args=[number]) for name in ("log_entry", "log_payload") for number in sequences),
        *(reverse(name, args=[item.slug]) for name in ("item", "item_history", "api_item")),
        *(reverse("item_diff", args=[item.slug, number]) for number in numbers),
        reverse("agency", args=[item.agency.code]),
    ]


def holding(addresses: list[str], word: str) -> dict[str, int]:
    """The addresses whose answer holds the word, and whose answer is no 200. The query itself is not counted."""
    found = {}
    for address in addresses:
        response = Client().get(address)
        text = text_of(response).replace(f"q={quote(word)}", "")
        told = text.count(word) - text.count(f'value="{word}"') - text.count(f"“{word}”")
        if told or response.status_code != 200:
            found[address] = response.status_code
    return found


@pytest.mark.usefixtures("_fresh_pages")
def test_no_door_holds_the_text_any_more() -> None:
    item = secret_item()
    attachment, path = stored_file(item.current_edition)
    files = reverse("attachment", args=[attachment.pk, attachment.name])
    content = reverse("edition_content", args=[item.slug, 1])
    shown_before = holding([*doors_of(item), files, content], SECRET)

    do(item.current_edition, new_title="救助情况公示")

    assert {reverse("item", args=[item.slug]), reverse("home"), content, files} <= shown_before.keys()
    assert holding(doors_of(item), SECRET) == {}
    assert [Client().get(address).status_code for address in (files, content)] == [404, 404]
    assert path.exists()  # until the commit


@pytest.mark.usefixtures("_fresh_pages")
def test_difference_with_a_redacted_edition_is_gone_from_its_neighbours() -> None:
    item = amended(secret_item())
    first = item.editions.get(number=1)
    difference = reverse("item_diff", args=[item.slug, 2])
    before = text_of(Client().get(difference))

    do(first, new_title="救助情况公示")

    assert SECRET in before
    assert holding(doors_of(item), SECRET) == {}
    assert "前一版的内容已依法删除" in text_of(Client().get(difference))
    item.refresh_from_db()
    assert item.current_edition.body == "<p>更正后的正文。</p>"  # type: ignore[union-attr]
    assert verify().is_intact


@pytest.mark.parametrize("action", [None, ItemAction.WITHDRAW, ItemAction.VOID, ItemAction.EXPIRE])
def test_page_says_when_why_and_by_what_right(action: ItemAction | None) -> None:
    item = secret_item()
    if action:
        words = close.Closing(action=action, ground="待核实", basis="《条例》第六条", explanation="内容待核实。")
        close.close(item.pk, words, actor=make_member(Role.APPROVER, item.agency), asked_by=item.created_by, at=AT)

    entry = do(item.current_edition, new_title="救助情况公示")

    pages = [item.get_absolute_url()]
    if action != ItemAction.WITHDRAW:
        pages += [reverse("item_diff", args=[item.slug, 1]), reverse("log_entry", args=[entry.sequence])]
        for page in pages:
            response = Client().get(page)
            shown = text_of(response)
            assert response.status_code == 200
            for word in ("2026", WORDS["ground"], WORDS["basis"]):
                assert word in shown
        assert WORDS["explanation"] in text_of(Client().get(pages[0]))
    assert SECRET not in text_of(Client().get(pages[0]))
    assert verify().is_intact


@pytest.mark.parametrize("item_type", sorted(ITEM_TYPES))
def test_lists_of_every_type_bear_an_edition_without_its_fields(item_type: str) -> None:
    """Rows of powers, leaders or projects lose the very fields their tables are made of."""
    extra = {"name": SECRET, "party": SECRET, "power_kind": "licence", "hospitality": [{"item": SECRET}]}
    item = make_item(item_type=item_type, edition={"title": f"{SECRET}公示", "extra": extra, "category": "duties"})

    with transaction.atomic():
        do(item.current_edition, new_title="公示")

    assert holding(doors_of(item), SECRET) == {}


def test_files_are_gone_from_the_disk_after_the_commit(django_capture_on_commit_callbacks: Any) -> None:
    item = secret_item()
    attachment, path = stored_file(item.current_edition)

    with django_capture_on_commit_callbacks(execute=True):
        do(item.current_edition)

    assert not path.exists()
    assert not Attachment.objects.filter(pk=attachment.pk).exists()
    assert not EditionAttachment.objects.filter(edition=item.current_edition).exists()


@pytest.mark.parametrize("keeper", ["edition", "record", "same bytes"])
def test_file_that_something_else_names_stays(keeper: str, django_capture_on_commit_callbacks: Any) -> None:
    item = secret_item()
    attachment, path = stored_file(item.current_edition)
    other = draft_one()
    if keeper == "edition":
        EditionAttachment.objects.create(edition=other, attachment=attachment, title="附件")
    elif keeper == "record":
        SupportingRecord.objects.create(
            edition=other, kind="audit", title="审计", dated_on=AT, attachment=attachment, added_by=other.created_by
        )
    else:
        Attachment.objects.create(
            file=attachment.file.name, name="另一份.pdf", sha256=attachment.sha256, size=1, uploaded_at=AT
        )

    with django_capture_on_commit_callbacks(execute=True):
        do(item.current_edition)

    assert path.exists()
    assert Attachment.objects.filter(pk=attachment.pk).exists() == (keeper != "same bytes")


def test_bytes_left_by_a_process_that_died_are_swept() -> None:
    item = secret_item()
    _attachment, path = stored_file(item.current_edition)
    do(item.current_edition)  # the callback after the commit never runs in this test

    swept, again = redact.sweep_files(now()), redact.sweep_files(now())

    assert (swept, again, path.exists()) == (1, 0, False)


def test_what_was_typed_into_its_forms_is_gone_too() -> None:
    item = secret_item()
    edition = item.current_edition
    assert edition is not None
    for key in (f"edition:{edition.pk}", f"amend:{item.pk}", f"edition:{edition.pk + 1}"):
        EditionBuffer.objects.create(user=edition.created_by, form_key=key, values="{}", saved_at=AT)

    do(edition)

    assert [row.form_key for row in EditionBuffer.objects.all()] == [f"edition:{edition.pk + 1}"]


def test_redaction_happens_once() -> None:
    item = secret_item()
    do(item.current_edition)

    with pytest.raises(ValidationError, match="已经依法删除"):
        do(Edition.objects.get(item=item))

    assert LogEntry.objects.filter(kind=LogKind.REDACT).count() == 1


def test_edition_that_was_never_public_is_refused() -> None:
    item = publish_one()
    content = draft.Content(title="公示办法", body="<p>第二版。</p>", change_note="改期限")

    with pytest.raises(ValidationError, match="只有公开过的版本"):
        do(draft.add_edition(item, content, author=item.created_by, at=AT))


@pytest.mark.parametrize("missing", ["ground", "basis", "explanation"])
def test_redaction_without_words_is_refused(missing: str) -> None:
    item = secret_item()

    with pytest.raises(ValidationError, match="事由、依据和说明"):
        do(item.current_edition, **{missing: " "})

    assert Edition.objects.get(item=item).body


def test_redaction_without_the_role_is_refused_superuser_included() -> None:
    item = secret_item()

    for nobody in (make_user(is_superuser=True), make_member(Role.PUBLISHER, item.agency), make_member(Role.APPROVER)):
        with pytest.raises(ValidationError, match="审定人"):
            do(item.current_edition, actor=nobody)


def test_redaction_by_who_asked_is_refused() -> None:
    item = secret_item()
    both = make_member(Role.APPROVER, item.agency)

    with pytest.raises(ValidationError, match="申请人不能决定自己的申请"):
        do(item.current_edition, actor=both, asked_by=both)


def test_redact_that_nobody_asked_for_is_refused() -> None:
    item = secret_item()

    with pytest.raises(ValidationError, match="须由一人申请、另一人决定"):
        do(item.current_edition, asked_by=None)


def test_amendment_after_a_redaction_is_compared_with_nothing() -> None:
    item = secret_item()
    do(item.current_edition, new_title="救助情况公示")

    item = amended(item)

    assert item.state == ItemState.LIVE
    assert "更正后的正文" in text_of(Client().get(item.get_absolute_url()))
    assert verify().is_intact


def test_command_finds_the_log_intact(capsys: pytest.CaptureFixture[str]) -> None:
    item = secret_item()
    do(item.current_edition)

    call_command("verify_log")

    assert "intact" in capsys.readouterr().out
