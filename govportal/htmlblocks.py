"""Sanitised HTML as what a reader sees of it: paragraphs and tables, without markup. Pure.

What stands raised or lowered keeps its place as a character (10<sup>2</sup> is 10², never 102).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from govportal.textdiff import aligned

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = HEADINGS | {"p", "li", "blockquote", "pre", "div", "dt", "dd", "figcaption"}
_WIDEST = 100  # columns that one cell may span; more is a slip or an attack
_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


@dataclass(slots=True, eq=False)
class Cell:
    text: str = ""
    is_header: bool = False
    colspan: int = 1
    rowspan: int = 1


@dataclass(slots=True)
class Block:
    """A paragraph, or a table when `rows` is filled; then `text` is its caption."""

    tag: str
    text: str = ""
    rows: list[list[Cell]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Equal for blocks that read alike."""
        cells = "\n".join("\t".join(_cell_key(cell) for cell in row) for row in self.rows)
        return f"{self.tag}\n{self.text}\n{cells}" if self.rows else f"{self.tag in HEADINGS}{self.text}"


def _cell_key(cell: Cell) -> str:
    span = "" if cell.colspan == cell.rowspan == 1 else f" {cell.colspan}×{cell.rowspan}"
    return cell.text + span


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.links: list[tuple[str, str]] = []
        self._open: Block | None = None
        self._table: Block | None = None
        self._cell: Cell | None = None
        self._shift: list[dict[int, int]] = []
        self._in_link = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._table, self._open = Block("table"), None
            self.blocks.append(self._table)
        elif self._table and tag == "tr":
            self._table.rows.append([])
        elif self._table and tag in {"td", "th"}:
            self._begin_cell(self._table, tag, dict(attrs))
        elif tag == "br":
            self.handle_data("\n")
        elif tag in {"sup", "sub"}:
            self._shift.append(_RAISED if tag == "sup" else _LOWERED)
        elif tag == "a":
            self.links.append((dict(attrs).get("href") or "", ""))
            self._in_link = True
        elif tag in _BLOCKS and not self._table:
            self._open = None if tag == "div" else self._begin(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._table = self._cell = None
        elif tag in {"td", "th"}:
            self._cell = None
        elif tag in {"sup", "sub"} and self._shift:
            self._shift.pop()
        elif tag == "a":
            self._in_link = False
        elif tag in _BLOCKS and not self._table:
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._shift:
            data = data.translate(self._shift[-1])
        if self._in_link:
            address, words = self.links[-1]
            self.links[-1] = address, words + data
        if self._cell is not None:
            self._cell.text += data
        elif self._table is not None:
            self._table.text += data.strip()
        elif data.strip() or self._open:
            block = self._open or self._begin("p")
            block.text += data

    def _begin(self, tag: str) -> Block:
        self._open = Block(tag)
        self.blocks.append(self._open)
        return self._open

    def _begin_cell(self, table: Block, tag: str, attrs: dict[str, str | None]) -> None:
        spans = [
            min(int(value), _WIDEST) if _is_span(value := attrs.get(k) or "") else 1 for k in ("colspan", "rowspan")
        ]
        self._cell = Cell(is_header=tag == "th", colspan=spans[0] or 1, rowspan=spans[1] or 1)
        if not table.rows:
            table.rows.append([])
        table.rows[-1].append(self._cell)


def _is_span(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 6


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def read_blocks(html: str) -> list[Block]:
    """The paragraphs and tables of sanitised HTML in reading order; empty ones are left out."""
    blocks = _read(html).blocks
    for block in blocks:
        block.text = block.text.strip()
        block.rows = [row for row in block.rows if row]
        for cell in (cell for row in block.rows for cell in row):
            cell.text = cell.text.strip()
    return [block for block in blocks if block.text or block.rows]


def read_links(html: str) -> list[tuple[str, str]]:
    """(address, words) of every link in reading order."""
    return [(address, "".join(words.split())) for address, words in _read(html).links]


def paired_blocks(old: list[Block], new: list[Block]) -> Iterator[tuple[Block | None, Block | None]]:
    """(before, after) in reading order; a table is never set against a paragraph."""
    for before, after in aligned(old, new, text=lambda block: block.key):
        if before and after and bool(before.rows) != bool(after.rows):
            yield before, None
            yield None, after
        else:
            yield before, after
