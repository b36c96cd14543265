"""Tables people send: CSV as exported here and there, and spreadsheets, read into rows of text.

Used by every importer. Nothing is guessed about the meaning of a cell; that is the importer's.
"""

import csv
import datetime
import io
import re
from pathlib import Path
from typing import IO, Any

import python_calamine
from django.utils.translation import gettext as _

from govportal.archives import RefusedFile, open_archive
from govportal.filetypes import decode

MAX_BYTES = 100 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 500
MAX_CELLS = 5_000_000
_CHUNK = 1024 * 1024
_DELIMITERS = ",\t;|"
_CELL_REFERENCE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,4})([0-9]{1,9})"')

csv.field_size_limit(MAX_BYTES)  # whole documents stand in one cell


class UnreadableTable(RefusedFile):
    """A table that cannot be read. The message is for the person who sent it."""


def read_table(
    source: "Path | IO[bytes]",
    *,
    max_rows: int = MAX_ROWS,
    fill_merged: bool = True,
    sheet: str | None = None,
) -> list[list[str]]:
    """The rows of a CSV file, or of the first sheet (or `sheet`) of an XLSX or XLS file.

    All rows have the same number of cells; empty rows are kept, so the index of a row tells its place;
    those after the last filled row are not. Dates come as ISO 8601. With `fill_merged` each cell of a
    merged range holds its value. Raises UnreadableTable.
    """
    data = _read(source)
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        rows = _read_workbook(data, max_rows, fill_merged, sheet)
    else:
        rows = _read_csv(data, max_rows)
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise UnreadableTable(_("表格是空的。"))
    width = max(map(len, rows))
    if width > MAX_COLUMNS:
        raise UnreadableTable(_("表格有 %(count)s 列，超过上限。") % {"count": width})
    return [row + [""] * (width - len(row)) for row in rows]


def _read(source: "Path | IO[bytes]") -> bytes:
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise UnreadableTable(_("打不开文件 %(name)s。") % {"name": source.name}) from error
    else:
        source.seek(0)
        data = source.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableTable(_("文件超过 %(size)s MB。") % {"size": MAX_BYTES // 1024 // 1024})
    return data


def _too_many_rows(max_rows: int) -> UnreadableTable:
    return UnreadableTable(_("表格超过 %(count)s 行，请分成几个文件。") % {"count": max_rows})


def _read_csv(data: bytes, max_rows: int) -> list[list[str]]:
    try:
        text, _encoding = decode(data)
    except RefusedFile as error:
        raise UnreadableTable(_("文字编码不是 UTF-8 或 GB18030，请另存为 UTF-8 编码的 CSV。")) from error
    if "\0" in text:
        raise UnreadableTable(_("文件里有空字节，不是文本表格。"))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if len(rows) >= max_rows:
                raise _too_many_rows(max_rows)
            rows.append(row)
    except csv.Error as error:
        raise UnreadableTable(_("第 %(line)s 行的引号或换行有误，读不下去。") % {"line": reader.line_num}) from error
    return rows


def _delimiter(text: str) -> str:
    """The candidate that stands most often in the first line that has any, outside quotes."""
    for line in text[:65536].splitlines():
        bare = re.sub(r'"[^"]*"', "", line)
        best = max(_DELIMITERS, key=bare.count)
        if bare.count(best):
            return best
    return ","


def _read_workbook(data: bytes, max_rows: int, fill_merged: bool, name: str | None) -> list[list[str]]:
    if data.startswith(b"PK"):
        _refuse_huge_sheets(data, max_rows)
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            if name is not None and name not in workbook.sheet_names:
                raise UnreadableTable(_("没有名为“%(name)s”的工作表。") % {"name": name})
            if not workbook.sheet_names:
                raise UnreadableTable(_("表格是空的。"))
            sheet = workbook.get_sheet_by_name(name or workbook.sheet_names[0])
            cells = sheet.to_python(skip_empty_area=False)
            merged = (sheet.merged_cell_ranges or []) if fill_merged else []
    except python_calamine.PasswordError as error:
        raise UnreadableTable(_("表格有密码，请去掉密码后再上传。")) from error
    except python_calamine.CalamineError as error:
        raise UnreadableTable(_("表格已损坏，或不是 XLSX、XLS 文件。")) from error
    rows = [[_cell_text(cell) for cell in row] for row in cells]
    if len(rows) > max_rows:
        raise _too_many_rows(max_rows)
    _fill(rows, merged)
    return rows


def _refuse_huge_sheets(data: bytes, max_rows: int) -> None:
    """One filled cell far away makes the reader allocate all between; so look before reading."""
    try:
        archive = open_archive(io.BytesIO(data))
    except RefusedFile as error:
        raise UnreadableTable(str(error)) from error
    with archive:
        if "xl/workbook.xml" not in archive.namelist():
            raise UnreadableTable(_("请另存为 XLSX 或 CSV 后再上传。"))
        for part in archive.namelist():
            if not part.lower().startswith("xl/worksheets/") or not part.lower().endswith(".xml"):
                continue
            with archive.open(part) as sheet:
                last_row, last_column = _extent(sheet)
            if last_row > max_rows:
                raise _too_many_rows(max_rows)
            if last_row * last_column > MAX_CELLS:
                raise UnreadableTable(_("表格的范围过大，请删去空白的行和列。"))


def _extent(sheet: IO[bytes]) -> tuple[int, int]:
    """The last row and column that a cell of the sheet names."""
    last_row = last_column = 1
    tail = b""
    while chunk := sheet.read(_CHUNK):
        for column, row in _CELL_REFERENCE.findall(tail + chunk):
            last_row = max(last_row, int(row))
            last_column = max(last_column, _column_number(column))
        tail = chunk[-200:]  # a reference may lie across two chunks
    return last_row, last_column


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _fill(rows: list[list[str]], merged: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    filled = 0
    for (top, left), (bottom, right) in merged:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = value
                filled += 1
        if filled > MAX_CELLS:
            raise UnreadableTable(_("表格的合并单元格过多。"))


def _cell_text(value: Any) -> str:
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime.datetime() if value.time() == datetime.time():
            return value.date().isoformat()
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return "" if value is None else str(value)
