"""The log: what the digest covers, how entries hang together, and that a flipped byte is named."""

import hashlib
import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from disclosure import publication_log
from disclosure.enums import Audience, ItemAction, ItemState, internal_chain
from disclosure.models import Item, LogChain, LogEntry
from disclosure.services import close
from disclosure.services.verify_log import verify
from govportal.permissions import Role
from tests.database import guards_off, run
from tests.factories import make_agency, make_attachment, make_member
from tests.factories.published import AT, publish_one


@pytest.mark.django_db
def test_digest_is_recomputed_by_an_outsider_from_the_documented_json() -> None:
    item = publish_one(content={"keywords": ["公示"], "extra": {"甲": 1}})
    edition = item.current_edition
    assert edition is not None

    content = json.loads(publication_log.canonical_content(edition))
    again = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    assert hashlib.sha256(again).hexdigest() == edition.digest
    assert content["body"] == "<p>第一条　公示期不少于五个工作日。</p>"
    assert content["index_number"] == item.index_number
    assert LogEntry.objects.get().content_digest == edition.digest


@pytest.mark.django_db
def test_downloads_hash_to_what_the_log_states_byte_for_byte(client: Client) -> None:
    item = publish_one()
    entry = LogEntry.objects.get()

    payload = client.get("/log/1.json").content
    content = client.get(f"/items/{item.slug}/history/1.json").content
    line = b"".join(client.get("/log.jsonl")).strip()

    assert hashlib.sha256(payload).hexdigest() == entry.hash
    assert hashlib.sha256(content).hexdigest() == entry.content_digest
    assert line == b'{"hash":"' + entry.hash.encode() + b'","payload":' + payload + b"}"


@pytest.mark.django_db
def test_chain_each_entry_names_the_hash_before_it() -> None:
    agency = make_agency()

    for _number in range(3):
        publish_one(agency=agency)

    entries = list(LogEntry.objects.order_by("sequence"))
    assert [entry.sequence for entry in entries] == [1, 2, 3]
    assert [entry.previous_hash for entry in entries] == [publication_log.FIRST_HASH, entries[0].hash, entries[1].hash]
    assert LogChain.objects.get(name="public").head_hash == entries[2].hash
    assert verify().is_intact


@pytest.mark.django_db
def test_chain_internal_items_leave_neither_entry_nor_gap_in_public() -> None:
    agency = make_agency()

    publish_one(agency=agency)
    publish_one(agency=agency, audience=Audience.INTERNAL)
    publish_one(agency=agency)

    public = LogEntry.objects.filter(chain="public").order_by("sequence")
    assert [entry.sequence for entry in public] == [1, 2]
    assert LogEntry.objects.filter(chain=internal_chain(agency.pk)).count() == 1
    assert verify().is_intact


TEXT_COLUMNS = ["title", "body", "summary", "document_number", "issuer", "topic", "change_note"]


@pytest.mark.parametrize("column", TEXT_COLUMNS)
@pytest.mark.django_db(transaction=True)
def test_verify_one_changed_character_in_any_column_is_named(column: str) -> None:
    item = publish_one()
    with guards_off():
        run(f"UPDATE disclosure_edition SET {column} = {column} || ' ' WHERE item_id = %s", item.pk)

    result = verify()

    assert any(item.index_number in fault and "第 1 号" in fault for fault in result.faults)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("formed_on", "2026-02-26"),
        ("published_on", "2026-03-01"),
        ("validity", "void"),
        ("category", "finance"),
        ("keywords", '["改"]'),
        ("extra", '{"甲": 2}'),
        ("number", "2"),
        ("digest", "0" * 64),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_verify_any_other_changed_column_is_named(column: str, value: str) -> None:
    item = publish_one()
    with guards_off():
        run(f"UPDATE disclosure_edition SET {column} = %s WHERE item_id = %s", value, item.pk)

    assert any(item.index_number in fault for fault in verify().faults)


@pytest.mark.django_db(transaction=True)
def test_verify_flipped_byte_that_breaks_utf8_is_named_and_does_not_hide_others() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL refuses bytes that are not UTF-8 by itself")
    first, second = publish_one(), publish_one()
    with guards_off():
        run("UPDATE disclosure_edition SET body = CAST(X'3C703EE7FF' AS TEXT) WHERE item_id = %s", first.pk)
        run("UPDATE disclosure_edition SET title = title || '改' WHERE item_id = %s", second.pk)

    faults = verify().faults

    assert any(first.index_number in fault for fault in faults)
    assert any(second.index_number in fault for fault in faults)


@pytest.mark.django_db(transaction=True)
def test_verify_text_turned_into_bytes_is_named() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps the type of a column by itself")
    item = publish_one()
    with guards_off():
        run("UPDATE disclosure_edition SET body = CAST(body AS BLOB), formed_on = 'x' WHERE item_id = %s", item.pk)

    assert any(item.index_number in fault for fault in verify().faults)


@pytest.mark.parametrize(("column", "value"), [("state", "draft"), ("published_at", "2026-03-02 02:00:01+00:00")])
@pytest.mark.django_db(transaction=True)
def test_verify_edition_hidden_or_dated_otherwise_is_named(column: str, value: str) -> None:
    item = publish_one()
    with guards_off():
        run(f"UPDATE disclosure_edition SET {column} = %s WHERE item_id = %s", value, item.pk)

    assert any(item.index_number in fault for fault in verify().faults)


