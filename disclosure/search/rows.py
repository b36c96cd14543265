"""The rows an administrator keeps: synonyms and best bets, matched by tokens like everything else."""

from collections.abc import Iterable, Mapping

from django.db import connections

from disclosure.models import BestBet, Synonym
from disclosure.search.query import Query, parse
from disclosure.search.tokens import line

NUMBER_HITS = 200  # so many items of one document number come first; the rest rank by their text


def synonyms() -> Mapping[str, str]:
    """Line of the common word -> line of the official term."""
    return _by_line(Synonym.objects.filter(is_active=True))


def understood(query: str | Query) -> Query:
    """A query with the synonyms in force; one that was understood before costs nothing."""
    return query if isinstance(query, Query) else parse(query, synonyms())


def synonyms_used(query: str) -> list[Synonym]:
    """The rows for which a search also looks for the official term: never within quotes."""
    active = list(Synonym.objects.filter(is_active=True))
    words = {word for term in parse(query, _by_line(active)).terms for word in term.words}
    return [synonym for synonym in active if line(synonym.word) in words]


def _by_line(rows: Iterable[Synonym]) -> dict[str, str]:
    return {line(row.word): line(row.term) for row in rows if line(row.word) and line(row.term)}


def best_bets(asked: Query) -> list[int]:
    """Ids of the items chosen for this very query, in order."""
    rows = BestBet.objects.order_by("position", "pk").values_list("query", "item_id")
    return list(dict.fromkeys(item_id for query, item_id in rows if line(query) == asked.line))


def number_hits(asked: Query, using: str) -> list[int]:
    """Ids of the items whose document number or index number the whole query is."""
    if not asked.key:
        return []
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT item_id FROM search_text WHERE document_key = %s UNION "
            "SELECT item_id FROM search_text WHERE index_key = %s ORDER BY item_id DESC LIMIT %s",
            [asked.key, asked.key, NUMBER_HITS],
        )
        return [row[0] for row in cursor.fetchall()]
