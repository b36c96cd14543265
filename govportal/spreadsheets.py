"""Tables we hand out: CSV with a BOM and XLSX, so that a spreadsheet opens them right and runs nothing in them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

BOM = "\ufeff"
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CELL_LIMIT = 32_767  # characters in one cell of a spreadsheet


def escape_formula(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet would take it for a formula (OWASP CSV injection)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def unescape_formula(text: str) -> str:
    """The text as it was before `escape_formula`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_STARTS) else text


def csv_chunks(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a CSV file, one by one, for a streaming answer."""
    buffer = io.StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([escape_formula(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    return "".join(csv_chunks(rows)).encode()


def xlsx_bytes(rows: Iterable[Sequence[str]], *, title: str) -> bytes:
    """One sheet; every cell is text, the first row stays in sight. Cells are cut at what a spreadsheet holds."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([escape_formula(ILLEGAL_CHARACTERS_RE.sub("", cell))[:_CELL_LIMIT] for cell in row])
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()
