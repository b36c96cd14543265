"""What somebody with the database password could do: the guards of published rows, taken off for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction

from disclosure.database import guards
from disclosure.models import Edition


def run(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)  # without any, a percent sign is one


def refused(sql: str, *parameters: Any) -> bool:
    """True if the database does not take the statement."""
    try:
        with transaction.atomic():
            run(sql, *parameters)
    except DatabaseError:
        return True
    return False


def replaced(table: str, pk: int | None, key: str = "id") -> bool:
    """True if a whole row could be put in place of the old one, past the triggers of update and delete."""
    if connection.vendor == "sqlite":
        return not refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE {key} = %s", pk)
    return not refused(f"TRUNCATE {table} CASCADE")


def displaced(table: str, pk: int, by: int, key: str = "") -> bool:
    """True if another row could take the place of one by its id or by a key, or all be emptied at once."""
    if connection.vendor != "sqlite":
        return not refused(f"TRUNCATE {table} CASCADE")
    columns = [one.name for one in connection.introspection.get_table_description(connection.cursor(), table)]
    others = ", ".join(f'"{one}"' for one in columns if one != "id")
    taken = f"(SELECT {key} FROM {table} WHERE id = {pk})" if key else ""
    statements = [
        f"UPDATE OR REPLACE {table} SET {key or 'id'} = {taken or pk} WHERE id = {by}",
        f"INSERT OR REPLACE INTO {table} (id, {others}) SELECT {pk}, {others} FROM {table} WHERE id = {by}",
    ]
    return not all(refused(statement) for statement in statements[: 1 if key else 2])


def copying_edition(values: dict[str, str]) -> str:
    """A statement that inserts another edition like the given one but for these values, as SQL."""
    columns = [str(field.column) for field in Edition._meta.concrete_fields if field.column != "id"]
    chosen = ", ".join(values.get(column, column) for column in columns)
    return (
        f"INSERT INTO disclosure_edition ({', '.join(columns)}) SELECT {chosen} FROM disclosure_edition WHERE id = %s"
    )


@contextmanager
def guards_off() -> Iterator[None]:
    """For tests with transaction=True: DDL inside a test's own transaction would hide what happens after."""
    for guard in guards():
        for statement in guard.drop[connection.vendor]:
            run(statement)
    yield
    for guard in guards():
        for statement in guard.create[connection.vendor]:
            run(statement)
