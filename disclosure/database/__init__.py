"""Triggers and search tables of disclosure, put in place by govportal.dbsetup after every migrate."""

from disclosure.database import boards, published, registers, signatures
from disclosure.enums import OPEN_STATES, MotionState
from disclosure.search import database as search
from govportal.dbsetup import DatabaseObject, Seed, append_only, no_replacement

# Rows that are written once.
_APPEND_ONLY = ("logentry", "editionevent", "statement", "filing", "withholdingreview")


# Rows that end in a decision, with the keys beside the id by which one could be replaced.
_REGISTERS: dict[str, list[tuple[str, ...]]] = {
    "withholding": [("edition_id",)],
    "supportingrecord": [],
    "receipt": [],
    "rectification": [("number",)],
}

# Of an edition a person signs one step and a step is signed once; an agency owes a matter once for a period or event.
_SIGNED_ONCE = [("edition_id", "signer_id"), ("edition_id", "step")]
_OWED_ONCE = {
    ("entry_id", "agency_id", "kind", "period_start"): "{row}.event_id IS NULL",
    ("event_id", "kind"): "{row}.event_id IS NOT NULL",
}


def guards() -> list[DatabaseObject]:
    """The triggers that keep published and signed rows as they were."""
    return [
        *(append_only(f"disclosure_{name}") for name in _APPEND_ONLY),
        no_replacement("disclosure_logentry", unique=[("chain", "sequence"), ("chain", "previous_hash")]),
        no_replacement("disclosure_editionevent"),
        no_replacement("disclosure_statement", unique=[("obligation_id",)]),
        no_replacement("disclosure_filing", unique=[("obligation_id",)]),
        no_replacement("disclosure_withholdingreview"),
        published.edition_guard(),
        published.attachment_guard(),
        published.identity_guard(),
        no_replacement(
            "disclosure_edition",
            unique=[("item_id", "number")],
            partial={("item_id",): f"{{row}}.state IN ('{"', '".join(OPEN_STATES)}')"},
        ),
        no_replacement("disclosure_editionattachment", unique=[("edition_id", "position")]),
        no_replacement(
            "disclosure_item",
            unique=[("index_number",), ("slug",)],
            partial={("agency_id", "source", "source_id"): "NOT ({row}.source_id = '')"},
        ),
        *boards.guards(),
        no_replacement("disclosure_boardsheet", unique=[("serial",)]),
        no_replacement("disclosure_sheetitem", unique=[("sheet_id", "section", "position")]),
        signatures.approval_guard(),
        signatures.publication_guard(),
        signatures.signed_text_guard(),
        signatures.signed_files_guard(),
        no_replacement("disclosure_approval", partial=dict.fromkeys(_SIGNED_ONCE, "{row}.voided_at IS NULL")),
        *registers.guards(),
        no_replacement("disclosure_motion", partial={("item_id",): f"{{row}}.state = '{MotionState.ASKED}'"}),
        no_replacement("disclosure_obligation", partial=_OWED_ONCE),
        *(no_replacement(f"disclosure_{name}", unique=keys) for name, keys in _REGISTERS.items()),
    ]


def declarations() -> list[DatabaseObject | Seed]:
    return [*guards(), *search.declarations()]
