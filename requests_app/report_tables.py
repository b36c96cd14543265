"""The figures of one annual report: tables 2, 3 and 4 with every derived cell computed, never written. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from requests_app.report_form import (
    AMOUNT_ROWS,
    APPLICANTS,
    CARRIED,
    CLOSED,
    NEW,
    NEXT,
    OUTCOME_KEYS,
    RESULTS,
    TABLE2,
    TABLE3,
    TABLE4,
)

Number = int | Decimal
# What is known of a table, by row and column. Of a report made elsewhere some cells may be missing.
Cells = Mapping[tuple[str, str], Number]

_KINDS = tuple(column.key for column in APPLICANTS)
_RESULTS = tuple(column.key for column in RESULTS)


@dataclass(frozen=True, slots=True)
class Tally:
    """`n` requests alike. `outcome` None: still open at the end of the year; `is_carried`: received before it."""

    kind: str
    outcome: str | None
    is_carried: bool
    n: int = 1


@dataclass(frozen=True, slots=True)
class Table3:
    """25 rows of seven numbers, in the order of the form."""

    rows: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> "Table3":
        """Each request of a tally counts once as new or carried over, and once as closed or handed on.

        Raises KeyError for an outcome or kind of applicant that the form does not have.
        """
        counts = {key: dict.fromkeys(_KINDS, 0) for key in (NEW, CARRIED, *OUTCOME_KEYS, NEXT)}
        for tally in tallies:
            counts[CARRIED if tally.is_carried else NEW][tally.kind] += tally.n
            counts[NEXT if tally.outcome is None else tally.outcome][tally.kind] += tally.n
        closed = {kind: sum(counts[key][kind] for key in OUTCOME_KEYS) for kind in _KINDS}
        counts = {row.key: closed if row.key == CLOSED else counts[row.key] for row in TABLE3.rows}
        return cls({key: (*row.values(), sum(row.values())) for key, row in counts.items()})

    def __add__(self, other: "Table3") -> "Table3":
        """Of two agencies. Each request lies at one agency on the last day, so none is counted twice."""
        return Table3(_added(self.rows, other.rows))

    def cells(self) -> Cells:
        return {(row.key, column.key): n for row in TABLE3.rows
                for column, n in zip(row.columns, self.rows[row.key], strict=True)}  # fmt: skip

    def to_json(self) -> dict[str, list[int]]:
        return {row.key: list(self.rows[row.key]) for row in TABLE3.rows}


@dataclass(frozen=True, slots=True)
class Table4:
    """Review, suits without review, suits after review: each 维持, 纠正, 其他, 尚未审结 and 总计."""

    rows: Mapping[str, tuple[int, ...]]

    @classmethod
    def of(cls, tallies: Iterable[tuple[str, str, int]]) -> "Table4":
        """`tallies`: row, result, number of cases. Raises KeyError for what the form does not have."""
        counts = {row.key: dict.fromkeys(_RESULTS, 0) for row in TABLE4.rows}
        for row, result, n in tallies:
            counts[row][result] += n
        return cls({key: (*row.values(), sum(row.values())) for key, row in counts.items()})

    def __add__(self, other: "Table4") -> "Table4":
        return Table4(_added(self.rows, other.rows))

    def cells(self) -> Cells:
        return {(row.key, column.key): n for row in TABLE4.rows
                for column, n in zip(row.columns, self.rows[row.key], strict=True)}  # fmt: skip

    def to_json(self) -> dict[str, list[int]]:
        return {row.key: list(self.rows[row.key]) for row in TABLE4.rows}


@dataclass(frozen=True, slots=True)
class Table2:
    """What the agency published of its own accord. A cell that nobody counted or stated is missing, never 0."""

    figures: Cells

    def cells(self) -> Cells:
        return self.figures

    def to_json(self) -> dict[str, Any]:
        """One number for a row with one column, a list for the others. A row of which nothing is known is absent."""
        answer: dict[str, Any] = {}
        for row in TABLE2.rows:
            values = [_plain(self.figures.get((row.key, column.key)), row.key) for column in row.columns]
            if any(value is not None for value in values):
                answer[row.name] = values if len(values) > 1 else values[0]
        return answer


def _plain(value: Number | None, row: str) -> int | float | None:
    """For JSON, which has no decimals: amounts of 万元 have few enough digits to survive as a float."""
    if value is None:
        return None
    return float(value) if row in AMOUNT_ROWS and value != int(value) else int(value)


def _added(one: Mapping[str, tuple[int, ...]], other: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    return {key: tuple(a + b for a, b in zip(one[key], other[key], strict=True)) for key in one}


def added_figures(tables: Iterable[Table2]) -> Table2:
    """The sum of several agencies' tables; a cell is known when one of them knows it."""
    total: dict[tuple[str, str], Number] = defaultdict(int)
    for table in tables:
        for cell, value in table.figures.items():
            total[cell] += value
    return Table2(dict(total))
