"""The index on SQLite: external-content FTS5 over `search_text`, one table for all text and one for titles.

The stored lines are tokens already, so the tokenizer only splits at blanks: `ascii` takes everything beyond
ASCII as part of a token. (A contentless table could not delete on SQLite 3.40.)
"""

# ruff: noqa: S608  (tables and columns are constants of this package, values are parameters)

from collections.abc import Sequence

from disclosure.search.query import Term

_TOKENIZER = "tokenize = \"ascii tokenchars '.%$+<=>^`|~'\""
_FTS = {"search_index": "text", "search_title": "title"}


def _fts_delete(row: str) -> str:
    return " ".join(
        f"INSERT INTO {table} ({table}, rowid, {column}) VALUES ('delete', {row}.item_id, {row}.{column});"
        for table, column in _FTS.items()
    )


def _fts_insert(row: str) -> str:
    return " ".join(
        f"INSERT INTO {table} (rowid, {column}) VALUES ({row}.item_id, {row}.{column});"
        for table, column in _FTS.items()
    )


CREATE_TEXT = (
    "CREATE TABLE IF NOT EXISTS search_text (item_id integer PRIMARY KEY, title text NOT NULL, text text NOT NULL, "
    "document_key text NOT NULL, index_key text NOT NULL)",
    "CREATE INDEX IF NOT EXISTS search_document_key ON search_text (document_key)",
    "CREATE INDEX IF NOT EXISTS search_index_key ON search_text (index_key)",
    *(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5({column}, content = 'search_text', "
        f"content_rowid = 'item_id', columnsize = 0, {_TOKENIZER})"
        for table, column in _FTS.items()
    ),
    f"CREATE TRIGGER IF NOT EXISTS search_text_insert AFTER INSERT ON search_text BEGIN {_fts_insert('NEW')} END",
    f"CREATE TRIGGER IF NOT EXISTS search_text_delete AFTER DELETE ON search_text BEGIN {_fts_delete('OLD')} END",
    "CREATE TRIGGER IF NOT EXISTS search_text_update AFTER UPDATE ON search_text "
    f"BEGIN {_fts_delete('OLD')} {_fts_insert('NEW')} END",
)
DROP_TEXT = (*(f"DROP TABLE IF EXISTS {table}" for table in _FTS), "DROP TABLE IF EXISTS search_text")
INSERT = "INSERT INTO search_text (item_id, title, text, document_key, index_key) VALUES (%s, %s, %s, %s, %s)"
# Raises an error when an FTS table and the stored lines differ.
VERIFY = tuple(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)" for table in _FTS)


def _match(terms: Sequence[Term]) -> str:
    """Tokens hold neither quotes nor blanks, so a quoted phrase is safe as it stands."""
    return " AND ".join("(" + " OR ".join(f'"{phrase.strip()}"' for phrase in term.phrases) + ")" for term in terms)


def text_hits(terms: Sequence[Term]) -> tuple[str, list[object]]:
    """SQL that answers the ids of items whose text holds every term, and its parameters."""
    return "SELECT rowid FROM search_index WHERE search_index MATCH %s", [_match(terms)]


def title_hits(terms: Sequence[Term]) -> tuple[str, list[object]]:
    return "SELECT rowid FROM search_title WHERE search_title MATCH %s", [_match(terms)]


def listed(ids: list[int]) -> tuple[str, list[object]]:
    """SQL that answers these ids: one parameter, however many."""
    return "SELECT value FROM json_each(%s)", [str(ids)]
