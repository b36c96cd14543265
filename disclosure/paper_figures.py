"""Columns of figures in the tables of a paper: their cells stand at the right, digit under digit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_TABLE = re.compile(r'<table(?: class="cards")?>.*?</table>', re.DOTALL)
_ROW = re.compile(r"<tr[ >].*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[dh])((?: [^<>]*)?)>(.*?)</\1>", re.DOTALL)
_SPAN = re.compile(r' (colspan|rowspan)="([0-9]{1,3})"')
_TAGS = re.compile(r"<[^<>]*>")
_FIGURE = re.compile(r"[-+−]?[0-9][0-9 ,.\xa0]*%?")
# What stands where there is no figure, and the heads of numbers that count or name and measure nothing.
_NOTHING = {"", "-", "—", "－", "/", "无"}
_NAMES = re.compile(r"号$|年度|年份|^年$|代码|编码|电话")


@dataclass(frozen=True, slots=True)
class _Cell:
    tag: str
    attributes: str
    text: str
    row: int
    column: int  # from 0
    width: int
    start: int  # in the HTML of the table


def aligned(html: str) -> str:
    """The same with class r at the cells and heads of columns that hold figures alone."""
    return _TABLE.sub(lambda match: _aligned_table(match[0]), html)


def _aligned_table(table: str) -> str:
    cells = [cell for cell in _cells(table) if cell.width == 1]
    heads = {cell.column: cell.text for cell in reversed(cells) if cell.tag == "th" or cell.row == 0}
    figures: set[int] = set()
    words: set[int] = set()
    for cell in cells:
        if cell.tag == "td" and cell.row > 0 and cell.text not in _NOTHING:
            (figures if _FIGURE.fullmatch(cell.text) else words).add(cell.column)
    chosen = {column for column in figures - words if not _NAMES.search(heads.get(column, ""))}
    marked = [cell for cell in cells if cell.column in chosen and " class=" not in cell.attributes]
    ends = [0, *(cell.start + len(f"<{cell.tag}") for cell in marked), len(table)]
    return ' class="r"'.join(table[start:end] for start, end in pairwise(ends))


def _cells(table: str) -> Iterator[_Cell]:
    covered: dict[int, int] = {}  # rows that a cell above still takes, by column
    for row, found in enumerate(_ROW.finditer(table)):
        column = 0
        below: dict[int, int] = {}
        for match in _CELL.finditer(table, found.start(), found.end()):
            while covered.get(column, 0):
                column += 1
            spans = {name: max(1, int(number)) for name, number in _SPAN.findall(match[2])}
            width = spans.get("colspan", 1)
            text = " ".join(_TAGS.sub("", match[3]).split())
            yield _Cell(match[1], match[2], text, row, column, width, match.start())
            below |= dict.fromkeys(range(column, column + width), spans.get("rowspan", 1) - 1)
            column += width
        covered = {at: rows - 1 for at, rows in covered.items() if rows > 1} | {
            at: rows for at, rows in below.items() if rows
        }
