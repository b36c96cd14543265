"""Two tables laid over each other: which rows and columns belong together, and cell beside cell. Pure.

Merged cells are spread over the grid, so that a column put in or a row taken out moves nothing else; what
still belongs together afterwards is merged again, always in rectangles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from govportal.htmlblocks import Cell
from govportal.textdiff import Op, aligned

_MOST_PLACES = 200_000  # of a grid; beyond it merged cells are left unspread

type _Grid = list[list[Cell | None]]
type _Pair = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class CellPair:
    """One cell of the laid-over table: what stood there and what stands there."""

    old: Cell | None
    new: Cell | None
    row: int
    column: int
    rowspan: int = 1
    colspan: int = 1

    @property
    def shown(self) -> Cell:
        """An empty cell where neither table has one: the others are to keep their columns."""
        return self.new or self.old or Cell()


@dataclass(frozen=True, slots=True)
class RowPair:
    """`op` says whether the whole row was put in or taken out; `texts` are all its words, of merged cells too."""

    op: Op
    is_head: bool
    cells: list[CellPair]
    texts: tuple[str, ...]

    @property
    def label(self) -> str:
        """What names the row: its first words that are no number, and the next where a merged cell has the first."""
        words = [text for text in self.texts if not text[0].isdigit()]
        own = [cell.shown.text for cell in self.cells]
        return " ".join(words[: 1 if words and words[0] in own else 2])


@dataclass(frozen=True, slots=True)
class TablePair:
    rows: list[RowPair]
    columns: list[tuple[Op, str]]  # with the words over each


@dataclass(frozen=True, slots=True)
class _Line:
    """A row or column of one table: equal to another that has the same words."""

    key: str
    index: int = field(compare=False)
    words: str = field(compare=False, default="")


def overlay(old: Sequence[Sequence[Cell]], new: Sequence[Sequence[Cell]]) -> TablePair:
    """Lay the rows of two tables over each other."""
    grids = _spread(old), _spread(new)
    heads = _head_rows(grids[0]), _head_rows(grids[1])
    columns = list(_columns(*grids, *heads))
    common = [(i, j) for i, j in columns if i is not None and j is not None]
    rows = list(_rows(_row_lines(grids[0], [i for i, _j in common]), _row_lines(grids[1], [j for _i, j in common])))
    places = _settled([[_place(grids, row, column) for column in columns] for row in rows])
    cells: list[list[CellPair]] = [[] for _row in rows]
    for cell in _merged(places):
        cells[cell.row].append(cell)
    return TablePair(
        [
            RowPair(_op(row), _is_head(row, heads), found, _texts(line))
            for row, found, line in zip(rows, cells, places, strict=True)
        ],
        [(_op(column), _words_over(grids, heads, column)) for column in columns],
    )


def _spread(rows: Sequence[Sequence[Cell]]) -> _Grid:
    """Every place of the table with the cell that covers it; None where a row is short."""
    if sum(cell.colspan * min(cell.rowspan, len(rows)) for row in rows for cell in row) > _MOST_PLACES:
        return [list(row) for row in rows]
    taken: dict[tuple[int, int], Cell] = {}
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            for down in range(min(cell.rowspan, len(rows) - number)):
                for right in range(cell.colspan):
                    taken.setdefault((number + down, column + right), cell)
            column += cell.colspan
    width = 1 + max((column for _row, column in taken), default=-1)
    return [[taken.get((number, column)) for column in range(width)] for number in range(len(rows))]


def _head_rows(grid: _Grid) -> int:
    """How many rows at the top are heads: those of header cells alone, or else the first."""
    count = 0
    while count < len(grid) and all(cell is None or cell.is_header for cell in grid[count]):
        count += 1
    return count or min(1, len(grid))


def _columns(old: _Grid, new: _Grid, old_heads: int, new_heads: int) -> Iterator[_Pair]:
    def lines(grid: _Grid, heads: int) -> list[_Line]:
        width = max((len(row) for row in grid), default=0)
        words = [[_text(row, column) for row in grid] for column in range(width)]
        # A cell merged downwards stands once in the words over a column.
        return [_Line("\n".join(dict.fromkeys(w[:heads])), i, "\n".join(w)) for i, w in enumerate(words)]

    for before, after in _stretches(lines(old, old_heads), lines(new, new_heads)):
        if len(before) == len(after):
            yield from zip((line.index for line in before), (line.index for line in after), strict=True)
        else:
            yield from _likest(before, after)


def _rows(old: list[_Line], new: list[_Line]) -> Iterator[_Pair]:
    """Rows that read alike first; of the rest, those whose words beside the numbers are the same or alike."""
    for before, after in _stretches(old, new):
        yield from _likest(before, after)


def _row_lines(grid: _Grid, columns: list[int]) -> list[_Line]:
    lines = []
    for index, row in enumerate(grid):
        texts = [_text(row, column) for column in columns]
        words = "\t".join(text for text in texts if not any(c.isdigit() for c in text))
        lines.append(_Line("\t".join(texts), index, words.strip() or "\t".join(texts)))
    return lines


def _stretches(old: list[_Line], new: list[_Line]) -> Iterator[tuple[list[_Line], list[_Line]]]:
    """Equal lines one by one, and between them what only the old and only the new table has."""
    before: list[_Line] = []
    after: list[_Line] = []
    for a, b in aligned(old, new, pair=False, text=lambda line: line.key):
        if a and b:
            yield before, after
            yield [a], [b]
            before, after = [], []
        elif a:
            before.append(a)
        elif b:
            after.append(b)
    yield before, after


def _likest(before: list[_Line], after: list[_Line]) -> Iterator[_Pair]:
    words = ([_Line(line.words, line.index) for line in side] for side in (before, after))
    for a, b in aligned(*words, text=lambda line: line.key):
        yield a.index if a else None, b.index if b else None


def _text(row: Sequence[Cell | None], column: int) -> str:
    cell = row[column] if column < len(row) else None
    return cell.text if cell else ""


def _op(pair: _Pair) -> Op:
    if pair[0] is None:
        return Op.INSERTED
    return Op.DELETED if pair[1] is None else Op.SAME


def _is_head(row: _Pair, heads: tuple[int, int]) -> bool:
    return row[1] < heads[1] if row[1] is not None else row[0] is not None and row[0] < heads[0]


def _words_over(grids: tuple[_Grid, _Grid], heads: tuple[int, int], column: _Pair) -> str:
    side = 0 if column[1] is None else 1
    index = column[side]
    assert index is not None
    return " ".join(filter(None, dict.fromkeys(_text(row, index) for row in grids[side][: heads[side]])))


type _Place = tuple[Cell | None, Cell | None]


def _place(grids: tuple[_Grid, _Grid], row: _Pair, column: _Pair) -> _Place:
    old, new = (
        grid[i][j] if i is not None and j is not None and j < len(grid[i]) else None
        for grid, i, j in zip(grids, row, column, strict=True)
    )
    return old, new


def _settled(places: list[list[_Place]]) -> list[list[_Place]]:
    """Every cell has one partner: the first it meets. A row put in below a merged cell belongs to that cell."""
    partner: dict[Cell, Cell] = {}
    for old, new in (place for row in places for place in row):
        if old and new and old not in partner and new not in partner:
            partner[old], partner[new] = new, old

    def settle(place: _Place) -> _Place:
        old, new = place
        if old and new and partner.get(old) is not new:
            # Two that belong to others: the new table decides, and what is left of the old stands alone.
            old, new = (None, new) if old in partner else (old, None)
        if new:
            return partner.get(new), new
        return (old, partner.get(old)) if old else (None, None)

    return [[settle(place) for place in row] for row in places]


def _texts(line: list[_Place]) -> tuple[str, ...]:
    """The words of a row, each once for every cell."""
    shown = dict.fromkeys(new or old for old, new in line)
    return tuple(cell.text for cell in shown if cell and cell.text)


def _merged(places: list[list[_Place]]) -> Iterator[CellPair]:
    """Rectangles of places that hold the same two cells, in reading order."""
    done: set[tuple[int, int]] = set()
    for row, line in enumerate(places):
        for column, place in enumerate(line):
            if (row, column) in done:
                continue
            right = column + 1
            while right < len(line) and line[right] == place and (row, right) not in done:
                right += 1
            down = row + 1
            while down < len(places) and all(other == place for other in places[down][column:right]):
                down += 1
            done.update((i, j) for i in range(row, down) for j in range(column, right))
            yield CellPair(*place, row, column, down - row, right - column)
