"""An installation of an earlier version, with its rows and its triggers, takes the migrations of this one."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState

from disclosure.database import published
from govportal import dbsetup

ALIAS = "upgraded"
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
FIRST_RELEASE = [("govportal", "0001_initial"), ("disclosure", "0002_initial")]


@pytest.fixture
def upgraded(tmp_path: Path, django_db_blocker: Any) -> Iterator[Path]:
    """A SQLite file beside the test database, whatever the tests run on."""
    path = tmp_path / "old.sqlite3"
    settings = connections["default"].settings_dict
    connections.databases[ALIAS] = {
        **settings,
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {},
    }
    with django_db_blocker.unblock():
        yield path
        connections[ALIAS].close()
    del connections.databases[ALIAS]
    del connections[ALIAS]


def test_migrate_database_of_the_first_release_keeps_rows_and_puts_guards_back(upgraded: Path) -> None:
    old = MigrationExecutor(connections[ALIAS]).migrate(FIRST_RELEASE).apps
    author = old.get_model("govportal", "User").objects.using(ALIAS).create(username="old")
    agency = old.get_model("govportal", "Agency").objects.using(ALIAS).create(code="old", name="旧机构")
    item = (
        old.get_model("disclosure", "Item")
        .objects.using(ALIAS)
        .create(index_number="旧/1", slug="old-1", agency=agency, created_by=author, created_at=AT)
    )
    editions = old.get_model("disclosure", "Edition").objects.using(ALIAS)
    values = {"item": item, "created_by": author, "last_edited_by": author, "created_at": AT}
    sealed = {"state": "published", "published_at": AT, "published_on": AT.date(), "digest": "d" * 64}
    editions.create(number=1, title="旧版", **values, **sealed)
    editions.create(number=2, title="草稿", **values)
    for statement in published.attachment_guard().create["sqlite"]:  # names another table than its own
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(statement)

    call_command("migrate", database=ALIAS, verbosity=0)

    assert dbsetup.missing_objects(ALIAS) == []
    rows = sqlite3.connect(upgraded).execute("SELECT title, procedure FROM disclosure_edition ORDER BY number")
    assert rows.fetchall() == [("旧版", "legacy"), ("草稿", "review")]


@pytest.mark.django_db
def test_ballots_lose_category_and_tokens_their_day_before_the_columns_go() -> None:
    """Past the guards: PostgreSQL leaves the bytes of a dropped column in every row. The rest of evaluation/0002 is not
    run; migrating an old database up to it takes long."""
    state = ProjectState()
    columns: dict[str, dict[str, models.Field[Any, Any]]] = {
        "Ballot": {"is_invited": models.BooleanField(), "group": models.CharField(max_length=15)},
        "Evaluator": {"is_used": models.BooleanField(), "used_on": models.DateField(null=True)},
    }
    for name, fields in columns.items():
        fields = {"id": models.BigAutoField(primary_key=True), **fields}
        state.add_model(ModelState("evaluation", name, fields, {"db_table": f"old_{name.lower()}"}))
    with connection.cursor() as cursor:
        cursor.execute('CREATE TABLE old_ballot (id bigint, is_invited bool, "group" varchar(15))')
        cursor.execute("CREATE TABLE old_evaluator (id bigint, is_used bool, used_on date)")
        cursor.execute("INSERT INTO old_ballot VALUES (1, false, 'experts'), (2, false, '')")
        cursor.execute("INSERT INTO old_evaluator VALUES (1, false, '2026-03-02'), (2, false, NULL)")
        if connection.vendor == "postgresql":  # on SQLite they are off while anything is migrated
            for table in ("old_ballot", "old_evaluator"):
                for statement in dbsetup.append_only(table).create["postgresql"]:
                    cursor.execute(statement)

        migration = import_module("evaluation.migrations.0002_ballots_apart_from_tokens")
        migration.fill(state.apps, SimpleNamespace(connection=connection, execute=cursor.execute))

    ballots, tokens = (
        state.apps.get_model("evaluation", name).objects.order_by("pk") for name in ("Ballot", "Evaluator")
    )
    assert list(ballots.values_list("is_invited", "group")) == [(True, ""), (False, "")]
    assert list(tokens.values_list("is_used", "used_on")) == [(True, None), (False, None)]
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="append-only"):
            ballots.update(group="experts")


def test_migrate_with_nothing_to_do_leaves_the_guards_on(upgraded: Path) -> None:
    call_command("migrate", database=ALIAS, verbosity=0)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("DROP TRIGGER disclosure_attachment_guard_insert")

    dbsetup.on_pre_migrate(using=ALIAS, plan=[])

    assert "disclosure_attachment_guard_insert" in dbsetup.missing_objects(ALIAS)
    assert "disclosure_edition_guard_update" not in dbsetup.missing_objects(ALIAS)
