"""Triggers on messages and correction reports: number, receipt and outcome stay, whoever holds the connection.

The services refuse first and say why. A new data key writes encrypted columns anew, so these may change but not become
empty, except where the purge after retention has set `purged_at` (services/feedback_purge.py).
"""

# ruff: noqa: S608  (names of our own tables and columns)

from collections.abc import Iterable

from govportal.dbsetup import ALWAYS, DatabaseObject, Rule, guard, no_replacement
from requests_app.models import Feedback, FeedbackEvent

_FEEDBACK, _EVENT = Feedback._meta.db_table, FeedbackEvent._meta.db_table
_FIXED = ("id", "number", "kind", "filed_at", "received_on", "submission_key", "answer_days")
_OUTCOME = ("state", "agency_id", "judgement", "other_path", "answered_on")
_EVENT_COLUMNS = ("id", "feedback_id", "action", "from_state", "to_state", "agency_id", "at", "actor_id")


def guards() -> list[DatabaseObject]:
    return [
        feedback_guard(),
        event_guard(),
        no_replacement(_FEEDBACK, unique=[("number",), ("submission_key",)]),
        no_replacement(_EVENT, unique=[]),
    ]


def _changed(columns: Iterable[str]) -> str:
    return "(" + " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns) + ")"


def _emptied(columns: Iterable[str]) -> str:
    return "(" + " OR ".join(f"(OLD.{column} <> '' AND NEW.{column} = '')" for column in columns) + ")"


def feedback_guard() -> DatabaseObject:
    """What came in stays; what was answered is answered for good."""
    ended = f"OLD.answered_on IS NOT NULL AND {_changed(_OUTCOME)}"
    purged = (
        f"(OLD.purged_at IS NOT NULL AND {_changed(('purged_at',))}) "
        "OR (NEW.purged_at IS NOT NULL AND NEW.answered_on IS NULL)"
    )
    emptied = f"NEW.purged_at IS NULL AND {_emptied(('text', 'answer'))}"
    return guard(
        f"{_FEEDBACK}_guard",
        _FEEDBACK,
        (
            Rule("UPDATE", f"{_changed(_FIXED)} OR ({ended}) OR {purged} OR ({emptied})"),
            Rule("DELETE", ALWAYS),
        ),
        "a message keeps its number, its receipt and its outcome, and is never deleted",
    )


def event_guard() -> DatabaseObject:
    purged = f"EXISTS (SELECT 1 FROM {_FEEDBACK} q WHERE q.id = OLD.feedback_id AND q.purged_at IS NOT NULL)"
    return guard(
        f"{_EVENT}_guard",
        _EVENT,
        (
            Rule("UPDATE", f"{_changed(_EVENT_COLUMNS)} OR ({_emptied(('note',))} AND NOT {purged})"),
            Rule("DELETE", ALWAYS),
        ),
        "the record of a message is append-only",
    )
