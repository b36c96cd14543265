"""Ways out of an empty result: one word less, half of a long phrase, documents with a number near the one asked."""

import re
from dataclasses import dataclass

from django.db import connections

from disclosure.queries import ItemQuerySet
from disclosure.search.query import parse
from disclosure.search.tokens import BREAK

SHOWN = 5
_DOCUMENT_KEY = re.compile(r"(.*?\d{4}-)(\d+)号")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A query that has hits among the same items: `count` of them, one more at least if `is_capped`."""

    query: str
    count: int
    is_capped: bool = False


def suggest(query: str, items: ItemQuerySet) -> list[Suggestion]:
    """At most SHOWN queries near this one that find something among `items`."""
    from disclosure.search import count_hits, search

    if near := _near_numbers(query, items):
        return near
    found = []
    for shorter in _shorter(query):
        count, is_capped = count_hits(search(shorter, items))
        if count:
            found.append(Suggestion(shorter, count, is_capped))
    return found


def _shorter(query: str) -> list[str]:
    """The query without one of its terms; of a single long term, its first and second half."""
    terms = [term.text for term in parse(query).terms][: SHOWN + 1]
    if len(terms) > 1:
        dropped = [" ".join(terms[:i] + terms[i + 1 :]) for i in range(len(terms))]
        return dropped[:SHOWN]
    words = [word for word in parse(query).line.split() if word != BREAK]
    if len(words) < 4:
        return []
    middle = len(words) // 2
    return ["".join(words[:middle]), "".join(words[middle:])]


def _near_numbers(query: str, items: ItemQuerySet) -> list[Suggestion]:
    """Documents of the same issuer and year, the nearest numbers first: 国发〔2019〕5号 for 国发〔2019〕500号."""
    match = _DOCUMENT_KEY.fullmatch(parse(query).key)
    if not match:
        return []
    prefix, wanted = match[1], int(match[2])
    with connections[items.db].cursor() as cursor:
        # The key after `prefix` and before the first one beyond it: a range of the index.
        cursor.execute(
            "SELECT item_id, document_key FROM search_text WHERE document_key >= %s AND document_key < %s",
            [prefix, prefix[:-1] + "."],
        )
        rows = [(item_id, _DOCUMENT_KEY.fullmatch(key)) for item_id, key in cursor.fetchall()]
    distance = {item_id: abs(int(near[2]) - wanted) for item_id, near in rows if near}
    nearest = sorted(distance, key=lambda item_id: (distance[item_id], item_id))[: 4 * SHOWN]
    numbers = dict(items.filter(pk__in=nearest).values_list("pk", "document_number"))
    shown = dict.fromkeys(numbers[pk] for pk in nearest if pk in numbers)
    return [Suggestion(number, list(numbers.values()).count(number)) for number in list(shown)[:SHOWN]]
