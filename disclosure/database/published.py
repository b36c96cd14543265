"""Triggers on what is published: it stays as it was, whoever holds the connection."""

# ruff: noqa: S608  (names of our own tables and columns)

from disclosure.enums import EditionState, ItemState
from disclosure.models import Edition
from govportal.dbsetup import DatabaseObject, Rule, guard

# Redaction may blank these; every other column of a published edition keeps its value.
BLANKED = {"body": "''", "summary": "''", "keywords": "'[]'", "extra": "'{}'"}
# These it may blank or leave as they are.
BLANKABLE = ("change_note", "issuer", "document_number", "topic")
FREE_IN_REDACTION = {"title", "title_breaks", "redacted_by_entry_id", *BLANKED, *BLANKABLE}


def edition_guard() -> DatabaseObject:
    """Published editions refuse update and delete but for one door: a redaction by a log entry.

    The door opens only if the text is blanked, the head blanked or kept, and `redacted_by_entry` set in one statement.
    """
    frozen = [f.column for f in Edition._meta.concrete_fields if f.column not in FREE_IN_REDACTION]
    door = " AND ".join(
        (
            "OLD.redacted_by_entry_id IS NULL AND NEW.redacted_by_entry_id IS NOT NULL",
            *(f"CAST(NEW.{column} AS TEXT) = {value}" for column, value in BLANKED.items()),
            *(f"(NEW.{column} = '' OR NEW.{column} = OLD.{column})" for column in BLANKABLE),
            *(f"OLD.{column} IS NOT DISTINCT FROM NEW.{column}" for column in frozen),
        )
    )
    published = f"OLD.state = '{EditionState.PUBLISHED}'"
    return guard(
        "disclosure_edition_guard",
        "disclosure_edition",
        (Rule("UPDATE", f"{published} AND NOT ({door})"), Rule("DELETE", published)),
        "a published edition never changes",
    )


def attachment_guard() -> DatabaseObject:
    """The attachment links of a published edition never change; a redacted edition may lose them."""

    def sealed(row: str, unless: str = "") -> str:
        return (
            f"EXISTS (SELECT 1 FROM disclosure_edition e WHERE e.id = {row}.edition_id "
            f"AND e.state = '{EditionState.PUBLISHED}'{unless})"
        )

    return guard(
        "disclosure_attachment_guard",
        "disclosure_editionattachment",
        (
            Rule("INSERT", sealed("NEW")),
            Rule("UPDATE", f"{sealed('OLD')} OR {sealed('NEW')}"),
            Rule("DELETE", sealed("OLD", " AND e.redacted_by_entry_id IS NULL")),
        ),
        "the attachments of a published edition never change",
    )


def identity_guard() -> DatabaseObject:
    """Index number and address are given once; an item that was ever published is never deleted."""
    was_public = f"OLD.state <> '{ItemState.UNPUBLISHED}'"
    changed = (
        "OLD.id <> NEW.id OR OLD.index_number <> NEW.index_number OR OLD.slug <> NEW.slug "
        f"OR ({was_public} AND (OLD.item_type <> NEW.item_type OR OLD.audience <> NEW.audience "
        f"OR NEW.state = '{ItemState.UNPUBLISHED}'))"
    )
    return guard(
        "disclosure_identity_guard",
        "disclosure_item",
        (Rule("UPDATE", changed), Rule("DELETE", was_public)),
        "an item keeps its index number and address; a published one its type and audience, and stays published",
    )
