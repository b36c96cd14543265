"""Tables we hand out: CSV with a BOM and XLSX, so that a spreadsheet opens them right and runs nothing in them.

The one writer of tables: downloads, exports and reports of imports all pass through here.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from govportal.html import without_controls
from govportal.now import today

BOM = "\ufeff"
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet would run (OWASP CSV injection), also after blanks and in full width; a plain number is none.
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?%?")
_NOT_IN_NAMES = re.compile(r'[\s\x00-\x1f\x7f"*/:<>?\\|]+')  # of files, on any system
_NAME_LIMIT = 60
_CELL_LIMIT = 32_767  # characters in one cell of a spreadsheet


def escape_formula(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet would take it for a formula."""
    return f"'{text}" if _is_formula(text) else text


def unescape_formula(text: str) -> str:
    """The text as it was before `escape_formula`."""
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)


def _cell(value: object) -> str:
    """What is no character at all shows as a question mark; control characters are gone."""
    return "" if value is None else escape_formula(without_controls(str(value).encode("utf-8", "replace").decode()))


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The lines of a CSV file, one by one, for streams; None is an empty cell."""
    buffer = io.StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield buffer.getvalue().encode("utf-8", "replace")
        buffer.seek(0)
        buffer.truncate()


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    return b"".join(csv_lines(rows))


def csv_response(name: str, rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Stream rows, the header first, as `name`-20260302.csv: the day tells one download from the next."""
    file_name = f"{_NOT_IN_NAMES.sub('_', name)[:_NAME_LIMIT]}-{today():%Y%m%d}.csv"
    headers = {"Content-Disposition": content_disposition_header(True, file_name)}
    return StreamingHttpResponse(csv_lines(rows), content_type=CSV_TYPE, headers=headers)


def xlsx_bytes(rows: Iterable[Sequence[object]], *, title: str) -> bytes:
    """One sheet; every cell is text, the first row stays in sight. Cells are cut at what a spreadsheet holds."""
    from openpyxl import Workbook  # 17 MB that only whoever exports needs

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_cell(value)[:_CELL_LIMIT] for value in row])
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()
