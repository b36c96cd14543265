"""What an item type is made of: its own fields and how each is filled, and what must be there before review."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

from disclosure.enums import Aspect, RecordKind
from disclosure.masking import shown_party


class FieldKind(StrEnum):
    TEXT = "text"  # one line
    LONG = "long"  # several lines, plain text
    INTEGER = "integer"
    WORKING_DAYS = "working_days"  # a number; the page shows it with its unit
    AMOUNT = "amount"  # decimal number; the unit stands in the label
    DATE = "date"  # ISO 8601
    DIGEST = "digest"  # hexadecimal; the page shows it in groups, as people compare it
    CHOICE = "choice"
    LINES = "lines"  # list of strings, shown as an ordered list
    TABLE = "table"  # list of objects with the keys of `columns`
    FLOW = "flow"  # list of steps: key, name, lane, days, note, next (list of keys)


@dataclass(frozen=True, slots=True)
class ExtraField:
    key: str
    label: Promise | str
    kind: FieldKind = FieldKind.TEXT
    is_required: bool = False
    choices: tuple[tuple[str, Promise | str], ...] = ()
    columns: tuple[tuple[str, Promise | str], ...] = ()
    page_label: Promise | str = ""  # where the value itself carries the unit; tables need it in the label
    names_party: bool = False  # 行政相对人: of a person only a part of the name may be public
    hint: Promise | str = ""  # said under the input of whoever drafts

    def shown(self, value: Any) -> Any:
        """A choice by its label, a person with the name masked; any other value as it is."""
        if self.names_party:
            return shown_party(str(value or ""))
        return dict(self.choices).get(str(value), value) if self.kind == FieldKind.CHOICE else value


def _nothing_wrong(_extra: Mapping[str, Any]) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class ItemType:
    """One type of item. `required` names common metadata that must not be empty."""

    key: str
    label: Promise | str
    aspect: Aspect
    required: tuple[str, ...] = ("title", "body", "agency", "category")
    extra: tuple[ExtraField, ...] = ()
    needs_interpretation: bool = False
    needs_audit_record: bool = False
    needs_meeting_record: bool = False
    needs_second_review: bool = False  # 复审, where the agency has the people for it
    is_official_document: bool = False  # set in the 公文 layout, with first-line indent
    review_after_months: int | None = None  # continuous texts are looked through again after so long
    faults: Callable[[Mapping[str, Any]], list[str]] = _nothing_wrong  # what its own fields say against each other

    @property
    def records(self) -> tuple[RecordKind, ...]:
        """What must have happened before its text is published, and been recorded."""
        needed = {RecordKind.AUDIT: self.needs_audit_record, RecordKind.MEETING: self.needs_meeting_record}
        return tuple(kind for kind, is_needed in needed.items() if is_needed)

    @property
    def elements(self) -> int:
        """How many elements an edition of this type must have."""
        return len(self.required) + sum(field.is_required for field in self.extra)

    def extra_field(self, key: str) -> ExtraField | None:
        return next((field for field in self.extra if field.key == key), None)
