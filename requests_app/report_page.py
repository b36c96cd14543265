"""A report as page, PDF and CSV show it: the tables with the merged cells of the form, from the figures alone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from requests_app.report_form import (
    FORMS,
    TABLE2,
    TABLE2_GROUPS,
    TABLE3,
    TABLE3_CORNER,
    TABLE3_GROUPS,
    TABLE4,
    Column,
    Form,
    Row,
)
from requests_app.report_reading import read_report
from requests_app.report_tables import Cells, Number

# Columns that the words of a line of 表三 take together.
_LEAD_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure. `url`: where its cases are, empty for a reader who may not see them."""

    row: Row
    column: Column
    text: str
    url: str = ""
    is_faulty: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """One cell of words at the left of a line."""

    text: str
    rowspan: int
    colspan: int


@dataclass(frozen=True, slots=True)
class Line:
    heads: tuple[Head, ...]
    cells: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A block of 表二: the item of article 20, what its columns are called, its lines."""

    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


# Given form, row and column: what belongs to the cell beside its figure.
type Beside = Callable[[Form, Row, Column], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Sheets:
    """The three tables of one report."""

    table2: tuple[Block, ...]
    table3: tuple[Line, ...]
    table4: tuple[Shown, ...]
    corner: str = TABLE3_CORNER


def _nothing(form: Form, row: Row, column: Column) -> Mapping[str, Any]:
    return {}


def sheets(tables: Mapping[str, Cells], beside: Beside = _nothing) -> Sheets:
    def cell(form: Form, row: Row, column: Column) -> Shown:
        number = tables.get(form.key, {}).get((row.key, column.key))
        return Shown(row, column, shown(number), **beside(form, row, column))

    def cells(form: Form, row: Row) -> tuple[Shown, ...]:
        return tuple(cell(form, row, column) for column in row.columns)

    return Sheets(
        table2=tuple(
            Block(
                title,
                next(row.columns for row in TABLE2.rows if row.group == group),
                tuple(Line((Head(row.label, 1, 1),), cells(TABLE2, row)) for row in TABLE2.rows if row.group == group),
            )
            for group, title in TABLE2_GROUPS.items()
        ),
        table3=tuple(Line(heads, cells(TABLE3, row)) for row, heads in _table3_heads()),
        table4=tuple(cell(TABLE4, row, column) for row, column in TABLE4.cells()),
    )


def shown(number: Number | None) -> str:
    """A figure without grouping, as the form has it; a dash where nothing is known, which no published report has."""
    if number is None:
        return "—"
    return str(number) if isinstance(number, int) else f"{number.normalize():f}"


def _table3_heads() -> Iterator[tuple[Row, tuple[Head, ...]]]:
    """The words of each line: a group stands once, in front of its first line, as high as it has lines."""
    inside = [row for row in TABLE3.rows if row.group]
    seen: set[str] = set()
    for row in TABLE3.rows:
        heads: list[Head] = []
        for group in _groups_of(row):
            if group not in seen:
                seen.add(group)
                height = len(inside) if group == "results" else sum(one.group == group for one in inside)
                heads.append(Head(TABLE3_GROUPS[group], height, 1))
        heads.append(Head(row.label, 1, _LEAD_COLUMNS - len(_groups_of(row))))
        yield row, tuple(heads)


def _groups_of(row: Row) -> tuple[str, ...]:
    if not row.group:
        return ()
    return ("results",) if row.group == "results" else ("results", row.group)


def csv_rows(report: Mapping[str, Any]) -> Iterator[list[str]]:
    """All figures of a report (as JSON), one a line, with the keys and the words of the form."""
    yield ["table", "row", "row_label", "column", "column_label", "value"]
    tables = read_report(dict(report)).tables
    for form in FORMS:
        for row, column in form.cells():
            number = tables.get(form.key, {}).get((row.key, column.key))
            yield [form.key, row.key, row.label, column.key, column.label, "" if number is None else shown(number)]


# --- comparison ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A figure beside last year's. `percent` of change, None where there was nothing to compare with."""

    label: str
    now: str
    before: str
    difference: str
    percent: str


def changes(now: Mapping[str, Cells], before: Mapping[str, Cells]) -> list[Change]:
    """Every figure of 表二 and, of 表三 and 表四, the totals of each line."""
    found = []
    for form in FORMS:
        for row in form.rows:
            for column in row.columns if form is TABLE2 else row.columns[-1:]:
                name = f"{row.label}：{column.label}" if form is TABLE2 else _full_label(form, row)
                found.append(_change(f"{form.label} {name}", *(t.get(form.key, {}).get((row.key, column.key))
                                                              for t in (now, before))))  # fmt: skip
    return found


def _full_label(form: Form, row: Row) -> str:
    group = TABLE3_GROUPS.get(row.group, "") if form is TABLE3 and row.group != "results" else ""
    return f"{group} {row.label}".strip()


def _change(label: str, now: Number | None, before: Number | None) -> Change:
    if now is None or before is None:
        return Change(label, shown(now), shown(before), "—", "—")
    difference = now - before
    percent = f"{float(difference) * 100 / float(before):+.1f}%" if before and difference else "—"
    return Change(label, shown(now), shown(before), f"{difference:+}" if difference else "0", percent)
