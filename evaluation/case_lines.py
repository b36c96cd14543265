"""The facts behind a score as lines of inputs/cases.csv: written once, stored compressed, copied into the archive."""

import csv
import io
import zlib
from collections.abc import Iterable

from evaluation.scoring import CASE_COLUMNS, Case, case_of, disputed, earned
from govportal.html import without_controls
from govportal.spreadsheets import escape_formula, unescape_formula

_FAST = 4  # zlib level: half the time of the usual one, a tenth more bytes


def settled(cases: Iterable[Case], judged_by: str, excused: dict[str, str]) -> list[Case]:
    """In the order of the archive, with the objections upheld (case key → number) and what each then earns."""
    named = (case._replace(excused=excused.get(disputed(case, judged_by), "")) for case in cases)
    return sorted(
        (case._replace(earned=earned(case, judged_by)) for case in named), key=lambda case: (case.due_on, case.key)
    )


def pack(agency: str, indicator: str, cases: Iterable[Case]) -> bytes:
    """The lines of one agency (its code) and indicator (its code). Nothing for no case."""
    text = io.StringIO()
    writer = csv.writer(text)
    for case in cases:
        title, fault = _safe(case.title), _safe(case.fault)
        writer.writerow((agency, indicator, *case._replace(title=title, fault=fault)))
    lines = text.getvalue()
    return zlib.compress(lines.encode("utf-8", "replace"), _FAST) if lines else b""


def _safe(text: str) -> str:
    """For whoever opens it in a spreadsheet; most texts need nothing."""
    return escape_formula(without_controls(text)) if text else text


def lines(packed: bytes) -> bytes:
    """As they stand in inputs/cases.csv."""
    return zlib.decompress(packed) if packed else b""


def unpack(packed: bytes) -> list[Case]:
    rows = csv.DictReader(io.StringIO(lines(bytes(packed)).decode()), CASE_COLUMNS)
    found = (case_of(row) for row in rows)
    return [case._replace(title=unescape_formula(case.title), fault=unescape_formula(case.fault)) for case in found]
