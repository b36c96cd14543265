"""Sheets of a 公开栏 on paper: A3, A4 tiles and posters, from what board_content says of them.

Laid out once where everything fits. Else the rows of cells share their height by need, what is too long is set smaller,
and it is laid out again; what still does not fit goes on on a further page: never cut, never over anything else.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from disclosure.board_content import SectionView, address_of, contents, span
from disclosure.board_fit import places, refitted
from disclosure.board_pages import GRIDS, EntryPart, Part, grouped, units_of
from disclosure.models import BoardSheet, SheetItem
from govportal import paper_cache, pdf, qr

STYLESHEETS = ("css/print.css", "css/board.css", "css/board_tables.css", "css/board_layouts.css")
TEMPLATE = "disclosure/boards/sheets.html"
VARIANT: pdf.Variant = "pdf/ua-1"
LONG_NAME, LONGEST_NAME = 12, 24  # characters of the name of a board, beyond which it is set smaller
LONGEST_FOOT = 132
SHORT_DIGEST = 16
MOST_TURNS = 5  # layouts of one page until what does not fit goes on
ROWS = "rows.css"


@dataclass(frozen=True)
class Board:
    """A sheet with all that is printed of it, under a key of its own among those of one PDF."""

    sheet: BoardSheet
    sections: list[SectionView]
    key: str = "a"

    @property
    def title(self) -> str:
        frame = self.sheet.frame
        return f"{frame['issuer']} {frame['name']} {span(self.sheet.period_start, self.sheet.period_end)}"

    @property
    def has_masked(self) -> bool:
        return any(section.has_masked for section in self.sections)


@dataclass(frozen=True)
class Page:
    """One page of a sheet: `number` of `total`. `heights` of its rows in millimetres, where they are not equal."""

    board: Board
    parts: tuple[Part, ...]
    heights: tuple[float, ...] = ()
    number: int = 1
    total: int = 1

    @property
    def classes(self) -> str:
        layout = self.board.sheet.layout
        grid = GRIDS[layout][len(self.parts) or 1]
        wide = " wide" if len(self.parts) < grid.columns * grid.rows else ""
        return f"{layout.replace('_', '-')} c{grid.columns} r{grid.rows}{wide}"


def sheet_pdf(sheet: BoardSheet) -> bytes:
    """The PDF of an issued sheet, kept until what it says changes."""
    with translation.override(settings.LANGUAGE_CODE):
        board = Board(sheet, contents(sheet, _items(sheet)), key="a0")
        first, title = _first_pages(board), board.title
        source = pdf.Source(_html(first), STYLESHEETS, VARIANT)  # its QR codes say what their names are made of
        made_at = sheet.issued_at
        return paper_cache.get_or_make(source, lambda: _made(first, title), title=title, created_at=made_at)


def draft_pdf(sheet: BoardSheet, items: Sequence[SheetItem]) -> bytes:
    """The PDF of what is not issued (print_board.Drafted), marked as a preview without a number."""
    with translation.override(settings.LANGUAGE_CODE):
        board = Board(sheet, contents(sheet, items))
        return _made(_first_pages(board), board.title)


def bundle_pdf(sheets: Sequence[BoardSheet], *, title: str) -> bytes:
    """All these sheets in one PDF, each with its own size of paper and a bookmark; whoever ordered it keeps it."""
    with translation.override(settings.LANGUAGE_CODE):
        boards = [Board(sheet, contents(sheet, _items(sheet)), key=f"a{n}") for n, sheet in enumerate(sheets)]
        return _made([page for board in boards for page in _first_pages(board)], title)


def _items(sheet: BoardSheet) -> list[SheetItem]:
    return list(sheet.items.select_related("item__agency", "edition__item"))


def _made(first: Sequence[Page], title: str) -> bytes:
    layout = _flowed(first)
    return layout.write(title=title, created_at=max(page.board.sheet.issued_at for page in first))


# --- pages ---------------------------------------------------------------------------------------------------------


def _first_pages(board: Board) -> list[Page]:
    parts = [Part(one, units := units_of(one), 0, len(units)) for one in board.sections]
    return _numbered(_pages(board, parts, turn=0) or [Page(board, ())])


def _pages(board: Board, parts: Sequence[Part], *, turn: int) -> list[Page]:
    """The parts on as many pages as they need, each in a cell of its own."""
    return [
        Page(board, tuple(replace(part, key=f"{board.key}{turn}p{number}c{n}") for n, part in enumerate(group)))
        for number, group in enumerate(grouped(parts, board.sheet.layout))
    ]


def _flowed(first: Sequence[Page]) -> pdf.Layout:
    """The layout with everything in its place: the first one if it fits."""
    fresh, done, turn = list(first), list[Page](), 0
    while True:
        fresh, layout, spots = _fitted(fresh)
        kept, rest = _split(fresh, spots)
        done += kept
        if not rest:
            break
        turn += 1
        fresh = [page for board, parts in rest for page in _pages(board, parts, turn=turn)]
    return _laid_out(_in_order(done)) if turn else layout


def _fitted(pages: list[Page]) -> tuple[list[Page], pdf.Layout, dict[str, pdf.Spot]]:
    """The pages with every part in the largest type that fits, or the smallest."""
    for _turn in range(MOST_TURNS - 1):
        layout = _laid_out(pages)
        spots = layout.spots()
        better = [_refitted(page, spots) for page in pages]
        if better == pages:
            return pages, layout, spots
        pages = better
    layout = _laid_out(pages)
    return pages, layout, layout.spots()


def _refitted(page: Page, spots: Mapping[str, pdf.Spot]) -> Page:
    parts, heights = refitted(page.parts, page.heights, page.board.sheet.layout, spots)
    return page if (parts, heights) == (page.parts, page.heights) else replace(page, parts=parts, heights=heights)


def _split(pages: Sequence[Page], spots: Mapping[str, pdf.Spot]) -> tuple[list[Page], list[tuple[Board, list[Part]]]]:
    """What stands on these pages, and of each board what has to go on."""
    kept, rest = [], dict[str, tuple[Board, list[Part]]]()
    for page in pages:
        standing = []
        for part in page.parts:
            stays, further = (part, None) if part.fits(spots) else part.split(spots)
            standing.append(stays)
            if further is not None and further.start < further.stop:
                rest.setdefault(page.board.key, (page.board, []))[1].append(further)
        kept.append(replace(page, parts=tuple(standing)))
    return kept, list(rest.values())


def _in_order(pages: Sequence[Page]) -> list[Page]:
    """Each board by itself, numbered; a tile is followed by what goes on from it."""
    found = []
    for board in {page.board.key: page.board for page in pages}.values():
        own = [page for page in pages if page.board is board]
        if max(GRIDS[board.sheet.layout]) == 1 and board.sections:
            own.sort(key=lambda page: (page.parts[0].section.number, page.parts[0].start))
        found += _numbered(own)
    return found


def _numbered(pages: Sequence[Page]) -> list[Page]:
    return [replace(page, number=number, total=len(pages)) for number, page in enumerate(pages, start=1)]


# --- HTML ----------------------------------------------------------------------------------------------------------


def _laid_out(pages: Sequence[Page]) -> pdf.Layout:
    codes = {code_name(address): address for page in pages for address in _addresses(page)}
    resources = {name: qr.png(address) for name, address in codes.items()}
    if rows := "\n".join(places(each.parts, each.heights, each.board.sheet.layout) for each in pages if each.heights):
        resources[ROWS] = rows.encode()
    return pdf.lay_out(pdf.Source(_html(pages), STYLESHEETS, VARIANT, resources))


def _addresses(page: Page) -> Iterable[str]:
    yield address_of(page.board.sheet)
    for part in page.parts:
        yield part.section.address
        yield from (entry.view.address for entry in part.entries if _has_code(part, entry))


def code_name(address: str) -> str:
    """The name under which the template calls the QR code of an address."""
    return f"{hashlib.sha256(address.encode()).hexdigest()[:20]}.png"


def _html(pages: Sequence[Page]) -> str:
    context = {
        "pages": [_page_context(page) for page in pages],
        "title": pages[0].board.title,
        "rows": ROWS if any(page.heights for page in pages) else "",
    }
    return render_to_string(TEMPLATE, context)


def _page_context(page: Page) -> dict[str, Any]:
    """One page for the template, which shows and decides nothing."""
    sheet = page.board.sheet
    address = address_of(sheet)
    return {
        "page": page,
        "sheet": sheet,
        "label": f"{sheet.frame['name']} {sheet.serial or _('预览')}",
        "name_class": _name_class(sheet.frame["name"]),
        "period": span(sheet.period_start, sheet.period_end),
        "posting": span(sheet.post_from, sheet.post_until),
        "address": address,
        "code": code_name(address),
        "where": where_to_ask(sheet.frame),
        "log_head": [_groups(half, 8) for half in _groups(sheet.log_head, 32)],
        "digest": _groups(sheet.digest[:SHORT_DIGEST], 4),
        "issued_at": localtime(sheet.issued_at),
        "has_masked": page.board.has_masked,
        "cells": [_cell_context(part) for part in page.parts],
    }


def _cell_context(part: Part) -> dict[str, Any]:
    section = part.section
    entries = [
        {"part": entry, "code": code_name(entry.view.address) if _has_code(part, entry) else ""}
        for entry in part.entries
    ]
    return {"part": part, "section": section, "code": code_name(section.address), "entries": entries}


def _has_code(part: Part, entry: EntryPart) -> bool:
    """An item by itself is reached by the code of its section."""
    return bool(entry.has_title and entry.view.address) and not part.section.is_single


def _groups(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _name_class(name: str) -> str:
    return "" if len(name) <= LONG_NAME else "long" if len(name) <= LONGEST_NAME else "longest"


def where_to_ask(frame: Mapping[str, str]) -> str:
    """Where the full text is and who answers, in one paragraph; in long words the address of the board instead."""
    place = "，".join(filter(None, (frame["office"], frame["office_address"], frame["office_hours"])))
    words = [
        _("扫码看全文；有疑问：%s。") % "，".join(filter(None, (place, frame["office_phone"]))),
        _("没有公开的，可以申请公开；公开不实、不及时的，可以投诉%s。") % _after(frame["site_phone"]),
        _("网址 %s") % frame["site"].partition("://")[2].rstrip("/"),
    ]
    return (
        "".join(words)
        if len("".join(words)) <= LONGEST_FOOT
        else "".join([_("全文和联系办法见 %s。") % frame["board"], *words[1:]])
    )


def _after(phone: str) -> str:
    return f"：{phone}" if phone else ""
