"""Annual reports made elsewhere, read from JSON: whatever stands there, either figures or named faults. Pure.

Shape: `table2`, `table3` (also `cells`), `table4` as in requests_app.report_tables; optional `parts` (six texts, as
a list or by name), `previous` (last year's report) and `moved` (see report_checks.Report). What is absent is not
checked; what is there must be right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from requests_app.report_checks import Fault, Report, blank
from requests_app.report_form import AMOUNT_ROWS, APPLICANTS, FORMS, PARTS, TABLE3, Form, Row
from requests_app.report_tables import Number

_BLANK = frozenset({"", "/", "／", "-", "—", "——", "–", "无"})
_TABLE_NAMES = {TABLE3.key: (TABLE3.key, "cells")}
_PART_NAMES = {part.key: {part.key, str(n), part.label, part.label[0]} for n, part in enumerate(PARTS, 1)}
_NAME_LENGTH = 80  # of what is quoted from a report in a message


@dataclass(frozen=True, slots=True)
class Named:
    """A report with what it is called. `year` None where it names none."""

    title: str
    agency: str
    year: int | None
    report: Report


def read_reports(document: Any) -> list[Named]:
    """Of one report or a list of them. In a list, last year's of the same agency serves as the previous one.

    Never fails: what is no report comes back as one with a fault.
    """
    documents = document if isinstance(document, list) else [document]
    reports = [_named(one, position) for position, one in enumerate(documents, 1)]
    by_year = {(one.agency, one.year): one.report for one in reversed(reports) if one.agency and one.year}
    return [
        one
        if one.report.previous is not None or one.year is None
        else replace(one, report=replace(one.report, previous=by_year.get((one.agency, one.year - 1))))
        for one in reports
    ]


def read_report(document: Any) -> Report:
    """One report, with the last year's if it brings it along."""
    report = _read(document)
    previous = document.get("previous") if isinstance(document, dict) else None
    if isinstance(previous, dict):
        return replace(report, previous=_read(previous))
    if previous is not None:
        return replace(report, faults=(*report.faults, _shape("previous", "", previous, _("上一年度报告"))))
    return report


def _named(document: Any, position: int) -> Named:
    named = document if isinstance(document, dict) else {}
    agency = _quoted(named["agency"]) if isinstance(named.get("agency"), str) else ""
    year = _year(named.get("year"))
    title = " ".join(
        word for word in (_quoted(named.get("id") or ""), agency, str(year or "")) if word
    ) or _("第 %s 份报告") % position  # fmt: skip
    return Named(title, agency, year, read_report(document))


def _year(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 4:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10_000 else None


def _read(document: Any) -> Report:
    if not isinstance(document, dict):
        return Report({}, faults=(_shape("", "", document, _("一份报告")),))
    tables: dict[str, dict[tuple[str, str], Number]] = {}
    faults: list[Fault] = []
    for form in FORMS:
        name = next((name for name in _TABLE_NAMES.get(form.key, (form.key,)) if document.get(name) is not None), None)
        if name is None:
            continue
        cells = tables.setdefault(form.key, {})
        for finding in _table(form, document[name]):
            if isinstance(finding, Fault):
                faults.append(finding)
            else:
                row, column, number = finding
                cells[row, column] = number
    if not tables:
        faults.append(Fault("V7", "", "", "", _("没有任何一张表"), "table2、table3、table4"))
    parts, wrong = _parts(document.get("parts"))
    moved, odd = _moved(document.get("moved"))
    return Report(tables, parts=parts, faults=(*faults, *wrong, *odd), moved=moved)


def _table(form: Form, value: Any) -> Iterator[Fault | tuple[str, str, Number]]:
    if not isinstance(value, dict):
        yield _shape(form.key, "", value, _("按行列出的数字"))
        return
    rows = {row.name: row for row in form.rows}
    for name, given in value.items():
        row = rows.get(name)
        if row is None:
            yield Fault("V7", form.key, _quoted(name), "", _("表中没有这一行"), "、".join(rows))
            continue
        values = given if isinstance(given, list) else [given]
        if len(values) != len(row.columns) or (isinstance(given, list) and len(row.columns) == 1):
            yield _shape(form.key, row.key, given, _("%s 个数字") % len(row.columns))
            continue
        for column, cell in zip(row.columns, values, strict=True):
            number = _number(form, row, column.key, cell)
            yield number if isinstance(number, Fault) else (row.key, column.key, number)


def _number(form: Form, row: Row, column: str, value: Any) -> Fault | Number:
    """A whole number, or an amount, not below 0. Text is none, even where it spells one: a total would not add up."""
    if value is None:
        return blank(form, row.key, column)
    if isinstance(value, str) and value.strip() in _BLANK:
        return blank(form, row.key, column, value)
    number = _exact(value)
    if number is None or number < 0 or (row.key not in AMOUNT_ROWS and number != int(number)):
        expected = _("不小于 0 的金额") if row.key in AMOUNT_ROWS else _("不小于 0 的整数")
        return Fault("V7", form.key, row.key, column, _quoted(value), expected)
    return number if row.key in AMOUNT_ROWS else int(number)


def _exact(value: Any) -> Number | None:
    """None for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, int):
        return value
    number = Decimal(str(value))
    # A report counts no more than this; an exponent of a thousand digits would take long to add up.
    return number if number.is_finite() and number.adjusted() < 18 and number.adjusted() > -18 else None


def _parts(value: Any) -> tuple[Mapping[str, str] | None, Sequence[Fault]]:
    if value is None:
        return None, ()
    if isinstance(value, list) and len(value) == len(PARTS):
        given = {part.key: text for part, text in zip(PARTS, value, strict=True)}
    elif isinstance(value, dict):
        given = {key: value[name] for key, names in _PART_NAMES.items() for name in names if name in value}
    else:
        return None, (_shape("parts", "", value, _("六个部分的文字")),)
    texts = {key: text for key, text in given.items() if isinstance(text, str)}
    texts |= {key: "" for key, text in given.items() if text is None}
    wrong = [_shape("parts", key, text, _("文字")) for key, text in given.items() if key not in texts]
    return texts, wrong


def _moved(value: Any) -> tuple[Mapping[str, int], Sequence[Fault]]:
    """Requests handed over between agencies, which rule V5 allows for; by kind of applicant, with a sign."""
    kinds = {kind.key for kind in APPLICANTS}
    if value is None:
        return {}, ()
    if isinstance(value, dict) and all(type(n) is int and key in kinds for key, n in value.items()):
        return value, ()
    return {}, (_shape("moved", "", value, _("各类申请人转入减转出的件数")),)


def _shape(table: str, row: str, value: Any, expected: str) -> Fault:
    return Fault("V7", table, row, "", _quoted(value), expected)


def _quoted(value: Any) -> str:
    """As in the file, cut; a huge number or a deep list is not spelt out."""
    if isinstance(value, list):
        return _("%s 项的列表") % len(value)
    if isinstance(value, dict):
        return _("对象")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**30:
        return _("过大的数字")
    words = "".join(c if c.isprintable() else " " for c in str(value))  # no escape of a terminal, no lone surrogate
    words = " ".join(words.split())
    return words if len(words) <= _NAME_LENGTH else words[:_NAME_LENGTH] + "…"
