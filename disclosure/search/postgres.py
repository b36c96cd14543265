"""The index on PostgreSQL: GIN over the single tokens and pairs of a stored line, without any extension.

Containment of all pairs finds candidates; a phrase of three tokens or more is then looked for in the line.
"""

# ruff: noqa: S608  (tables and columns are constants of this package, values are parameters)

from collections.abc import Sequence
from itertools import pairwise

from disclosure.search.query import Term

_GRAMS = """
CREATE OR REPLACE FUNCTION search_grams(line text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ARRAY(
    SELECT unnest(words)
    UNION
    SELECT first || ' ' || second FROM unnest(words[:cardinality(words) - 1], words[2:]) AS pair(first, second)
  ) FROM (SELECT string_to_array(btrim(line), ' ') AS words) AS tokens
$$
"""


def _holding(column: str) -> str:
    """Ids of the rows that hold all grams and all phrases, always by the index: for grams that nearly every row
    has the planner would otherwise compute the grams of each, which takes minutes.
    """
    return f"""
CREATE OR REPLACE FUNCTION search_{column}_holding(grams text[], phrases text[]) RETURNS SETOF bigint
LANGUAGE sql STABLE ROWS 20000 SET enable_seqscan = off AS $$
  SELECT item_id FROM search_text WHERE search_grams({column}) @> grams
  AND NOT EXISTS (SELECT FROM unnest(phrases) AS phrase WHERE strpos({column}, phrase) = 0)
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
    _holding("text"),
    _holding("title"),
)
DROP_TEXT = (
    "DROP TABLE IF EXISTS search_text",
    *(f"DROP FUNCTION IF EXISTS search_{column}_holding(text[], text[])" for column in ("text", "title")),
    "DROP FUNCTION IF EXISTS search_grams(text)",
)
INSERT = "INSERT INTO search_text (item_id, title, text, document_key, index_key) VALUES (%s, %s, %s, %s, %s)"
VERIFY = ()


def _grams(phrase: str) -> list[str]:
    words = phrase.split()
    return [f"{first} {second}" for first, second in pairwise(words)] or words


def _hits(column: str, terms: Sequence[Term]) -> tuple[str, list[object]]:
    """Terms of one phrase are asked for together; one with synonyms is a union of its own."""
    plain = [term.phrases[0] for term in terms if len(term.phrases) == 1]
    groups = [[plain]] if plain else []
    groups += [[[phrase] for phrase in term.phrases] for term in terms if len(term.phrases) > 1]
    call = f"SELECT search_{column}_holding(%s::text[], %s::text[])"
    sql = " INTERSECT ".join("(" + " UNION ".join(call for _phrases in group) + ")" for group in groups)
    parameters: list[object] = []
    for phrases in (phrases for group in groups for phrases in group):
        grams = dict.fromkeys(gram for phrase in phrases for gram in _grams(phrase))
        parameters += [list(grams), [phrase for phrase in phrases if len(phrase.split()) > 2]]
    return sql, parameters


def text_hits(terms: Sequence[Term]) -> tuple[str, list[object]]:
    """SQL that answers the ids of items whose text holds every term, and its parameters."""
    return _hits("text", terms)


def title_hits(terms: Sequence[Term]) -> tuple[str, list[object]]:
    return _hits("title", terms)


def listed(ids: list[int]) -> tuple[str, list[object]]:
    """SQL that answers these ids: one parameter, however many, and the planner knows how many."""
    return "SELECT unnest(%s::bigint[])", [ids]
