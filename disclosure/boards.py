"""Sheets of a 公开栏 on paper: A3, A4 tiles and posters, from what board_content says of them."""

from collections.abc import Sequence

from disclosure.board_content import EntryView, SectionView, contents
from disclosure.models import BoardSheet, SheetItem

__all__ = ["EntryView", "SectionView", "bundle_pdf", "contents", "draft_pdf", "html_of", "sheet_pdf"]


def sheet_pdf(sheet: BoardSheet) -> bytes:
    """The PDF of an issued sheet, kept until what it says changes."""
    raise NotImplementedError


def draft_pdf(sheet: BoardSheet, items: Sequence[SheetItem]) -> bytes:
    """The PDF of what is not issued (print_board.Drafted), marked as a preview without a number."""
    raise NotImplementedError


def bundle_pdf(sheets: Sequence[BoardSheet], *, title: str) -> bytes:
    """All these sheets in one PDF, each with its own size of paper and a bookmark."""
    raise NotImplementedError


def html_of(sheet: BoardSheet, items: Sequence[SheetItem]) -> str:
    """What the PDF is laid out from, before anything that does not fit is moved on."""
    raise NotImplementedError
