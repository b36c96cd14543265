"""How the rows of cells of a page share its height, and which size of type each part gets in them. Pure.

A page whose parts all fit stays as it is. Else rows that are nearly empty give way first; what is still too long is set
smaller, the largest type first; and no part is much larger than another on the same page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from disclosure.board_pages import GRIDS, RIM, SIZES, Part, Unit, largest_beside
from disclosure.enums import BoardLayout
from govportal.pdf import Spot

# Millimetres: where the sections of a page begin, how high they are together, and what is between two rows.
TOP, GAP = 39.0, 4.0
HEIGHTS: Mapping[str, float] = {BoardLayout.A3_LANDSCAPE: 216.0, BoardLayout.A3_PORTRAIT: 330.0}
_GROWTH = 1.7  # a text grows with the square of its type, a table and its rows less
_SAME = 0.5  # mm


def refitted(
    parts: tuple[Part, ...], heights: tuple[float, ...], layout: str, spots: Mapping[str, Spot]
) -> tuple[tuple[Part, ...], tuple[float, ...]]:
    """The parts and the heights of their rows after a layout in which these places were found; the same if all fit,
    or if nothing more can be done. No heights: those of the style sheet."""
    if not parts or all(part.fits(spots) for part in parts):
        return parts, heights
    if layout not in HEIGHTS:
        return tuple(part if part.fits(spots) else part.smaller(spots) for part in parts), heights
    grid = GRIDS[layout][len(parts)]
    needs = [_Need(part, spots) for part in parts]
    rows = [needs[start : start + grid.columns] for start in range(0, len(needs), grid.columns)]
    room = HEIGHTS[layout] - GAP * (len(rows) - 1)
    while sum(map(_height, rows)) > room and (longest := _largest(rows)):
        longest.step()
    smallest = min(need.size for need in needs)
    sized = tuple(replace(need.part, size=min(need.size, largest_beside(smallest))) for need in needs)
    shares = _shares([_height(row) for row in rows], room)
    is_same = sized == parts and len(shares) == len(heights)
    if is_same and all(abs(new - old) < _SAME for new, old in zip(shares, heights, strict=True)):
        return parts, heights
    return sized, shares


def places(parts: Sequence[Part], heights: Sequence[float], layout: str) -> str:
    """The style rules that put the cells of these parts into rows of these heights."""
    columns = GRIDS[layout][len(parts)].columns
    rules, top = list[str](), TOP
    for row, height in enumerate(heights):
        cells = parts[row * columns : (row + 1) * columns]
        rules += [f"#{part.key}cell {{ top: {top:.2f}mm; height: {height:.2f}mm }}" for part in cells]
        top += height + GAP
    return "\n".join(rules)


class _Need:
    """How high a part is, as it was laid out or in smaller type."""

    def __init__(self, part: Part, spots: Mapping[str, Spot]) -> None:
        body, cell = spots[f"{part.key}body"], spots[f"{part.key}cell"]
        self.part, self.size = part, part.size
        self._head, self._body = body.y - cell.y, max(body.bottom - body.y, 0.0)
        numbers = range(part.start, part.stop)
        seen = sum(_length(part.units[n]) for n in numbers if part.id_of(n) in spots)
        self._body *= sum(_length(part.units[n]) for n in numbers) / max(seen, 1)  # what runs off the page has no place

    @property
    def height(self) -> float:
        growth: float = (self.size / self.part.size) ** _GROWTH
        return self._head + self._body * growth + RIM

    def step(self) -> None:
        self.size = next(size for size in SIZES if size < self.size)


def _length(unit: Unit) -> int:
    return 10 + len(unit.text) + sum(len(cell.text) for cell in unit.row)


def _height(row: Sequence[_Need]) -> float:
    return max(need.height for need in row)


def _largest(rows: Sequence[Sequence[_Need]]) -> _Need | None:
    """Of what makes the rows so high, the one in the largest type; None where all are in the smallest."""
    highest = [max(row, key=lambda need: need.height) for row in rows]
    able = [need for need in highest if need.size > SIZES[-1]]
    return max(able, key=lambda need: (need.size, need.height), default=None)


def _shares(needs: Sequence[float], room: float) -> tuple[float, ...]:
    """What each row gets: what it needs, and of what is left over the same; where there is too little, the highest rows
    get what the others leave them."""
    left, rows, shares = room, len(needs), dict[int, float]()
    if sum(needs) <= room:
        return tuple(need + (room - sum(needs)) / rows for need in needs)
    for row in sorted(range(rows), key=lambda row: needs[row]):
        shares[row] = min(needs[row], left / (rows - len(shares)))
        left -= shares[row]
    return tuple(shares[row] for row in range(rows))
