"""Triggers on sheets of notice boards: what was issued under a number is what hung on the wall."""

from disclosure.database.columns import changed
from disclosure.enums import SheetState
from govportal.dbsetup import ALWAYS, DatabaseObject, Rule, append_only, guard

_ISSUED = (
    "id", "board_id", "serial", "layout", "period_start", "period_end", "post_from", "post_until", "frame",
    "sections", "log_sequence", "log_head", "digest", "issued_by_id", "issued_at",
)  # fmt: skip
_PROOF = ("posted_on", "posted_by_id", "photo_id")


def guards() -> list[DatabaseObject]:
    return [sheet_guard(), append_only("disclosure_sheetitem")]


def sheet_guard() -> DatabaseObject:
    """Its content is fixed from the first, its proof once it hung; what ended stays ended."""
    hung = f"OLD.state IN ('{SheetState.POSTED}', '{SheetState.REMOVED}') AND {changed(_PROOF)}"
    ended = f"OLD.state IN ('{SheetState.REMOVED}', '{SheetState.CANCELLED}') AND {changed(('state',))}"
    rules = (Rule("UPDATE", f"{changed(_ISSUED)} OR ({hung}) OR ({ended})"), Rule("DELETE", ALWAYS))
    return guard("disclosure_boardsheet_guard", "disclosure_boardsheet", rules, "a sheet stays as it was issued")
