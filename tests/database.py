"""What somebody with the database password could do: the guards of published rows, taken off for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from disclosure.database import guards


def run(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


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
