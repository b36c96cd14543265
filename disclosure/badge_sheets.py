"""Badges and desk plates on A4: how many fit a sheet, where they are cut, and how large their words are. Pure.

All lengths are millimetres. Type is measured by Han characters, each as wide as it is high, so that a name gets smaller
until it stands in its box in full; nothing is ever cut.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

SHEET = (210.0, 297.0)
EDGE = 5.0  # no office printer reaches nearer to the edge of the paper
OFFSET, MARK = 1.0, 3.0  # a crop mark begins so far outside the trim, and is so long
GAP = 2 * (OFFSET + MARK)
POINT = 25.4 / 72
LEADING = 1.3
LEAST = 3.0  # points; at this size whatever the rows can hold fits the smallest card

_TOKEN = re.compile(r"[!-~]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Size:
    width: float
    height: float

    @property
    def is_wide(self) -> bool:
        return self.width > self.height


@dataclass(frozen=True)
class Grid:
    """The places of one sheet for cards of `size`. `is_lying`: A4 landscape."""

    size: Size
    columns: int
    rows: int
    is_lying: bool
    has_room: bool  # for crop marks all around; else the cut is drawn as a line

    @property
    def sheet(self) -> tuple[float, float]:
        return (SHEET[1], SHEET[0]) if self.is_lying else SHEET

    @cached_property
    def places(self) -> list[tuple[float, float]]:
        """The upper left corner of every card, row by row; the block stands in the middle of the sheet."""
        (width, height), size = self.sheet, self.size
        left = (width - self.columns * size.width - (self.columns - 1) * GAP) / 2
        top = (height - self.rows * size.height - (self.rows - 1) * GAP) / 2
        return [
            (left + column * (size.width + GAP), top + row * (size.height + GAP))
            for row in range(self.rows)
            for column in range(self.columns)
        ]


def grid_for(size: Size) -> Grid | None:
    """The sheet that takes the most of them; None where not even one fits A4."""
    with_marks = [_grid(size, is_lying, EDGE + OFFSET + MARK) for is_lying in (False, True)]
    best = max(with_marks, key=lambda grid: grid.columns * grid.rows)
    if best.columns * best.rows:
        return best
    bare = [_grid(size, is_lying, EDGE, has_room=False) for is_lying in (False, True)]
    return next((grid for grid in bare if grid.columns * grid.rows), None)


def _grid(size: Size, is_lying: bool, margin: float, *, has_room: bool = True) -> Grid:
    width, height = (SHEET[1], SHEET[0]) if is_lying else SHEET
    columns, rows = (
        int((whole - 2 * margin + GAP + 1e-6) // (part + GAP))
        for whole, part in ((width, size.width), (height, size.height))
    )
    return Grid(size, max(columns, 0), max(rows, 0), is_lying, has_room)


def marks(grid: Grid, count: int, *, is_folded: bool) -> bytes:
    """The crop marks of a sheet with so many cards, as SVG: outside the trim, for they must not be on the card.
    Those of a fold stand at half its height."""
    width, height = grid.sheet
    lines = [line for place in grid.places[:count] for line in _marks_of(grid, place, is_folded=is_folded)]
    drawn = "".join(f"M{x1:.2f} {y1:.2f}L{x2:.2f} {y2:.2f}" for x1, y1, x2, y2 in lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}">'
        f'<path d="{drawn}" fill="none" stroke="#000" stroke-width="0.15"/></svg>'
    ).encode()


type _Line = tuple[float, float, float, float]


def _marks_of(grid: Grid, place: tuple[float, float], *, is_folded: bool) -> Iterable[_Line]:
    (left, top), size, far = place, grid.size, OFFSET + MARK
    right, bottom = left + size.width, top + size.height
    levels = [top, bottom, (top + bottom) / 2] if is_folded else [top, bottom]
    for y in levels:
        yield left - far, y, left - OFFSET, y
        yield right + OFFSET, y, right + far, y
    if grid.has_room:
        for x in (left, right):
            yield x, top - far, x, top - OFFSET
            yield x, bottom + OFFSET, x, bottom + far
    else:
        yield left, top, left, bottom
        yield right, top, right, bottom


# --- type ----------------------------------------------------------------------------------------------------------


def fitted(paragraphs: Sequence[str], box: Size, most: float, *, unbroken: float = 0.0) -> float:
    """The size in points, at most `most`, at which the paragraphs stand in the box. Rather than to break a line the
    type gets smaller, down to `unbroken`; below it lines are broken, at the largest size that holds them."""
    steps = [most - 0.5 * step for step in range(int((most - LEAST) / 0.5))]
    whole = (size for size in steps if unbroken and size >= unbroken and _fits(paragraphs, box, size, is_whole=True))
    broken = (size for size in steps if _fits(paragraphs, box, size))
    return next(whole, 0.0) or next(broken, LEAST)


def _fits(paragraphs: Sequence[str], box: Size, size: float, *, is_whole: bool = False) -> bool:
    em = size * POINT
    lines = [_lines(text, box.width / em) for text in paragraphs]
    return sum(lines) * em * LEADING <= box.height and not (is_whole and any(count > 1 for count in lines))


def _lines(text: str, measure: float) -> int:
    """How many lines a text takes at so many em a line; rather one too many than one too few."""
    if sum(map(_width, text)) <= measure:
        return 1
    # A mark that may not begin a line takes the character before it along.
    room, lines, used = max(measure - 1, 1.0), 1, 0.0
    for token in _TOKEN.findall(text):
        wide = sum(map(_width, token))
        if used and used + wide > room:
            lines, used = lines + 1, 0.0
        lines += int(wide // room) if wide > room else 0
        used += wide % room if wide > room else wide
    return lines


def _width(character: str) -> float:
    """In em, by the widest letters of the shipped fonts."""
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    if character.isupper() or character in "mw@%":
        return 0.92 if character in "MW" else 0.75
    return 0.57