@pytest.mark.django_db(transaction=True)
def test_verify_unreadable_json_is_named() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps JSON readable by itself")
    item = publish_one()
    with guards_off():
        run("PRAGMA ignore_check_constraints = ON")
        run("UPDATE disclosure_edition SET extra = '{' WHERE item_id = %s", item.pk)
        run("PRAGMA ignore_check_constraints = OFF")

    assert any(item.index_number in fault for fault in verify().faults)


@pytest.mark.parametrize(
    "column", ["note", "basis", "explanation", "agency_name", "content_digest", "previous_hash", "hash"]
)
@pytest.mark.django_db(transaction=True)
def test_verify_changed_entry_is_named(column: str) -> None:
    publish_one()
    item = publish_one()
    with guards_off():
        run(f"UPDATE disclosure_logentry SET {column} = '改' WHERE item_id = %s", item.pk)

    assert any("第 2 号" in fault for fault in verify().faults)


@pytest.mark.django_db(transaction=True)
def test_verify_removed_last_entry_is_noticed() -> None:
    publish_one()
    item = publish_one()
    with guards_off():
        run("DELETE FROM disclosure_logentry WHERE item_id = %s", item.pk)

    faults = verify().faults

    assert any("末行" in fault for fault in faults)
    assert any("没有登记" in fault for fault in faults)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "另一个标题"},
        {"validity": "void"},
        {"published_on": date(2020, 1, 1)},
        {"expires_on": date(2020, 1, 1)},
        {"year": 2020},
    ],
)
@pytest.mark.django_db
def test_verify_listing_columns_changed_beside_the_edition_are_named(change: dict[str, Any]) -> None:
    item = publish_one()
    Item.objects.filter(pk=item.pk).update(**change)

    assert any(item.index_number in fault for fault in verify().faults)


@pytest.mark.django_db
def test_verify_item_moved_to_another_agency_beside_the_log_is_named() -> None:
    item = publish_one()
    Item.objects.filter(pk=item.pk).update(agency=make_agency())

    assert any(item.index_number in fault for fault in verify().faults)


@pytest.mark.parametrize("column", ["closing_ground", "closing_basis", "closing_explanation"])
@pytest.mark.django_db
def test_verify_notice_rewritten_beside_the_log_is_named(column: str) -> None:
    item = publish_one()
    texts = close.Closing(action=ItemAction.WITHDRAW, ground="有误", basis="条例第六条", explanation="重新核对")
    close.close(item.pk, texts, actor=make_member(Role.APPROVER, item.agency), asked_by=item.created_by, at=AT)
    assert verify().is_intact
    Item.objects.filter(pk=item.pk).update(**{column: "另一种说法"})

    assert any(item.index_number in fault for fault in verify().faults)


@pytest.mark.django_db
def test_verify_missing_head_of_a_chain_is_noticed() -> None:
    publish_one()
    LogChain.objects.all().delete()

    result = verify()

    assert result.entries == 1
    assert any("末行" in fault for fault in result.faults)


@pytest.mark.parametrize("state", [ItemState.WITHDRAWN, ItemState.VOID, ItemState.UNPUBLISHED])
@pytest.mark.django_db(transaction=True)
def test_verify_state_changed_beside_the_log_is_named(state: ItemState) -> None:
    item = publish_one()
    with guards_off():
        Item.objects.filter(pk=item.pk).update(state=state)

    assert any(item.index_number in fault for fault in verify().faults)


@pytest.mark.django_db
def test_verify_changed_file_on_disk_is_named() -> None:
    attachment = make_attachment()
    item = publish_one(attachments=[(attachment, "名单")])
    with open(attachment.file.path, "ab") as stored:
        stored.write(b"x")

    faults = verify().faults

    assert any("名单" in fault and item.index_number in fault for fault in faults)
    assert verify(check_files=False).is_intact


@pytest.mark.django_db
def test_digest_covers_attachments_in_order() -> None:
    one, two = make_attachment(b"%PDF-1.7\n1"), make_attachment(b"%PDF-1.7\n2")

    first = publish_one(attachments=[(one, "甲"), (two, "乙")])
    second = publish_one(attachments=[(two, "乙"), (one, "甲")])

    contents = [
        json.loads(publication_log.canonical_content(item.current_edition))["attachments"]
        for item in (first, second)
        if item.current_edition
    ]
    assert contents[0] == list(reversed(contents[1]))
    assert [row["title"] for row in contents[0]] == ["甲", "乙"]


@pytest.mark.django_db
def test_verify_renamed_agency_keeps_what_was_published() -> None:
    agency = make_agency(code="old")
    item = publish_one(agency=agency)
    publish_one(agency=agency, audience=Audience.INTERNAL)

    agency.name = "新名称"
    agency.save()
    publish_one(agency=agency, audience=Audience.INTERNAL)

    assert verify().is_intact
    assert LogEntry.objects.get(item=item).agency_name != "新名称"
    assert LogChain.objects.count() == 2
