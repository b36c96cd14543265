"""What the triggers refuse, whoever holds the database connection, and the one door they leave."""

import pytest
from django.db import DatabaseError, connection, transaction

from disclosure import publication_log
from disclosure.enums import EditionState, LogKind
from disclosure.models import Edition, Item
from disclosure.services import draft
from disclosure.services.draft import Source
from disclosure.services.verify_log import verify
from govportal import dbsetup
from govportal.models import AuditEvent, User
from govportal.permissions import Role
from tests.database import guards_off, refused, replaced, run
from tests.factories import make_agency, make_attachment, make_edition, make_item, make_member
from tests.factories.published import AT, publish_one


@pytest.mark.django_db
def test_triggers_published_edition_refuses_update_and_delete() -> None:
    item = publish_one()

    assert refused("UPDATE disclosure_edition SET body = '<p>改</p>' WHERE item_id = %s", item.pk)
    assert refused("UPDATE disclosure_edition SET lock_version = 9 WHERE item_id = %s", item.pk)
    assert refused("UPDATE disclosure_edition SET state = 'draft' WHERE item_id = %s", item.pk)
    assert refused("DELETE FROM disclosure_edition WHERE item_id = %s", item.pk)
    assert verify().is_intact


@pytest.mark.django_db
def test_triggers_draft_edition_may_change_and_go() -> None:
    agency = make_agency()
    author = make_member(Role.PUBLISHER, agency)
    item = draft.create_item(draft.Content(title="草稿"), agency=agency, item_type="general", author=author, at=AT)

    assert Edition.objects.filter(item=item).update(title="改") == 1
    assert Edition.objects.filter(item=item).delete()[0] == 1


@pytest.mark.django_db
def test_triggers_log_entry_refuses_update_and_delete() -> None:
    publish_one()

    assert refused("UPDATE disclosure_logentry SET note = '改'")
    assert refused("DELETE FROM disclosure_logentry")


@pytest.mark.django_db
def test_triggers_attachments_of_published_edition_are_sealed() -> None:
    item = publish_one(attachments=[(make_attachment(), "名单")])
    other = make_attachment(b"%PDF-1.7\nother")

    assert refused("DELETE FROM disclosure_editionattachment")
    assert refused("UPDATE disclosure_editionattachment SET title = '改'")
    assert refused(
        "INSERT INTO disclosure_editionattachment (edition_id, attachment_id, title, position) VALUES (%s, %s, 'x', 9)",
        item.current_edition_id,
        other.pk,
    )


@pytest.mark.django_db
def test_triggers_rows_are_not_replaced_or_truncated() -> None:
    item = publish_one(attachments=[(make_attachment(), "名单")])

    assert not replaced("disclosure_logentry", item.pk, "item_id")
    assert not replaced("disclosure_edition", item.current_edition_id)
    assert not replaced("disclosure_editionattachment", item.current_edition_id, "edition_id")
    assert not replaced("disclosure_item", item.pk)
    assert refused("UPDATE disclosure_item SET state = 'unpublished' WHERE id = %s", item.pk)
    assert not replaced("govportal_auditevent", AuditEvent.objects.order_by("id").values_list("id", flat=True)[0])
    assert verify().is_intact


@pytest.mark.django_db
def test_triggers_update_or_replace_does_not_push_sealed_rows_out() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no UPDATE OR REPLACE")
    item, other = publish_one(source=Source("archive", "1")), make_item(source="archive", source_id="2")
    draft_edition = make_edition(other, is_published=False)
    pushes = [
        ("UPDATE OR REPLACE disclosure_edition SET id = %s WHERE id = %s", item.current_edition_id, draft_edition.pk),
        (
            "UPDATE OR REPLACE disclosure_edition SET item_id = %s, number = 1 WHERE id = %s",
            item.pk,
            draft_edition.pk,
        ),
        ("UPDATE OR REPLACE disclosure_item SET id = %s WHERE id = %s", item.pk, other.pk),
        (
            "UPDATE OR REPLACE disclosure_item SET agency_id = %s, source_id = '1' WHERE id = %s",
            item.agency_id,
            other.pk,
        ),
    ]

    assert all(refused(*push) for push in pushes)
    assert verify().faults == [fault for fault in verify().faults if other.index_number in fault]


@pytest.mark.django_db(transaction=True)
def test_verify_vanished_item_is_named() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's foreign keys keep the row")
    item = publish_one()
    with guards_off():
        run("PRAGMA foreign_keys = OFF")
        run("DELETE FROM disclosure_item WHERE id = %s", item.pk)

        faults = verify().faults

        run("DELETE FROM disclosure_edition")
        run("DELETE FROM disclosure_logentry")
        run("PRAGMA foreign_keys = ON")
    assert sum(item.index_number in fault for fault in faults) >= 2


@pytest.mark.django_db
def test_triggers_published_item_keeps_its_type_and_audience() -> None:
    item = publish_one()

    assert refused("UPDATE disclosure_item SET audience = 'internal' WHERE id = %s", item.pk)
    assert refused("UPDATE disclosure_item SET item_type = 'budget' WHERE id = %s", item.pk)


@pytest.mark.django_db
def test_triggers_item_keeps_its_number_and_address() -> None:
    item = publish_one()

    assert refused("UPDATE disclosure_item SET index_number = 'x' WHERE id = %s", item.pk)
    assert refused("UPDATE disclosure_item SET slug = 'x' WHERE id = %s", item.pk)
    assert refused("DELETE FROM disclosure_item WHERE id = %s", item.pk)


def redact(item: Item, *, digest: str, body: str = "") -> None:
    """What the redaction service of the workflow will do in one statement."""
    edition = item.current_edition
    assert edition is not None
    with transaction.atomic():
        entry = publication_log.append(LogKind.REDACT, item, edition, actor=User(username="x"), at=AT, note="依法删除")
    with guards_off():
        if entry.content_digest != digest:
            run("UPDATE disclosure_logentry SET content_digest = %s WHERE id = %s", digest, entry.pk)
    Edition.objects.filter(pk=edition.pk).update(
        body=body, summary="", keywords=[], extra={}, title="（已依法删除）", redacted_by_entry=entry
    )
    Item.objects.filter(pk=item.pk).update(title="（已依法删除）")


@pytest.mark.django_db(transaction=True)
def test_redaction_door_blank_text_with_its_entry_passes_and_verifies() -> None:
    item = publish_one()
    assert item.current_edition

    redact(item, digest=item.current_edition.digest)

    assert verify().is_intact


@pytest.mark.django_db(transaction=True)
def test_redaction_door_text_that_is_not_blank_is_refused() -> None:
    item = publish_one()
    assert item.current_edition

    with pytest.raises(DatabaseError):
        redact(item, digest=item.current_edition.digest, body="<p>另一文本</p>")


@pytest.mark.django_db(transaction=True)
def test_verify_redaction_whose_entry_hides_the_old_digest_is_named() -> None:
    item = publish_one()

    redact(item, digest="f" * 64)

    assert any("删除登记" in fault for fault in verify().faults)


@pytest.mark.django_db
def test_dbsetup_twice_changes_nothing_and_nothing_is_missing() -> None:
    dbsetup.apply()
    dbsetup.apply()

    assert dbsetup.missing_objects() == []


@pytest.mark.django_db
def test_published_edition_without_seal_is_refused_by_the_database() -> None:
    agency = make_agency()
    author = make_member(Role.PUBLISHER, agency)
    item = draft.create_item(draft.Content(title="草稿"), agency=agency, item_type="general", author=author, at=AT)

    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.filter(item=item).update(state=EditionState.PUBLISHED)
