"""Reports made elsewhere: whatever the JSON holds, figures or named faults, never a crash."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.report_checks import check
from requests_app.report_reading import read_report, read_reports
from tests.requests_app.report_samples import whole_report

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=30,
)
NAMES = ("table2", "table3", "cells", "table4", "parts", "previous", "year", "agency", "id")


def faults_of(report: Any) -> list[tuple[str, str, str, str, str]]:
    found = check(read_report(report)).errors
    return [(fault.rule, fault.table, fault.row, fault.column, fault.found) for fault in found]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "空白"), ("", "空白"), (" ", "空白"), ("/", "/"), ("／", "／"), ("-", "-"), ("无", "无"),
        ("12", "12"), ("3,402", "3,402"), (1.5, "1.5"), (-1, "-1"), (True, "True"), (float("nan"), "nan"),
        (float("inf"), "inf"), ([1], "1 项的列表"), ({}, "对象"), (Decimal("1e400"), "1E+400"),
    ],
)  # fmt: skip
def test_cell_that_holds_no_whole_number_is_named(value: Any, shown: str) -> None:
    report = whole_report()
    report["table3"]["r3_1"][1] = value

    assert ("V7", "table3", "r3_1", "business", shown) in faults_of(report)


def test_whole_number_written_with_a_point_is_one() -> None:
    report = whole_report()
    report["table3"]["r3_1"][0] = 13.0

    assert faults_of(report) == []


def test_huge_whole_number_breaks_the_sums_and_nothing_else() -> None:
    report = whole_report()
    report["table3"]["r3_1"][0] = 10**4000

    assert {fault[0] for fault in faults_of(report)} == {"V2", "V3"}


def test_slash_in_table_2_is_named_by_row_and_column() -> None:
    report = whole_report()
    report["table2"]["规章"] = ["/", "/", "/"]

    assert faults_of(report) == [
        ("V7", "table2", "regulations", column, "/") for column in ("issued", "voided", "in_force")
    ]


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("table3", [1, 2], ("table3", "")),
        ("table3", "new", ("table3", "")),
        ("table4", 5, ("table4", "")),
        ("table3", {"new": [1, 2]}, ("table3", "new")),
        ("table3", {"new": 5}, ("table3", "new")),
        ("table3", {"r7": [0] * 7}, ("table3", "r7")),
        ("table2", {"行政许可": [1]}, ("table2", "licence")),
        ("previous", [1], ("previous", "")),
        ("parts", ["一"], ("parts", "")),
        ("parts", {"five": 5}, ("parts", "five")),
    ],
)
def test_wrong_shape_is_named(name: str, value: Any, place: tuple[str, str]) -> None:
    found = {(rule, table, row) for rule, table, row, _column, _found in faults_of(whole_report(**{name: value}))}

    assert ("V7", *place) in found


@pytest.mark.parametrize("document", [None, 1, "报告", {}, {"year": 2025}, {"agency": "某县"}])
def test_document_without_any_table_is_a_fault(document: Any) -> None:
    assert [rule for rule, *_place in faults_of(document)] == ["V7"]


def test_list_finds_last_years_report_of_the_same_agency() -> None:
    old, other = whole_report(year=2024), whole_report(year=2024, agency="另一市")

    reports = read_reports([whole_report(), other, old])

    assert reports[0].report.previous == reports[2].report
    assert reports[1].report.previous is None


def test_previous_report_that_came_along_goes_before_one_of_the_list() -> None:
    mine = whole_report(year=2024)
    mine["table3"]["next"][0] = 1

    (report, _old) = read_reports([whole_report(previous=mine), whole_report(year=2024)])

    previous = report.report.previous
    assert previous is not None
    assert previous.tables["table3"]["next", "natural_person"] == 1


def test_requests_handed_over_are_allowed_for() -> None:
    before = whole_report(year=2024)
    before["table3"]["next"] = [533, 6, 0, 1, 19, 0, 559]
    moved = {"natural_person": 2, "legal_service": -1}

    assert faults_of(whole_report(previous=before, moved=moved)) == []
    assert [fault[0] for fault in faults_of(whole_report(previous=before, moved={"natural_person": "2"}))] == [
        "V5", "V5", "V5", "V7",
    ]  # fmt: skip


@pytest.mark.parametrize("year", ["2025", 2025])
def test_year_may_be_text(year: Any) -> None:
    (report,) = read_reports(whole_report(year=year))

    assert report.year == 2025


@pytest.mark.parametrize("year", [None, "二〇二五", "²²²²", True, 10**30, [2025]])
def test_year_that_is_none_leaves_the_report_without_one(year: Any) -> None:
    (report,) = read_reports(whole_report(year=year))

    assert report.year is None


@pytest.mark.parametrize("names", ["one two three four five six", "1 2 3 4 5 6", "一 二 三 四 五 六"])
def test_parts_are_known_by_any_of_their_names(names: str) -> None:
    texts = ["概况", "", "", "", "问题", "未收取信息处理费"]

    report = read_report(whole_report(parts=dict(zip(names.split(), texts, strict=True))))

    assert report.parts == dict(zip(["one", "two", "three", "four", "five", "six"], texts, strict=True))


def test_title_holds_nothing_that_a_terminal_obeys() -> None:
    (report,) = read_reports(whole_report(id="\x1b[2J\ud800x"))

    assert report.title == "[2J x 测试市 2025"


@given(JSON)
def test_any_json_is_read(document: Any) -> None:
    for named in read_reports(document):
        assert [str(fault) for fault in check(named.report).faults]


@given(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6))
def test_any_value_of_any_key_is_read(document: dict[str, Any]) -> None:
    (named,) = read_reports(document)

    assert "\n" not in named.title
    assert all(str(fault).encode() for fault in check(named.report).faults)


@given(st.data())
def test_any_value_in_any_cell_is_read(data: st.DataObject) -> None:
    report = whole_report()
    table = data.draw(st.sampled_from(["table2", "table3", "table4"]))
    row = data.draw(st.sampled_from(sorted(report[table])))
    before = json.dumps(report[table][row])
    report[table][row] = data.draw(JSON)

    found = check(read_report(report))

    assert found.faults or report[table][row] == json.loads(before) or table == "table2"


@pytest.mark.parametrize("number", ["1E400", "1E999999999", "1E-999999999", "-1E999999999"])
def test_number_beyond_all_counting_is_a_fault_of_its_cell(number: str) -> None:
    document = {"table3": {"r1": [Decimal(number), 1, 1, 1, 2, 3, 4]}}

    assert ("V7", "r1") in {(rule, row) for rule, _table, row, _column, _found in faults_of(document)}
