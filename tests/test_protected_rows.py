"""No way around the guards: every table of the portal, by what the database holds and not by a list kept here.

A row that triggers keep from being changed or deleted could still be pushed out by another one (SQLite's OR REPLACE, by
any unique key), be given another id, or go with its whole table (TRUNCATE): these fire no delete trigger.
"""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from govportal.dbsetup import DatabaseObject, declared_objects
from govportal.management.commands.prepare import PACKAGES
from tests.database import refused, run

# Model, columns of the key: what refuses the second row instead of `no_replacement`.
HELD_OTHERWISE = {
    ("evaluation_accountabilitynotice", "respondent_id", "kind"): "accountability_database.notice_guard: second",
    ("evaluation_accountabilitynotice", "case_id"): "accountability_database.notice_guard: second",
    ("evaluation_objection", "finding_id"): "evaluation.database._open_twice",
    ("evaluation_objection", "assessment_id", "indicator_id", "case_key"): "evaluation.database._open_twice",
    # Of an open round they are written over by measuring; the guard of a frozen one refuses the new row.
    ("evaluation_assessment", "round_id", "agency_id"): "closed_while the round is frozen",
    ("evaluation_score", "assessment_id", "indicator_id"): "closed_while the round is frozen",
    ("evaluation_check", "assessment_id", "indicator_id"): "closed_while the round is frozen",
    ("evaluation_sampleitem", "assessment_id", "item_id"): "closed_while the round is frozen",
}

# Why rows of a model may change and go. A new model is guarded or named here.
UNGUARDED = {
    "masters, which administrators keep in the audited admin": "Agency InternalBody Leader Holiday HolidayYear "
    "Membership ReminderLadder SiteProfile User User_groups User_user_permissions Webhook CatalogueEntry "
    "CatalogueEntry_agencies CatalogueTemplate NoticeBoard BoardSection SectionItem Synonym BestBet RequestOffice",
    "counters: what they have given out is kept by the unique keys of the rows that bear it": "IndexCounter LogChain "
    "PublicRevision",
    "machinery: it says what is to be done or has just been done": "Heartbeat InboxMessage MutedKind Notice Reminder "
    "ThrottleCount PrintJob PrintPart SentForm",
    "drafts of somebody": "EditionBuffer RequestDraft RequestDraft_files",
    "what may be set and taken back, each time with an entry in the audit trail": "Relation PublicationTask "
    "PublicationTask_requests DisclosureEvent",
}


def models() -> list[type[Model]]:
    return [one for package in PACKAGES for one in apps.get_app_config(package).get_models(include_auto_created=True)]


def guarded() -> dict[str, list[DatabaseObject]]:
    """Tables with triggers of any kind, and these."""
    found: dict[str, list[DatabaseObject]] = {}
    for one in declared_objects():
        if one.is_trigger:
            found.setdefault(one.table, []).append(one)
    return found


def test_every_model_is_guarded_or_says_why_not() -> None:
    open_models = {one._meta.object_name for one in models() if one._meta.db_table not in guarded()}

    assert open_models == {name for names in UNGUARDED.values() for name in names.split()}


def test_what_is_guarded_is_closed_to_replacement() -> None:
    tables = {table: {one.name for one in triggers} for table, triggers in guarded().items()}

    assert {table for table, names in tables.items() if f"{table}_no_replacement" not in names} == set()
    assert {one._meta.db_table for one in models() if one._meta.pk.column != "id"} & set(tables) == set()


@pytest.mark.django_db
def test_no_table_is_emptied_at_once_and_no_row_renumbered() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE; that no row is renumbered there the walk below shows")
    run("SET CONSTRAINTS ALL IMMEDIATE")

    assert [table for table in guarded() if not refused(f"TRUNCATE {table} CASCADE")] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE tgname ~ '_id$'")
        assert set(guarded()) <= {row[0] for row in cursor.fetchall()}
        # A key that deletes or empties by itself would do so past the services.
        cursor.execute("SELECT conname FROM pg_constraint WHERE contype = 'f' AND confdeltype <> 'a'")
        assert cursor.fetchall() == []


