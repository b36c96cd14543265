"""How the sections of a sheet fill pages: grids, sizes of type, and where a text that does not fit goes on. Pure.

A section is a row of units that a page break may part: a title, a sentence, a row of a table. A part of it stands in a
cell of fixed size. What is too long for its cell is set smaller, down to SMALLEST, and goes on on a further page.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, sqrt

from disclosure.board_content import EntryView, SectionView
from disclosure.enums import BoardLayout
from govportal.htmlblocks import HEADINGS, Cell
from govportal.pdf import Spot

# Points: no text below 12 unless it has to fit, and none below 11.
SIZES = (36.0, 30.0, 24.0, 20.0, 16.0, 14.0, 12.5, 11.0)
SMALLEST = SIZES[-1]
LONGEST_TITLE, LONGEST_CAPTION = 100, 60
_SPREAD = 1.3  # of two parts of one sheet, how much larger the type of one may be
_NUMBER = re.compile(r"[-+−—–-]|[-+−]?\d[\d ,.]*[%％‰]?")
_PIECE = re.compile(r"[^。！？；\n]{0,60}[。！？；\n]?")
RIM, _CONTINUES = 0.8, 7.0  # mm at the foot of a cell: air, and 接下页
_SHORT = 240  # characters of an entry that is not parted
# A table is set as one if its columns and longest cells are within these; else each row is a line of text.
_MOST_COLUMNS, _WIDEST_TABLE, _LONGEST_CELL = 7, 44, 24


@dataclass(frozen=True, slots=True)
class Grid:
    """How many cells a page has, and the size of type they begin with."""

    columns: int
    rows: int
    size: float


GRIDS: Mapping[str, Mapping[int, Grid]] = {
    BoardLayout.A3_LANDSCAPE: {
        1: Grid(1, 1, 24.0), 2: Grid(2, 1, 20.0), 3: Grid(3, 1, 16.0), 4: Grid(4, 1, 16.0),
        5: Grid(3, 2, 14.0), 6: Grid(3, 2, 14.0), 7: Grid(4, 2, 12.5), 8: Grid(4, 2, 12.5),
    },
    BoardLayout.A3_PORTRAIT: {
        1: Grid(1, 1, 24.0), 2: Grid(2, 1, 20.0), 3: Grid(2, 2, 16.0), 4: Grid(2, 2, 16.0),
        5: Grid(2, 3, 12.5), 6: Grid(2, 3, 12.5), 7: Grid(2, 4, 12.5), 8: Grid(2, 4, 12.5),
    },
    BoardLayout.A4_TILES: {1: Grid(1, 1, 20.0)},
    BoardLayout.POSTER: {1: Grid(1, 1, 36.0)},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """What stands or goes on as a whole. `keeps_next`: it is never the last before a break."""

    kind: str  # title, why, note, text, row, mark, gap
    entry: int = -1
    block: int = -1
    tag: str = "p"
    text: str = ""
    row: tuple[Cell, ...] = ()
    keeps_next: bool = False
    ends_block: bool = True


@dataclass(frozen=True, slots=True)
class BlockPart:
    """A paragraph or table, or what of it stands in this cell."""

    key: str
    tag: str
    units: tuple[tuple[str, Unit], ...]  # with the id of each
    caption: str = ""
    head: tuple[tuple[Cell, ...], ...] = ()
    is_continued: bool = False
    numbers: frozenset[int] = frozenset()  # the columns that are set to the right


@dataclass(frozen=True, slots=True)
class EntryPart:
    """What of an item stands in a cell: `title` and `mark` with the id of each; without `has_title` it goes on."""

    view: EntryView
    has_title: bool
    title: tuple[str, str]
    blocks: tuple[BlockPart, ...]
    mark: tuple[str, str] | None


@dataclass(frozen=True)
class Part:
    """What of a section stands in one cell, under the key of its place."""

    section: SectionView
    units: tuple[Unit, ...]
    start: int = 0
    stop: int = 0
    size: float = SIZES[0]
    key: str = ""

    @property
    def is_continued(self) -> bool:
        return self.start > 0

    @property
    def continues(self) -> bool:
        return self.stop < len(self.units)

    @property
    def size_class(self) -> str:
        return f"t{self.size:.0f}" if self.size != 12.5 else "t12"

    @property
    def gap(self) -> tuple[tuple[str, Unit], ...]:
        return tuple((self.id_of(n), self.units[n]) for n in self._numbers if self.units[n].kind == "gap")

    @property
    def _numbers(self) -> range:
        return range(self.start, self.stop)

    def id_of(self, number: int) -> str:
        return f"{self.key}u{number}"

    @cached_property
    def entries(self) -> list[EntryPart]:
        entries = sorted({self.units[n].entry for n in self._numbers} - {-1})
        return [self._entry(number) for number in entries]

    def _entry(self, entry: int) -> EntryPart:
        numbers = [n for n in self._numbers if self.units[n].entry == entry]
        kinds = {self.units[n].kind: (self.id_of(n), self.units[n].text) for n in numbers}
        blocks = sorted({self.units[n].block for n in numbers} - {-1})
        view = self.section.entries[entry]
        title = kinds.get("title", ("", view.title[:LONGEST_TITLE]))
        return EntryPart(view, "title" in kinds, title, tuple(self._blocks(numbers, blocks)), kinds.get("mark"))

    def _blocks(self, numbers: Sequence[int], blocks: Sequence[int]) -> Iterator[BlockPart]:
        for block in blocks:
            own = [n for n in numbers if self.units[n].block == block]
            first = self.units[own[0]]
            is_continued = own[0] > 0 and self.units[own[0] - 1].block == block and self.units[own[0] - 1].entry >= 0
            is_continued = is_continued and self.units[own[0] - 1].entry == first.entry
            caption = ""
            head: tuple[tuple[Cell, ...], ...] = ()
            aligned: frozenset[int] = frozenset()
            if first.kind == "row":
                source = self.section.entries[first.entry].blocks[block]
                caption, head = source.text[:LONGEST_CAPTION], tuple(map(tuple, heads_of(source.rows)))
                aligned = number_columns(source.rows)
            units = tuple((self.id_of(n), self.units[n]) for n in own)
            tag = "table" if first.kind == "row" else first.tag
            yield BlockPart(f"{self.id_of(own[0])}b", tag, units, caption, head, is_continued, aligned)

    def fits(self, spots: Mapping[str, Spot]) -> bool:
        """Whether all of it stands within its cell."""
        last = self.id_of(self.stop - 1)
        return last in spots and spots[f"{self.key}body"].bottom <= spots[f"{self.key}cell"].bottom - RIM

    def smaller(self, spots: Mapping[str, Spot]) -> "Part":
        """With the largest type by which it may fit; at the smallest, itself."""
        body, cell = spots[f"{self.key}body"], spots[f"{self.key}cell"]
        ratio = sqrt(max(cell.bottom - body.y, 1) / max(body.bottom - body.y, 1)) * 1.03
        lower = [size for size in SIZES if size < self.size]
        fitting = [size for size in lower if size <= self.size * ratio]
        return replace(self, size=(fitting or lower or [self.size])[0])

    def split(self, spots: Mapping[str, Spot]) -> tuple["Part", "Part"]:
        """What fits, and the rest. At least one unit stands, so that there is an end."""
        limit = spots[f"{self.key}cell"].bottom - _CONTINUES
        stop = self.start
        while stop < self.stop and self._bottom(stop, spots) <= limit:
            stop += 1
        while stop > self.start and self.units[stop - 1].keeps_next:
            stop -= 1
        stop = self._before_short_entry(stop)
        if stop == self.start:
            stop = next((n + 1 for n in self._numbers if not self.units[n].keeps_next), self.stop)
        return replace(self, stop=stop), replace(self, start=stop)

    def _before_short_entry(self, stop: int) -> int:
        """Not within an entry of a few lines, if others stand before it: it goes on as a whole."""
        entry = self.units[stop].entry if stop < self.stop else -1
        own = [n for n in self._numbers if entry >= 0 and self.units[n].entry == entry]
        is_short = sum(len(self.units[n].text) + sum(len(c.text) for c in self.units[n].row) for n in own) <= _SHORT
        return own[0] if own and is_short and own[0] > self.start else stop

    def _bottom(self, number: int, spots: Mapping[str, Spot]) -> float:
        """Where a unit ends. Of a sentence only the beginning is known: the next begins where it ends."""
        own = spots.get(self.id_of(number))
        if own is None:
            return float("inf")
        if self.units[number].kind in ("text", "gap") and number + 1 < self.stop:
            following = spots.get(self.id_of(number + 1))
            if following is None:
                return float("inf")
            return max(own.bottom, following.y if self.units[number].ends_block else following.bottom)
        return own.bottom


def units_of(section: SectionView) -> tuple[Unit, ...]:
    """The section as what a break may part, in reading order."""
    if not section.entries:
        return tuple(Unit("gap", text=piece) for piece in pieces(section.gap) or [""])
    return tuple(unit for number, entry in enumerate(section.entries) for unit in _units(entry, number))


def _units(entry: EntryView, number: int) -> Iterator[Unit]:
    title = entry.title if len(entry.title) <= LONGEST_TITLE else entry.title[: LONGEST_TITLE - 2] + "……"
    inner = list(_inner(entry, number))
    yield Unit("title", number, text=title + entry.note, keeps_next=bool(inner or entry.mark))
    if entry.mark and inner:  # the proof never stands alone
        inner[-1] = replace(inner[-1], keeps_next=True)
    yield from inner
    if entry.mark:
        yield Unit("mark", number, text=entry.mark)


def _inner(entry: EntryView, number: int) -> Iterator[Unit]:
    if entry.why:
        yield Unit("text", number, 0, tag="why", text=entry.why)
        return
    for place, block in enumerate(entry.blocks):
        if block.rows and is_table(block.rows):
            rows = block.rows[len(heads_of(block.rows)) :] or block.rows
            yield from (Unit("row", number, place, tag="table", row=tuple(row)) for row in level(rows))
            continue
        lines = [block.text, *_lines_of(block.rows)] if block.rows else [block.text]
        is_heading = block.tag in HEADINGS or bool(block.rows)
        words = [pieces(line) for line in lines if line]
        for turn, line in enumerate(words):
            for last, piece in enumerate(line, start=1):
                ends = last == len(line)
                breaks = "\n" if ends and turn + 1 < len(words) else ""
                yield Unit(
                    "text", number, place, "lead" if block.tag in HEADINGS else "p", piece + breaks,
                    keeps_next=is_heading and turn == 0, ends_block=ends and not breaks,
                )  # fmt: skip


def pieces(text: str) -> list[str]:
    """A paragraph in parts of some words, that a break may stand between; together they are the text."""
    return [piece for piece in _PIECE.findall(text) if piece]


def heads_of(rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """The rows at the top that are heads, repeated on every page; none where everything is one."""
    head: list[Sequence[Cell]] = []
    for row in rows:
        if not all(cell.is_header for cell in row):
            return level(head)
        head.append(row)
    return []


def number_columns(rows: Sequence[Sequence[Cell]]) -> frozenset[int]:
    """The columns with nothing below their heads but numbers; none where cells span columns."""
    body = level(rows)[len(heads_of(rows)) :]
    if any(cell.colspan > 1 for row in rows for cell in row):
        return frozenset()
    filled = [
        [cell.text for row in body for cell in row[place : place + 1] if cell.text] for place in range(_MOST_COLUMNS)
    ]
    return frozenset(place for place, texts in enumerate(filled) if texts and all(map(_NUMBER.fullmatch, texts)))


def is_table(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a cell of the sheet is wide enough for it."""
    columns = max(sum(cell.colspan for cell in row) for row in rows)
    longest = [0] * columns
    for row in rows:
        place = 0
        for cell in row:
            if cell.colspan == 1:
                longest[place] = max(longest[place], len(cell.text))
            elif len(cell.text) > _LONGEST_CELL:
                return False
            place += cell.colspan
    return columns <= _MOST_COLUMNS and max(longest) <= _LONGEST_CELL and sum(longest) <= _WIDEST_TABLE


