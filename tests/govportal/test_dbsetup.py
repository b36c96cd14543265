import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models.signals import post_migrate

from govportal import audit, dbsetup
from govportal.models import AuditEvent
from tests.database import refused, run
from tests.factories import make_agency, make_attachment, make_private_file, make_user
from tests.factories.published import publish_one
from tests.factories.request_rows import make_request_file

TRIGGER = "govportal_auditevent_append_only"


@pytest.fixture
def event(db: None) -> AuditEvent:
    with transaction.atomic():
        return audit.record(None, "test", make_agency())


def test_audit_event_refuses_update(event: AuditEvent) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).update(note="changed")

    event.refresh_from_db()
    assert event.note == ""


def test_audit_event_refuses_delete(event: AuditEvent) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditEvent.objects.all().delete()

    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db
def test_audit_table_refuses_truncate() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")

    with pytest.raises(DatabaseError, match="never replaced"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE govportal_auditevent")


ATTACHMENT_CHANGES: list[tuple[str, str | int]] = [
    ("file", "attachments/x"),
    ("name", "x.pdf"),
    ("suffix", ".exe"),
    ("content_type", "text/html"),
    ("size", 1),
    ("sha256", "0" * 64),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("column", "value"), ATTACHMENT_CHANGES)
def test_attachment_refuses_another(column: str, value: str | int) -> None:
    attachment = make_attachment()
    change = f"UPDATE govportal_attachment SET {column} = %s WHERE id = %s"

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, [value, attachment.pk])


@pytest.mark.django_db
def test_attachment_is_never_replaced() -> None:
    attachment = make_attachment()
    replacement = {
        "sqlite": "INSERT OR REPLACE INTO govportal_attachment (id, file, name, suffix, content_type, size, sha256, "
        f"uploaded_at) VALUES ({attachment.pk}, '', '', '', '', 1, '', '2026-01-01')",
        "postgresql": "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE govportal_attachment CASCADE",
    }[connection.vendor]

    with pytest.raises(DatabaseError, match="never replaced"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(replacement)


@pytest.mark.django_db
def test_file_that_is_named_gives_no_way_to_another_under_its_id() -> None:
    published = make_attachment()
    publish_one(attachments=[(published, "名单")])
    named = {published: True, make_request_file().file: True}
    unnamed = {make_attachment(b"%PDF-1.7\nother"): False, make_private_file(): False}

    for row, is_kept in (named | unnamed).items():
        assert refused(f"DELETE FROM {row._meta.db_table} WHERE id = %s", row.pk) == is_kept, row._meta.db_table


@pytest.mark.django_db
def test_attachment_outlives_the_account_that_sent_it() -> None:
    sender = make_user()
    attachment = make_attachment(by=sender)

    sender.delete()

    attachment.refresh_from_db()
    assert attachment.uploaded_by is None


@pytest.mark.django_db
def test_migrated_database_holds_all_that_is_declared() -> None:
    assert dbsetup.declared_objects()
    assert dbsetup.missing_objects() == []


@pytest.mark.django_db
def test_missing_trigger_is_named_and_put_back() -> None:
    declared = next(item for item in dbsetup.declared_objects() if item.name == TRIGGER)
    with connection.cursor() as cursor:
        cursor.execute(declared.drop[connection.vendor][0])

    missing = dbsetup.missing_objects()
    dbsetup.apply()

    assert len(missing) == 1
    assert missing[0].startswith(TRIGGER)
    assert dbsetup.missing_objects() == []


@pytest.mark.django_db
def test_migrate_exchanges_changed_triggers_and_takes_off_those_declared_no_more() -> None:
    """As an installation of an earlier version has them."""
    table = "govportal_auditevent"
    weaker = dbsetup.guard(TRIGGER, table, [dbsetup.Rule("UPDATE", "1 = 0"), dbsetup.Rule("INSERT", "1 = 1")], "old")
    other = dbsetup.guard(f"{table}_renamed", table, [dbsetup.Rule("INSERT", "1 = 1")], "old")
    declared = next(item for item in dbsetup.declared_objects() if item.name == TRIGGER)
    vendor = connection.vendor
    for statement in (*declared.drop[vendor], *weaker.create[vendor], *other.create[vendor]):
        run(statement)

    call_command("migrate", verbosity=0)

    with transaction.atomic():
        event = audit.record(None, "test", make_agency())
    assert refused(f"UPDATE {table} SET note = 'x' WHERE id = %s", event.pk)
    assert refused(f"DELETE FROM {table} WHERE id = %s", event.pk)


@pytest.mark.django_db
def test_trigger_of_somebody_else_stays() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite every trigger is one of ours")
    body = "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
    run(f"CREATE FUNCTION audit_row() {body}")
    run("CREATE TRIGGER audit_row AFTER INSERT ON govportal_agency FOR EACH ROW EXECUTE FUNCTION audit_row()")

    dbsetup.apply()

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'audit_row'")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_trigger_that_never_fires_is_named_as_missing() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite switches no trigger off")
    run(f"ALTER TABLE govportal_auditevent ENABLE REPLICA TRIGGER {TRIGGER}")

    assert dbsetup.missing_objects() == [TRIGGER]


@pytest.fixture
def applications(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    applied: list[str] = []
    monkeypatch.setattr(dbsetup, "apply", lambda using="default": applied.append(using))
    return applied


@pytest.mark.django_db
def test_one_migrate_applies_once(applications: list[str]) -> None:
    from django.apps import apps

    for config in apps.get_app_configs():
        if config.models_module:
            post_migrate.send(
                sender=config, using="default", app_config=config, verbosity=0, interactive=False, plan=[]
            )

    assert applications == ["default"]


@pytest.mark.django_db(transaction=True)
def test_flush_empties_append_only_tables_and_puts_all_back() -> None:
    with transaction.atomic():
        audit.record(None, "test", make_agency())

    call_command("flush", interactive=False, verbosity=0)

    assert not AuditEvent.objects.exists()
    assert dbsetup.missing_objects() == []


@pytest.mark.django_db(transaction=True)
def test_flush_refuses_outside_a_test_run(monkeypatch: pytest.MonkeyPatch) -> None:
    agency = make_agency()
    monkeypatch.delattr(mail, "outbox")

    with pytest.raises(CommandError, match="test runs only"):
        call_command("flush", interactive=False, verbosity=0)

    agency.refresh_from_db()


@pytest.mark.django_db(transaction=True)
def test_audit_outside_a_transaction_is_refused() -> None:
    agency = make_agency()

    with pytest.raises(transaction.TransactionManagementError):
        audit.record(None, "test", agency)
