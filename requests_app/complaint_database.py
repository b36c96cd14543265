"""Triggers on complaints: what came in, what was found and how it ended stays, whoever holds the connection.

The services refuse first and say why. A new data key writes encrypted columns anew, so these may change but not become
empty, except where the purge after retention has set `purged_at` (services/complaint_purge.py).
"""

# ruff: noqa: S608  (names of our own tables and columns)

from collections.abc import Iterable

from django.db.models import Model

from govportal.crypto import EncryptedTextField
from govportal.dbsetup import ALWAYS, DatabaseObject, Rule, guard, no_replacement
from requests_app.models import Complainant, Complaint, ComplaintEvent, ComplaintFile

_COMPLAINT, _COMPLAINANT = Complaint._meta.db_table, Complainant._meta.db_table
_EVENT, _FILE = ComplaintEvent._meta.db_table, ComplaintFile._meta.db_table
_PURGED = f"EXISTS (SELECT 1 FROM {_COMPLAINT} q WHERE q.id = OLD.complaint_id AND q.purged_at IS NOT NULL)"

_FIXED = (
    "id", "number", "filed_at", "received_on", "is_named", "channel", "agency_id", "notice_board_id",
    "submission_key", "answer_days", "answers_in_working_days",
)  # fmt: skip
_ANSWERED = ("result", "answered_on", "answer_by")  # the last day too: moved afterwards, a late answer was in time
_ENDED = ("state", "closed_on", "other_path", "desk_id")
_ONCE = ("accepted_on", "referred_on", "rectification_id")
_WORDS = ("facts", "board", "answer", "query_key")


def guards() -> list[DatabaseObject]:
    return [
        complaint_guard(),
        event_guard(),
        file_guard(),
        complainant_guard(),
        no_replacement(_COMPLAINT, unique=[("number",), ("submission_key",), ("rectification_id",)]),
        no_replacement(_EVENT, unique=[]),
        no_replacement(_FILE, unique=[("file_id",)]),
        no_replacement(_COMPLAINANT, unique=[("complaint_id",)]),
    ]


def _changed(columns: Iterable[str]) -> str:
    """A column may be called like a word of SQL (`on`), hence the quotes."""
    return "(" + " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns) + ")"


def _plain(model: type[Model]) -> list[str]:
    """The columns that no key writes anew."""
    return [str(one.column) for one in model._meta.concrete_fields if not isinstance(one, EncryptedTextField)]


def _emptied(columns: Iterable[str]) -> str:
    return "(" + " OR ".join(f"(OLD.{column} <> '' AND NEW.{column} = '')" for column in columns) + ")"


def complaint_guard() -> DatabaseObject:
    """What came in for good, the finding once it is told, the end once it has ended."""
    answered = f"OLD.answered_on IS NOT NULL AND {_changed(_ANSWERED)}"
    ended = f"OLD.closed_on IS NOT NULL AND {_changed(_ENDED)}"
    once = " OR ".join(f"(OLD.{column} IS NOT NULL AND {_changed((column,))})" for column in _ONCE)
    purged = (
        f"(OLD.purged_at IS NOT NULL AND {_changed(('purged_at',))}) "
        "OR (NEW.purged_at IS NOT NULL AND NEW.closed_on IS NULL)"
    )
    emptied = f"NEW.purged_at IS NULL AND {_emptied(_WORDS)}"
    return guard(
        f"{_COMPLAINT}_guard",
        _COMPLAINT,
        (
            Rule("UPDATE", f"{_changed(_FIXED)} OR ({answered}) OR ({ended}) OR {once} OR {purged} OR ({emptied})"),
            Rule("DELETE", ALWAYS),
        ),
        "a complaint keeps its number, its receipt, its finding and its end, and is never deleted",
    )


def event_guard() -> DatabaseObject:
    words = ("note", "public_note")
    return guard(
        f"{_EVENT}_guard",
        _EVENT,
        (
            Rule("UPDATE", f"{_changed(_plain(ComplaintEvent))} OR ({_emptied(words)} AND NOT {_PURGED})"),
            Rule("DELETE", ALWAYS),
        ),
        "the record of a complaint is append-only",
    )


def file_guard() -> DatabaseObject:
    return guard(
        f"{_FILE}_guard",
        _FILE,
        (Rule("UPDATE", _changed(_plain(ComplaintFile))), Rule("DELETE", f"NOT {_PURGED}")),
        "a file of a complaint stays with it until the purge",
    )


def complainant_guard() -> DatabaseObject:
    """Who complained without a name gets none afterwards; who gave one keeps it until the purge."""
    anonymous = f"NOT EXISTS (SELECT 1 FROM {_COMPLAINT} q WHERE q.id = NEW.complaint_id AND q.is_named)"
    return guard(
        f"{_COMPLAINANT}_guard",
        _COMPLAINANT,
        (
            Rule("INSERT", anonymous),
            Rule("UPDATE", f"{_changed(('id', 'complaint_id'))} OR {_emptied(('name',))}"),
            Rule("DELETE", f"NOT {_PURGED}"),
        ),
        "who complained stays as he named himself until the purge",
    )