def level(rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """Every row with all its cells: one that spans rows has its words in the first and is empty below."""
    below: dict[int, tuple[int, Cell]] = {}  # column: how many rows further, which cell
    found: list[Sequence[Cell]] = []
    for row in rows:
        cells: list[Cell] = []
        place, waiting = 0, list(row)
        while place in below or waiting:
            if place in below:
                left, cell = below.pop(place)
                shown = Cell("", cell.is_header, cell.colspan)
            else:
                cell = waiting.pop(0)
                left, shown = cell.rowspan, Cell(cell.text, cell.is_header, cell.colspan)
            if left > 1:
                below[place] = (left - 1, cell)
            cells.append(shown)
            place += cell.colspan
        found.append(cells)
    return found


def _lines_of(rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Each row as words, behind the head of its column where there is one."""
    head = heads_of(rows)
    labels = [cell.text for cell in head[-1]] if head else []
    for row in rows[len(head) :]:
        cells = [cell.text for cell in row]
        if len(labels) == len(cells):
            yield "；".join(
                f"{label}：{cell}" if label else cell for label, cell in zip(labels, cells, strict=True) if cell
            )
        else:
            yield "；".join(filter(None, cells))


def grouped(parts: Sequence[Part], layout: str) -> list[list[Part]]:
    """The parts that share a page, as evenly as the grids allow, in the size the grid begins with; what goes on stays
    near the size it began in."""
    most = max(GRIDS[layout])
    pages = ceil(len(parts) / most)
    each = ceil(len(parts) / pages) if pages else most
    groups = [list(parts[start : start + each]) for start in range(0, len(parts), each)]
    return [
        [replace(part, size=min(GRIDS[layout][len(group)].size, largest_beside(part.size))) for part in group]
        for group in groups
    ]


def largest_beside(size: float) -> float:
    """The largest type that stands beside this one on the same sheet."""
    return max(each for each in SIZES if each <= size * _SPREAD)
