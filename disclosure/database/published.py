"""Triggers on what is published: it stays as it was, whoever holds the connection."""

from disclosure.models import Edition
from govportal.dbsetup import DatabaseObject

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
    unchanged = {
        "sqlite": " AND ".join(f"OLD.{column} IS NEW.{column}" for column in frozen),
        "postgresql": " AND ".join(f"OLD.{column} IS NOT DISTINCT FROM NEW.{column}" for column in frozen),
    }
    blank = {
        "sqlite": " AND ".join(f"NEW.{column} = {value}" for column, value in BLANKED.items()),
        "postgresql": " AND ".join(f"NEW.{column}::text = {value}" for column, value in BLANKED.items()),
    }
    left = " AND ".join(f"(NEW.{column} = '' OR NEW.{column} = OLD.{column})" for column in BLANKABLE)
    door = {
        vendor: f"OLD.redacted_by_entry_id IS NULL AND NEW.redacted_by_entry_id IS NOT NULL "
        f"AND {blank[vendor]} AND {left} AND {unchanged[vendor]}"
        for vendor in ("sqlite", "postgresql")
    }
    message = "a published edition never changes"
    return DatabaseObject(
        name="disclosure_edition_guard",
        table="disclosure_edition",
        create={
            "sqlite": (
                "CREATE TRIGGER IF NOT EXISTS disclosure_edition_guard_update BEFORE UPDATE ON disclosure_edition "
                f"WHEN OLD.state = 'published' AND NOT ({door['sqlite']}) "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
                "CREATE TRIGGER IF NOT EXISTS disclosure_edition_guard_delete BEFORE DELETE ON disclosure_edition "
                f"WHEN OLD.state = 'published' BEGIN SELECT RAISE(ABORT, '{message}'); END",
            ),
            "postgresql": (
                "CREATE OR REPLACE FUNCTION disclosure_edition_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "IF OLD.state <> 'published' THEN RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END IF; "
                f"IF TG_OP = 'UPDATE' THEN IF {door['postgresql']} THEN RETURN NEW; END IF; END IF; "
                f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$",
                "CREATE OR REPLACE TRIGGER disclosure_edition_guard BEFORE UPDATE OR DELETE ON disclosure_edition "
                "FOR EACH ROW EXECUTE FUNCTION disclosure_edition_guard()",
            ),
        },
        drop={
            "sqlite": (
                "DROP TRIGGER IF EXISTS disclosure_edition_guard_update",
                "DROP TRIGGER IF EXISTS disclosure_edition_guard_delete",
            ),
            "postgresql": ("DROP TRIGGER IF EXISTS disclosure_edition_guard ON disclosure_edition",),
        },
    )


def attachment_guard() -> DatabaseObject:
    """The attachment links of a published edition never change; a redacted edition may lose them."""
    table, name = "disclosure_editionattachment", "disclosure_attachment_guard"
    message = "the attachments of a published edition never change"
    sealed = (
        "EXISTS (SELECT 1 FROM disclosure_edition e WHERE e.id = {row}.edition_id AND e.state = 'published'{unless})"
    )
    unless = " AND e.redacted_by_entry_id IS NULL"
    conditions = {
        "INSERT": sealed.format(row="NEW", unless=""),
        "UPDATE": f"{sealed.format(row='OLD', unless='')} OR {sealed.format(row='NEW', unless='')}",
        "DELETE": sealed.format(row="OLD", unless=unless),
    }
    return DatabaseObject(
        name=name,
        table=table,
        create={
            "sqlite": tuple(
                f"CREATE TRIGGER IF NOT EXISTS {name}_{verb.lower()} BEFORE {verb} ON {table} "
                f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
                for verb, condition in conditions.items()
            ),
            "postgresql": (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                + " ".join(
                    f"IF TG_OP = '{verb}' THEN IF {condition} THEN "
                    f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END IF; END IF;"
                    for verb, condition in conditions.items()
                )
                + " RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$",
                f"CREATE OR REPLACE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()",
            ),
        },
        drop={
            "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}_{verb.lower()}" for verb in conditions),
            "postgresql": (f"DROP TRIGGER IF EXISTS {name} ON {table}",),
        },
    )


def identity_guard() -> DatabaseObject:
    """Index number and address are given once; an item that was ever published is never deleted."""
    table, name = "disclosure_item", "disclosure_identity_guard"
    message = "an item keeps its index number and address; a published one its type and audience, and stays published"
    columns = "id, index_number, slug, item_type, audience, state"
    changed = (
        "OLD.id <> NEW.id OR OLD.index_number <> NEW.index_number OR OLD.slug <> NEW.slug "
        "OR (OLD.state <> 'unpublished' AND (OLD.item_type <> NEW.item_type OR OLD.audience <> NEW.audience "
        "OR NEW.state = 'unpublished'))"
    )
    return DatabaseObject(
        name=name,
        table=table,
        create={
            "sqlite": (
                f"CREATE TRIGGER IF NOT EXISTS {name}_update BEFORE UPDATE OF {columns} ON {table} "
                f"WHEN {changed} BEGIN SELECT RAISE(ABORT, '{message}'); END",
                f"CREATE TRIGGER IF NOT EXISTS {name}_delete BEFORE DELETE ON {table} "
                f"WHEN OLD.state <> 'unpublished' BEGIN SELECT RAISE(ABORT, '{message}'); END",
            ),
            "postgresql": (
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF TG_OP = 'UPDATE' THEN IF {changed} THEN RAISE EXCEPTION '{message}' "
                "USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END IF; "
                f"IF OLD.state <> 'unpublished' THEN RAISE EXCEPTION '{message}' "
                "USING ERRCODE = 'restrict_violation'; END IF; RETURN OLD; END $$",
                f"CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE OF {columns} OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()",
            ),
        },
        drop={
            "sqlite": (f"DROP TRIGGER IF EXISTS {name}_update", f"DROP TRIGGER IF EXISTS {name}_delete"),
            "postgresql": (f"DROP TRIGGER IF EXISTS {name} ON {table}",),
        },
    )
