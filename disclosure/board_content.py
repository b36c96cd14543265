"""What a sheet of a 公开栏 says, section by section: the same words for the paper and for its page.

A sheet names editions; their text is read today. What may no longer be read leaves its place and none of its words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from disclosure.models import BoardSheet, SheetItem
from govportal.htmlblocks import Block


@dataclass(frozen=True, slots=True)
class EntryView:
    """One item on a sheet. `blocks` are its paragraphs and tables, with names and numbers masked already.

    `is_withheld`: the text may not be shown; `why` says so and `blocks` is empty. The title of what is no longer
    public is empty too.
    """

    position: int
    title: str
    blocks: tuple[Block, ...]
    index_number: str
    edition_number: int
    short_digest: str
    address: str  # absolute; empty where there is nothing to open
    is_withheld: bool = False
    why: str = ""

    @property
    def lines(self) -> list[str]:
        """Everything below the title as plain text, a row of a table as one line."""
        found: list[str] = []
        for block in self.blocks:
            found += [block.text] if block.text else []
            found += [" ".join(cell.text for cell in row) for row in block.rows]
        return found


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section. `number` counts from 1; `address` is where its QR code leads."""

    number: int
    numeral: str
    heading: str
    responsible: str
    basis: str
    updated_on: date | None
    gap: str
    address: str
    entries: tuple[EntryView, ...] = field(default_factory=tuple)
    has_masked: bool = False  # some name or number was masked


def contents(sheet: BoardSheet, items: Sequence[SheetItem]) -> list[SectionView]:
    """The sections of a sheet in their order; `items` with their item and edition, in the order of the sheet."""
    raise NotImplementedError
