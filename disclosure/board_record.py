"""What a sheet of a 公开栏 is on record: the values under its digest, which anybody can compute again."""

import hashlib
from collections.abc import Sequence
from datetime import UTC
from typing import Any

from disclosure.models import BoardSheet, SheetItem
from disclosure.publication_log import canonical_json

# Of a section: what is printed over its items. Which names it masks tells names, and is not told.
_PRINTED = ("heading", "responsible", "basis", "detail", "gap")


def payload(sheet: BoardSheet, items: Sequence[SheetItem]) -> dict[str, Any]:
    """The record of a sheet; `items` in their order, each with its item and edition."""
    return {
        "serial": sheet.serial,
        "layout": sheet.layout,
        "period": [sheet.period_start.isoformat(), sheet.period_end.isoformat()],
        "posting": [sheet.post_from.isoformat(), sheet.post_until.isoformat()],
        "frame": sheet.frame,
        "sections": [
            {name: section[name] for name in _PRINTED}
            | {"items": [_item(one) for one in items if one.section == number]}
            for number, section in enumerate(sheet.sections)
        ],
        "log": {"sequence": sheet.log_sequence, "head": sheet.log_head},
        "issued_at": sheet.issued_at.astimezone(UTC).isoformat(timespec="seconds"),
    }


def _item(row: SheetItem) -> dict[str, Any]:
    return {"index_number": row.item.index_number, "edition": row.edition.number, "digest": row.digest}


def digest_of(sheet: BoardSheet, items: Sequence[SheetItem]) -> str:
    """SHA-256 of the canonical JSON of the record, in hexadecimal."""
    return hashlib.sha256(canonical_json(payload(sheet, items))).hexdigest()
