"""Triggers, search tables and seed rows: declared here and there, applied by one idempotent receiver.

Never by a migration: SQLite drops triggers when it rebuilds a table. The system check
`govportal.E001` compares what the database holds with what is declared.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, transaction
from django.db.models import ManyToOneRel, Model


@dataclass(frozen=True, slots=True)
class DatabaseObject:
    """A trigger or a table outside the models. `statements` by vendor; each must be repeatable."""

    name: str
    table: str
    create: dict[str, tuple[str, ...]]
    drop: dict[str, tuple[str, ...]]
    is_trigger: bool = True


@dataclass(frozen=True, slots=True)
class Seed:
    """Rows every installation needs. `apply(using)` adds what is missing and overwrites nothing."""

    name: str
    apply: Callable[[str], None]


_CREATED = re.compile(r"^CREATE (?:OR REPLACE )?(?:VIRTUAL )?(?:TABLE|TRIGGER) (?:IF NOT EXISTS )?(\w+)")

_objects: dict[str, DatabaseObject] = {}
_seeds: dict[str, Seed] = {}


def declare(item: DatabaseObject | Seed) -> None:
    """Called from AppConfig.ready(). Declaring the same name twice replaces it."""
    if isinstance(item, Seed):
        _seeds[item.name] = item
    else:
        _objects[item.name] = item


def declared_objects() -> list[DatabaseObject]:
    return list(_objects.values())


@dataclass(frozen=True, slots=True)
class Rule:
    """INSERT, UPDATE or DELETE, and the SQL condition (OLD, NEW) for which it is refused."""

    verb: str
    refused_if: str


# Of a row that is there: what is refused whatever it holds.
ALWAYS = "OLD.id IS NOT NULL"


def guard(name: str, table: str, rules: Sequence[Rule], message: str) -> DatabaseObject:
    """A trigger that refuses a write for which the condition of its verb holds; one text for both databases."""
    checks = "".join(
        f"IF TG_OP = '{rule.verb}' THEN IF {rule.refused_if} THEN "
        f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END IF; END IF; "
        for rule in rules
    )
    verbs = " OR ".join(rule.verb for rule in rules)
    return DatabaseObject(
        name=name,
        table=table,
        create={
            "sqlite": tuple(
                f"CREATE TRIGGER IF NOT EXISTS {name}_{rule.verb.lower()} BEFORE {rule.verb} ON {table} "
                f"WHEN {rule.refused_if} BEGIN SELECT RAISE(ABORT, '{message}'); END"
                for rule in rules
            ),
            "postgresql": (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {checks}"
                "RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$",
                f"CREATE OR REPLACE TRIGGER {name} BEFORE {verbs} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            ),
        },
        drop={
            "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}_{rule.verb.lower()}" for rule in rules),
            "postgresql": (f"DROP TRIGGER IF EXISTS {name} ON {table}",),
        },
    )


def append_only(table: str) -> DatabaseObject:
    """A trigger that refuses update and delete of every row of a table."""
    rules = (Rule("UPDATE", ALWAYS), Rule("DELETE", ALWAYS))
    return guard(f"{table}_append_only", table, rules, f"{table} is append-only")


def closed_while(name: str, table: str, condition: str, message: str) -> DatabaseObject:
    """A trigger that lets no row come, go or change while the SQL `condition` holds for it; `{row}` in it stands for
    the row before and after."""
    old, new = (condition.format(row=row) for row in ("OLD", "NEW"))
    rules = (Rule("INSERT", new), Rule("UPDATE", f"{old} OR {new}"), Rule("DELETE", old))
    return guard(name, table, rules, message)


def frozen(table: str, columns: Sequence[str]) -> DatabaseObject:
    """A trigger that refuses to change what these columns of a row were written with."""
    name = f"{table}_frozen"
    message = f"{', '.join(columns)} of {table} are never changed"
    event = f"BEFORE UPDATE OF {', '.join(columns)} ON {table}"
    return DatabaseObject(
        name=name,
        table=table,
        create={
            "sqlite": (f"CREATE TRIGGER IF NOT EXISTS {name} {event} BEGIN SELECT RAISE(ABORT, '{message}'); END",),
            "postgresql": (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$",
                f"CREATE OR REPLACE TRIGGER {name} {event} FOR EACH ROW EXECUTE FUNCTION {name}()",
            ),
        },
        drop={
            "sqlite": (f"DROP TRIGGER IF EXISTS {name}",),
            "postgresql": (f"DROP TRIGGER IF EXISTS {name} ON {table}",),
        },
    )


def kept_while_named(model: type[Model]) -> DatabaseObject:
    """A trigger that refuses to delete a row that others name. Their foreign keys look for it only at the end of the
    transaction, when a different row may stand under its id."""
    named = [
        f"EXISTS (SELECT 1 FROM {one.related_model._meta.db_table} WHERE {one.field.column} = OLD.id)"  # noqa: S608
        for one in model._meta.get_fields(include_hidden=True)
        if isinstance(one, ManyToOneRel)
    ]
    table = model._meta.db_table
    rules = (Rule("DELETE", " OR ".join(named)),)
    return guard(f"{table}_kept", table, rules, f"a row of {table} stays as long as others name it")


def no_replacement(
    table: str, *, unique: Sequence[tuple[str, ...]] = (), partial: Mapping[tuple[str, ...], str] | None = None
) -> DatabaseObject:
    """Closes the ways around delete triggers: SQLite's OR REPLACE and PostgreSQL's TRUNCATE fire none, and a row that
    has got another id is no longer the one that others name.

    `unique` names the keys, beside the id, by which a row could be replaced; `partial` those that hold for some rows
    alone, with the SQL condition, `{row}` in it standing for a row.
    """
    name = f"{table}_no_replacement"
    message = f"rows of {table} are never replaced"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    renumbered = "OLD.id IS DISTINCT FROM NEW.id"
    keys = dict.fromkeys(unique, "") | dict(partial or {})
    # SQLite's own number of a row is a key too, and often the id by another name, for which UPDATE OF does not fire.
    numbers = {("id",): "", ("rowid",): ""}
    taken = " OR ".join(_taken(table, key, where) for key, where in (numbers | keys).items())
    statements = [
        f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE INSERT ON {table} WHEN {taken} {refuse}",
        f"CREATE TRIGGER IF NOT EXISTS {name}_id BEFORE UPDATE ON {table} "
        f"WHEN {renumbered} OR OLD.rowid <> NEW.rowid {refuse}",
    ]
    if keys:
        columns = ", ".join(dict.fromkeys(one for key, where in keys.items() for one in (*key, *_ASKED.findall(where))))
        taken = " OR ".join(_taken(table, key, where, "t.id <> OLD.id AND ") for key, where in keys.items())
        statements.append(
            f"CREATE TRIGGER IF NOT EXISTS {name}_update BEFORE UPDATE OF {columns} ON {table} WHEN {taken} {refuse}"
        )
    return DatabaseObject(
        name=name,
        table=table,
        create={
            "sqlite": tuple(statements),
            "postgresql": (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$",
                f"CREATE OR REPLACE TRIGGER {name} BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
                f"CREATE OR REPLACE TRIGGER {name}_id BEFORE UPDATE ON {table} "
                f"FOR EACH ROW WHEN ({renumbered}) EXECUTE FUNCTION {name}()",
            ),
        },
        drop={
            "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}{part}" for part in ("", "_id", "_update")),
            "postgresql": tuple(f"DROP TRIGGER IF EXISTS {name}{part} ON {table}" for part in ("", "_id")),
        },
    )


_ASKED = re.compile(r"\{row\}\.(\w+)")  # the columns a condition asks for


def _taken(table: str, key: tuple[str, ...], where: str, but: str = "") -> str:
    """Whether another row has this key. One statement a key: over several joined by OR, SQLite scans the whole table
    as soon as ANALYZE has seen one of them empty in most rows."""
    same = " AND ".join(f"t.{column} = NEW.{column}" for column in key)
    old, new = (f" AND ({where.format(row=row)})" if where else "" for row in ("t", "NEW"))
    return f"EXISTS (SELECT 1 FROM {table} t WHERE {but}{same}{old}){new}"  # noqa: S608  (our own names)


def _run(using: str, statements: tuple[str, ...]) -> None:
    with connections[using].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def apply(using: str = "default") -> None:
    """Bring triggers, search tables and seed rows to what is declared. Safe to repeat."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with transaction.atomic(using=using):
        # Taken off first: a changed definition replaces the old one, and what is declared no more goes.
        _take_off_triggers(using)
        for item in _objects.values():
            if not item.is_trigger or item.table in tables:
                _run(using, item.create[connection.vendor])
        for seed in _seeds.values():
            seed.apply(using)