# --- SQLite: a row of every guarded table, and another that wants its place ------------------------------------------


ROWID = ("rowid", "oid", "_rowid_")  # what SQLite calls the number of a row


@dataclass(frozen=True)
class Key:
    table: str
    columns: tuple[str, ...]
    where: str  # of a partial one, as the index has it

    @property
    def asked(self) -> set[str]:
        return set(re.findall(r'"(\w+)"', self.where))


@pytest.fixture
def copy(db: None) -> Iterator[sqlite3.Connection]:
    """The tables and keys of the test database, empty, with no other triggers than those against replacement."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL puts no row in the place of another")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL ORDER BY type DESC"
        )
        statements = [
            sql
            for (sql,) in cursor.fetchall()
            if re.match(rf'CREATE [A-Z ]+ "(\w+" ON ")?({"|".join(PACKAGES)})_', sql)
        ]
    with sqlite3.connect(":memory:", isolation_level=None) as found:
        for statement in statements:
            found.execute(statement)
        found.execute("PRAGMA ignore_check_constraints = ON")
        yield found


def keys_of(copy: sqlite3.Connection, table: str) -> list[Key]:
    found = [Key(table, ("id",), "")]
    for _seq, name, is_unique, *_rest in copy.execute(f"PRAGMA index_list({table})").fetchall():
        columns = tuple(row[2] for row in copy.execute(f'PRAGMA index_info("{name}")'))
        (sql,) = copy.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        if is_unique and columns != ("id",):
            found.append(Key(table, columns, (sql or "").partition(" WHERE ")[2]))
    return found


def rows_for(copy: sqlite3.Connection, key: Key, keys: list[Key]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Two rows that have this key in common and no other; every way to meet its condition."""
    model = next(one for one in models() if one._meta.db_table == key.table)
    fields = {str(one.column): one for one in model._meta.concrete_fields}
    asked = sorted(set().union(*(one.asked for one in keys)))
    choices = [
        [
            *([None] if fields[column].null else []),
            "",
            1,
            *(str(value) for value, _label in fields[column].choices or ()),
        ]
        for column in asked
    ]
    for values in product(*choices):
        of_condition: dict[str, Any] = dict(zip(asked, values, strict=True))
        first, second = ({**dict.fromkeys(fields, number), **of_condition} for number in "78")
        second |= {column: first[column] for column in key.columns}
        shared = {column for column in fields if first[column] == second[column]}
        met = [one for one in keys if set(one.columns) <= shared and holds(copy, one, first)]
        if met == [key]:
            yield first, second


def holds(copy: sqlite3.Connection, key: Key, row: dict[str, Any]) -> bool:
    if any(row[column] is None for column in key.columns):
        return False
    given = ", ".join(f'? AS "{column}"' for column in row)
    where = key.where or "1"
    return bool(copy.execute(f"SELECT 1 FROM (SELECT {given}) WHERE {where}", list(row.values())).fetchone())


