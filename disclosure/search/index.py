"""Keeping the index in step with the items: called inside the transaction that publishes or closes one."""

# ruff: noqa: S608  (tables and columns are constants of this package, values are parameters)

from collections.abc import Iterable, Iterator
from itertools import batched, chain
from types import ModuleType
from typing import Any

from django.conf import settings
from django.db import connections, router, transaction
from django.db.models import F
from django.utils.translation import override

from disclosure.enums import READABLE_STATES, Audience
from disclosure.models import Edition, Item
from disclosure.search import postgres, sqlite
from disclosure.search.tokens import line, number_key
from disclosure.types import FieldKind
from govportal.html import to_text

BATCH = 500
STEP_KEYS = {"key", "next"}  # of a step, what ties it to others

type Row = tuple[int, str, str, str, str]  # item_id, title, text, document_key, index_key


def backend(using: str) -> ModuleType:
    return postgres if connections[using].vendor == "postgresql" else sqlite


def index_item(item: Item) -> None:
    """Bring one item's row in line with its state and current edition."""
    index_items([item.pk])


def remove_item(item: Item) -> None:
    _delete(router.db_for_write(Item), [item.pk])


def index_items(ids: Iterable[int]) -> int:
    """The same for many. Answers how many of them are in the index now."""
    using, count = router.db_for_write(Item), 0
    for batch in batched(ids, BATCH):
        rows = list(expected_rows(batch))
        with transaction.atomic(using=using):
            _delete(using, batch)
            with connections[using].cursor() as cursor:
                cursor.executemany(backend(using).INSERT, rows)
        count += len(rows)
    return count


def expected_rows(ids: Iterable[int]) -> Iterator[Row]:
    """What the index must hold of these items: public and readable ones alone."""
    current = Edition.objects.filter(
        item__in=list(ids),
        item__current_edition=F("pk"),
        item__audience=Audience.PUBLIC,
        item__state__in=READABLE_STATES,
    )
    for edition in current.select_related("item").order_by("item"):
        item = edition.item
        # The index number is found whole, by its key: as text its year would match every query for that year.
        text = "\n".join([edition.title, edition.document_number, *text_parts(edition)])
        keys = (number_key(edition.document_number), number_key(item.index_number))
        yield item.pk, line(edition.title), line(text), *keys


def stored_rows(ids: Iterable[int]) -> Iterator[Row]:
    using, wanted = router.db_for_read(Item), list(ids)
    places = ", ".join(["%s"] * len(wanted))
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT * FROM search_text WHERE item_id IN ({places}) ORDER BY item_id", wanted)
        yield from cursor.fetchall()


def text_parts(edition: Edition) -> list[str]:
    """The plain text of an edition apart from its title and numbers; snippets are cut from the same."""
    keywords = "\n".join(map(str, edition.keywords or []))
    return [part for part in (edition.summary, to_text(edition.body), keywords, _extra_text(edition)) if part]


def _extra_text(edition: Edition) -> str:
    """The extra fields as their page shows them: choices by their label, steps without their keys."""
    fields = {field.key: field for field in edition.item.type.extra}
    shown = []
    with override(settings.LANGUAGE_CODE):
        for key, value in edition.extra.items():
            field = fields.get(key)
            if field and field.kind == FieldKind.FLOW and isinstance(value, list):
                value = [{k: v for k, v in s.items() if k not in STEP_KEYS} for s in value if isinstance(s, dict)]
            shown.append(_text_of(field.shown(value) if field else value))
    return "\n".join(filter(None, shown))


def _text_of(value: Any) -> str:
    """The strings and numbers of an extra value, one a line; keys are codes, not text."""
    if isinstance(value, dict):
        return "\n".join(filter(None, map(_text_of, value.values())))
    if isinstance(value, list):
        return "\n".join(filter(None, map(_text_of, value)))
    return "" if value is None or isinstance(value, bool) else str(value)


def _delete(using: str, ids: Iterable[int]) -> None:
    gone = list(ids)
    if gone:
        with connections[using].cursor() as cursor:
            cursor.execute(f"DELETE FROM search_text WHERE item_id IN ({', '.join(['%s'] * len(gone))})", gone)


def indexed_ids() -> set[int]:
    with connections[router.db_for_read(Item)].cursor() as cursor:
        cursor.execute("SELECT item_id FROM search_text")
        return set(chain.from_iterable(cursor.fetchall()))


def delete_rows(ids: Iterable[int]) -> None:
    """Rows of items that no longer are."""
    for batch in batched(ids, BATCH):
        _delete(router.db_for_write(Item), batch)