# On SQLite every trigger in the database is one of ours. On PostgreSQL ours are called like their function, and both by
# their app first; a function stays when its trigger goes, for others may call it.
_TRIGGERS = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND starts_with(t.tgname::text, p.proname::text) "
    "AND c.relnamespace = current_schema()::regnamespace",
}


def _take_off_triggers(using: str) -> None:
    """Those of an older version too, and on PostgreSQL none that others have put on tables of ours."""
    connection = connections[using]
    labels = tuple(f"{config.label}_" for config in apps.get_app_configs())
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGERS[connection.vendor])
        rows = [row for row in cursor.fetchall() if connection.vendor == "sqlite" or row[0].startswith(labels)]
    found = [tuple(map(connection.ops.quote_name, row)) for row in rows]
    on = " ON {1}" if connection.vendor == "postgresql" else ""
    _run(using, tuple(f"DROP TRIGGER {{0}}{on}".format(*row) for row in found))


def on_pre_migrate(using: str = "default", plan: Sequence[Any] = (), **_kwargs: Any) -> None:
    """Take the triggers off SQLite while its tables are rebuilt; the receiver below puts them back.

    SQLite refuses to rename a table that a trigger of another one names. With nothing to migrate the guards stay on.
    """
    if connections[using].vendor == "sqlite" and plan:
        _take_off_triggers(using)


def on_post_migrate(sender: AppConfig, using: str = "default", **_kwargs: Any) -> None:
    """Once per migrate: after the last app, and only when every table is in its final shape."""
    from django.db.migrations.executor import MigrationExecutor

    if sender is not [config for config in apps.get_app_configs() if config.models_module][-1]:
        return
    executor = MigrationExecutor(connections[using])
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        apply(using)


@contextmanager
def taken_off(using: str = "default") -> Iterator[None]:
    """Without triggers and search tables, for our `flush` alone; all is put back and seeded whatever happens."""
    vendor = connections[using].vendor
    for item in _objects.values():
        _run(using, item.drop[vendor])
    try:
        yield
    finally:
        apply(using)


def missing_objects(using: str = "default") -> list[str]:
    """Names of declared triggers and tables that the database does not hold, or holds switched off."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master")
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
                "UNION SELECT relname FROM pg_class"
            )
        present = {row[0] for row in cursor.fetchall()}
    return [
        name
        for item in _objects.values()
        for statement in item.create[connection.vendor]
        for name in _CREATED.findall(statement)
        if name not in present
    ]
