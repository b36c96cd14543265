"""Triggers on the registers: what was decided, checked or verified stays as it was, whoever holds the connection.

The services refuse first and say why (motion, withhold, receipts, rectify, records, oblige); these hold for whoever
writes past them.
"""

# ruff: noqa: S608  (names of our own tables and columns)

from disclosure.database.columns import changed
from disclosure.enums import EditionState, MotionState, Procedure, RectificationState, WithholdingState
from disclosure.models import Motion, Receipt, Rectification
from govportal.dbsetup import ALWAYS, DatabaseObject, Rule, guard

_ENDED = f"('{RectificationState.VERIFIED}', '{RectificationState.CANCELLED}')"
# What was asked, beside which the decision is set.
_ASKED = (
    "id", "item_id", "action", "ground", "basis", "explanation", "replacement_id", "edition_id", "new_title",
    "asked_by_id", "asked_at",
)  # fmt: skip
# What was decided to be withheld, and by whom. State, review, filing and release go on.
_WITHHELD = (
    "id", "agency_id", "edition_id", "matter", "ground", "reason", "basis", "postponed_until", "proposed_by_id",
    "proposed_at", "decided_by_id", "decided_at",
)  # fmt: skip
_ORDERED = (
    "id", "number", "agency_id", "problem", "requirement", "basis", "item_id", "obligation_id", "ordered_by_id",
    "ordered_on",
)  # fmt: skip
_OWED = ("id", "entry_id", "agency_id", "event_id", "created_at")


def guards() -> list[DatabaseObject]:
    return [motion_guard(), withholding_guard(), record_guard(), receipt_guard(), rectification_guard(), owed_guard()]


def _columns(model: type[Motion | Receipt | Rectification]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


def motion_guard() -> DatabaseObject:
    """What was asked is never rewritten; once decided, nothing of it."""
    decided = f"OLD.state <> '{MotionState.ASKED}' AND {changed(_columns(Motion))}"
    return guard(
        "disclosure_motion_guard",
        "disclosure_motion",
        (Rule("UPDATE", f"{changed(_ASKED)} OR {decided}"), Rule("DELETE", ALWAYS)),
        "a motion is decided once and never rewritten",
    )


def withholding_guard() -> DatabaseObject:
    """In force it ends by its release alone; released it stands until its text is proposed anew. A proposal may go."""
    rewritten = changed(_WITHHELD)
    in_force = (
        f"OLD.state = '{WithholdingState.IN_FORCE}' "
        f"AND ({rewritten} OR NEW.state NOT IN ('{WithholdingState.IN_FORCE}', '{WithholdingState.RELEASED}'))"
    )
    released = (
        f"OLD.state = '{WithholdingState.RELEASED}' AND NEW.state <> '{WithholdingState.PROPOSED}' "
        f"AND ({rewritten} OR NEW.state <> '{WithholdingState.RELEASED}')"
    )
    return guard(
        "disclosure_withholding_guard",
        "disclosure_withholding",
        (
            Rule("UPDATE", f"({in_force}) OR ({released})"),
            Rule("DELETE", f"OLD.state <> '{WithholdingState.PROPOSED}'"),
        ),
        "what was decided of a withheld matter is never rewritten",
    )


def record_guard() -> DatabaseObject:
    """The records behind a text are those that were there when it became public; an emergency may owe one of a kind."""

    def sealed(row: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM disclosure_edition e WHERE e.id = {row}.edition_id "
            f"AND e.state = '{EditionState.PUBLISHED}')"
        )

    belated = (
        "EXISTS (SELECT 1 FROM disclosure_edition e WHERE e.id = NEW.edition_id "
        f"AND e.procedure = '{Procedure.EMERGENCY}') AND NOT EXISTS (SELECT 1 FROM disclosure_supportingrecord r "
        "WHERE r.edition_id = NEW.edition_id AND r.kind = NEW.kind)"
    )
    return guard(
        "disclosure_record_guard",
        "disclosure_supportingrecord",
        (
            Rule("INSERT", f"{sealed('NEW')} AND NOT ({belated})"),
            Rule("UPDATE", f"{sealed('OLD')} OR {sealed('NEW')}"),
            Rule("DELETE", sealed("OLD")),
        ),
        "the records behind a published edition never change",
    )


def receipt_guard() -> DatabaseObject:
    """Checked, a receipt is as it was checked."""
    checked = "OLD.checked_at IS NOT NULL"
    return guard(
        "disclosure_receipt_guard",
        "disclosure_receipt",
        (Rule("UPDATE", f"{checked} AND {changed(_columns(Receipt))}"), Rule("DELETE", checked)),
        "a checked receipt never changes",
    )


def rectification_guard() -> DatabaseObject:
    """What was ordered is never rewritten; verified or cancelled, nothing of it."""
    ended = f"OLD.state IN {_ENDED} AND {changed(_columns(Rectification))}"
    return guard(
        "disclosure_rectification_guard",
        "disclosure_rectification",
        (Rule("UPDATE", f"{changed(_ORDERED)} OR {ended}"), Rule("DELETE", ALWAYS)),
        "an order of rectification is never rewritten",
    )


def owed_guard() -> DatabaseObject:
    """Who owes what never changes, nor does the period, but for an event that moves; what is met keeps its term."""
    # A met one may only be opened again, whole: its day and its item are never exchanged.
    term = ("kind", "period_start", "period_end", "due_on", "basis", "met_on", "met_by_id")
    of_period = f"OLD.event_id IS NULL AND {changed(('kind', 'period_start'))}"
    met = f"OLD.met_on IS NOT NULL AND NEW.met_on IS NOT NULL AND {changed(term)}"
    return guard(
        "disclosure_obligation_guard",
        "disclosure_obligation",
        (Rule("UPDATE", f"{changed(_OWED)} OR ({of_period}) OR ({met})"), Rule("DELETE", ALWAYS)),
        "an obligation is never deleted, nor who owes it when",
    )
