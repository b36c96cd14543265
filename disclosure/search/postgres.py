"""The index on PostgreSQL: GIN over the single tokens and pairs of a stored line, without any extension.

Containment of all pairs finds candidates; a phrase of three tokens or more is then looked for in the line.
`search_grams` is dear by declaration, so that the planner reads the index instead of calling it row by row.
"""

# ruff: noqa: S608  (tables and columns are constants of this package, values are parameters)

from collections.abc import Iterable
from itertools import pairwise

from disclosure.search.query import Term

_GRAMS = """
CREATE OR REPLACE FUNCTION search_grams(line text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
  SELECT ARRAY(
    SELECT unnest(words)
    UNION
    SELECT first || ' ' || second FROM unnest(words[:cardinality(words) - 1], words[2:]) AS pair(first, second)
  ) FROM (SELECT string_to_array(btrim(line), ' ') AS words) AS tokens
$$
"""

CREATE_TEXT = (
    "CREATE TABLE IF NOT EXISTS search_text (item_id bigint PRIMARY KEY, title text NOT NULL, text text NOT NULL, "
    "document_key text NOT NULL, index_key text NOT NULL)",
    "CREATE INDEX IF NOT EXISTS search_document_key ON search_text (document_key)",
    "CREATE INDEX IF NOT EXISTS search_index_key ON search_text (index_key)",
    _GRAMS,
    "CREATE INDEX IF NOT EXISTS search_index ON search_text USING gin (search_grams(text))",
    "CREATE INDEX IF NOT EXISTS search_title ON search_text USING gin (search_grams(title))",
)
DROP_TEXT = ("DROP TABLE IF EXISTS search_text", "DROP FUNCTION IF EXISTS search_grams(text)")
INSERT = "INSERT INTO search_text (item_id, title, text, document_key, index_key) VALUES (%s, %s, %s, %s, %s)"
VERIFY = ()


def _grams(phrase: str) -> list[str]:
    words = phrase.split()
    return [f"{first} {second}" for first, second in pairwise(words)] or words


def _holds(column: str, phrase: str) -> tuple[str, list[object]]:
    grams = _grams(phrase)
    if len(grams) == 1:
        return f"search_grams({column}) @> %s::text[]", [grams]
    return f"search_grams({column}) @> %s::text[] AND strpos({column}, %s) > 0", [grams, phrase]


def _hits(column: str, terms: Iterable[Term]) -> tuple[str, list[object]]:
    conditions, parameters = [], []
    for term in terms:
        alternatives = [_holds(column, phrase) for phrase in term.phrases]
        conditions.append("(" + " OR ".join(f"({sql})" for sql, _values in alternatives) + ")")
        parameters += [value for _sql, values in alternatives for value in values]
    # Materialised: otherwise a LIMIT tempts the planner into testing rows one by one.
    sql = f"SELECT item_id FROM search_text WHERE {' AND '.join(conditions)}"
    return f"WITH hits AS MATERIALIZED ({sql}) SELECT item_id FROM hits", parameters


def text_hits(terms: Iterable[Term]) -> tuple[str, list[object]]:
    """SQL that answers the ids of items whose text holds every term, and its parameters."""
    return _hits("text", terms)


def title_hits(terms: Iterable[Term]) -> tuple[str, list[object]]:
    return _hits("title", terms)
