"""Bring the search index in line with the items, or only say where it is not."""

from argparse import ArgumentParser
from itertools import batched
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections, router

from disclosure.models import Item
from disclosure.search import index

LISTED = 20  # differing items named by --check


class Command(BaseCommand):
    help = "Rebuild the search index from the published items; --check only compares."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if index and items differ")

    def handle(self, *args: Any, **options: Any) -> None:
        ids = list(Item.objects.order_by("pk").values_list("pk", flat=True))
        stale = index.indexed_ids() - set(ids)
        if options["check"]:
            self._check(ids, stale)
            return
        index.delete_rows(stale)
        count = 0
        for done, batch in enumerate(batched(ids, index.BATCH)):
            count += index.index_items(batch)
            self._progress(done * index.BATCH + len(batch), len(ids))
        self.stdout.write(f"{count} of {len(ids)} items in the index, {len(stale)} stale rows removed")

    def _check(self, ids: list[int], stale: set[int]) -> None:
        wrong = [f"item {pk}: no such item" for pk in sorted(stale)]
        for done, batch in enumerate(batched(ids, index.BATCH)):
            wrong += _differences(batch)
            self._progress(done * index.BATCH + len(batch), len(ids))
        wrong += _faults()
        if wrong:
            more = f"\n… and {len(wrong) - LISTED} more" if len(wrong) > LISTED else ""
            raise CommandError("the index differs from the items:\n" + "\n".join(wrong[:LISTED]) + more, returncode=1)
        self.stdout.write(f"index and items agree ({len(ids)} items)")

    def _progress(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done}/{total}", ending="" if done < total else "\n")


def _differences(ids: tuple[int, ...]) -> list[str]:
    expected = {row[0]: row for row in index.expected_rows(ids)}
    stored = {row[0]: row for row in index.stored_rows(ids)}
    reasons = {
        pk: "missing" if pk not in stored else "not public" if pk not in expected else "another text"
        for pk in sorted(expected.keys() | stored.keys())
        if expected.get(pk) != stored.get(pk)
    }
    return [f"item {pk}: {reason}" for pk, reason in reasons.items()]


def _faults() -> list[str]:
    """What the database itself finds wrong between the stored lines and what it made of them."""
    using = router.db_for_write(Item)
    found = []
    for statement in index.backend(using).VERIFY:
        try:
            with connections[using].cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError as error:
            found.append(str(error))
    return found
