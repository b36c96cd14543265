"""The rows an administrator keeps: synonyms and best bets, matched by tokens like everything else."""

from collections.abc import Mapping

from django.db import connections

from disclosure.models import BestBet, Synonym
from disclosure.search.query import Query
from disclosure.search.tokens import line

NUMBER_HITS = 200  # so many items of one document number come first; the rest rank by their text


def synonyms() -> Mapping[str, str]:
    """Line of the common word -> line of the official term."""
    rows = Synonym.objects.filter(is_active=True).values_list("word", "term")
    return {line(word): line(term) for word, term in rows if line(word) and line(term)}


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
