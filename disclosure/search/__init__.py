"""Search over public text: one definition of tokens, one ranking, two indexes that answer alike.

Ranking: exact document or index number, best bet, every term in the title, elsewhere in the text; newest first
within each.
"""

from typing import Any

from django.db import connections
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from disclosure.queries import ItemQuerySet
from disclosure.search.index import backend, index_item, index_items, remove_item
from disclosure.search.query import Query
from disclosure.search.rows import best_bets, number_hits, synonyms_used, understood
from disclosure.search.snippets import Snippet, snippets
from disclosure.search.suggestions import Suggestion, suggest

__all__ = [
    "Query",
    "Snippet",
    "Suggestion",
    "count_hits",
    "index_item",
    "index_items",
    "remove_item",
    "search",
    "snippets",
    "suggest",
    "synonyms_used",
    "understood",
]

COUNT_LIMIT = 5_000
FEW_HITS = COUNT_LIMIT


def search(query: str | Query, items: ItemQuerySet) -> ItemQuerySet:
    """The hits among `items`, best first; all of them, newest first, for a blank query.

    Nothing a reader types is an error: a query without a single word or number has no hits.
    """
    if isinstance(query, str) and not query.strip():
        return items.newest_first()
    asked = understood(query)
    if not asked.terms:
        return items.none()
    index = backend(items.db)
    numbers, bets = number_hits(asked, items.db), best_bets(asked)
    rank = Case(
        When(pk__in=numbers, then=Value(0)),
        *(When(pk=pk, then=Value(position)) for position, pk in enumerate(bets, start=1)),
        When(pk__in=_ids(*index.title_hits(asked.terms)), then=Value(len(bets) + 1)),
        default=Value(len(bets) + 2),
        output_field=IntegerField(),
    )
    found = _found(asked, items.db, [*numbers, *bets])
    return items.filter(found).order_by(rank, "-published_on", "-id")


def _found(asked: Query, using: str, chosen: list[int]) -> Q:
    """Few hits are read here and now, so that the database starts from them; many stay a subquery, and the OR
    beside it makes PostgreSQL hash them: a plain IN it would join row by row, not knowing how many they are.
    """
    index = backend(using)
    sql, parameters = index.text_hits(asked.terms)
    with connections[using].cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {FEW_HITS + 1}", parameters)
        few = [row[0] for row in cursor.fetchall()]
    if len(few) <= FEW_HITS:
        return Q(pk__in=_ids(*index.listed([*few, *chosen])))
    return Q(pk__in=_ids(sql, parameters)) | Q(pk__in=[0, *chosen])


def _ids(sql: str, parameters: list[object]) -> RawSQL:
    return RawSQL(sql, parameters)  # noqa: S611  (our own text; what the reader typed is a parameter)


def count_hits(rows: QuerySet[Any, Any], limit: int = COUNT_LIMIT) -> tuple[int, bool]:
    """How many, exact up to `limit`; above it (limit, True): at least one more."""
    count = rows.order_by().values("pk")[: limit + 1].count()
    return (limit, True) if count > limit else (count, False)