def insert(copy: sqlite3.Connection, row: dict[str, Any], table: str, verb: str = "INSERT") -> None:
    columns = ", ".join(column if column in ROWID else f'"{column}"' for column in row)
    copy.execute(f"{verb} INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def update(copy: sqlite3.Connection, table: str, values: dict[str, Any]) -> None:
    given = ", ".join(f"{column} = ?" if column in ROWID else f'"{column}" = ?' for column in values)
    copy.execute(f"UPDATE OR REPLACE {table} SET {given} WHERE id = 9", list(values.values()))


def is_refused(copy: sqlite3.Connection, *attempt: Any) -> bool:
    """Refused by the trigger, and not because the statement is wrong."""
    try:
        attempt[0](copy, *attempt[1:])
    except sqlite3.IntegrityError as error:
        return "never replaced" in str(error)
    return False


def is_closed(copy: sqlite3.Connection, key: Key, first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Neither a new row nor a changed one takes the place of the first by this key."""
    moved = second | {column: f"{second[column]}0" for column in key.columns} | {"id": 9}
    copy.execute("SAVEPOINT attempt")
    insert(copy, first, key.table)
    is_shut = is_refused(copy, insert, second, key.table, "INSERT OR REPLACE")
    if is_shut:
        insert(copy, moved, key.table)
        is_shut = is_refused(copy, update, key.table, {column: first[column] for column in key.columns})
        if key.columns == ("id",):
            is_shut &= is_closed_by_number(copy, key.table, second)
    copy.execute("ROLLBACK TO attempt")
    return is_shut


def is_closed_by_number(copy: sqlite3.Connection, table: str, second: dict[str, Any]) -> bool:
    """Nor by the number that SQLite has for a row, which is the id only where that is an integer."""
    (number,) = copy.execute(f"SELECT rowid FROM {table} WHERE id = 7").fetchone()
    is_id = {row[1]: row[2] for row in copy.execute(f"PRAGMA table_info({table})")}["id"].upper() == "INTEGER"
    other = {column: value for column, value in second.items() if column != "id"} | ({} if is_id else {"id": 8})
    return all(
        is_refused(copy, insert, {name: number} | other, table, "INSERT OR REPLACE")
        and is_refused(copy, update, table, {name: number})
        for name in ROWID
    )


def comes_under(copy: sqlite3.Connection, key: Key, first: dict[str, Any], second: dict[str, Any]) -> bool:
    """A row that has the key but does not meet its condition could still be changed so that it does."""
    for other in ("", 1, "x", None):
        outside = second | dict.fromkeys(key.asked - set(key.columns), other) | {"id": 9}
        if not key.where or holds(copy, key, outside):
            continue
        copy.execute("SAVEPOINT attempt")
        insert(copy, first, key.table)
        insert(copy, outside, key.table)
        is_open = not is_refused(copy, update, key.table, {column: second[column] for column in key.asked})
        copy.execute("ROLLBACK TO attempt")
        return is_open
    return False


def test_no_row_takes_the_place_of_another_by_any_key(copy: sqlite3.Connection) -> None:
    open_keys, untried = set(), set()
    for table, triggers in guarded().items():
        for trigger in triggers:
            if trigger.name == f"{table}_no_replacement":
                for statement in trigger.create["sqlite"]:
                    copy.execute(statement)
        keys = keys_of(copy, table)
        for key in keys:
            pairs = list(rows_for(copy, key, keys))
            if not pairs:
                untried.add(key)
            if not all(is_closed(copy, key, *pair) and not comes_under(copy, key, *pair) for pair in pairs):
                open_keys.add((table, *key.columns))

    assert untried == set()
    assert open_keys == set(HELD_OTHERWISE)


def subqueries(text: str) -> Iterator[str]:
    """What a trigger asks the database, with a value in the place of the row."""
    for found in re.finditer(r"EXISTS \(", text):
        depth, end = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        yield re.sub(r"\b(NEW|OLD)\.\w+", "7", text[found.end() : end - 1])


def test_triggers_look_for_another_row_by_an_index(copy: sqlite3.Connection) -> None:
    """Every insert asks them: but by the very words of a partial key, SQLite reads the whole table."""
    triggers = [one for found in guarded().values() for one in found if one.name.endswith(("_no_replacement", "_kept"))]
    asked = {sql for one in triggers for text in one.create["sqlite"] for sql in subqueries(text)}

    assert len(asked) > len(triggers)
    assert [sql for sql in asked if any("SCAN" in row[3] for row in copy.execute(f"EXPLAIN QUERY PLAN {sql}"))] == []


def test_no_key_of_sqlite_deletes_by_itself(copy: sqlite3.Connection) -> None:
    """ON DELETE CASCADE or SET NULL would do so past the services."""
    tables = [one._meta.db_table for one in models()]
    actions = {table: {row[6] for row in copy.execute(f"PRAGMA foreign_key_list({table})")} for table in tables}

    assert {table for table, found in actions.items() if found - {"NO ACTION"}} == set()
