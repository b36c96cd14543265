"""CSV of any listing: UTF-8 with BOM for spreadsheet programs, streamed, formulas made harmless."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

# A cell that begins so would be run as a formula by a spreadsheet program.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_cell(value: Any) -> str:
    """The text of a cell; what looks like a formula gets an apostrophe, numbers stay numbers."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text.lstrip().startswith(_FORMULA_STARTS) and not _is_number(text):
        return f"'{text}"
    return text


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


class _Echo:
    """A file that hands back what csv writes into it."""

    def write(self, value: str) -> str:
        return value


def csv_response(name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Stream rows under a header as `name`.csv."""

    def lines() -> Iterator[bytes]:
        writer = csv.writer(_Echo())
        yield b"\xef\xbb\xbf" + writer.writerow([str(cell) for cell in header]).encode()
        for row in rows:
            yield writer.writerow([csv_cell(cell) for cell in row]).encode("utf-8", "replace")

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
