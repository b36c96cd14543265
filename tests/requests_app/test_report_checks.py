"""Rules V1 to V8: what is right passes, and whatever one cell is changed, a rule says so and where."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.report_checks import Fault, Findings, Report, blanks, check, says_nothing
from requests_app.report_form import TABLE2, TABLE3, TABLE4, Form
from requests_app.report_reading import read_report
from tests.requests_app.report_samples import whole_report
from tests.requests_app.test_report_tables import full_reports

GIVEN = {"two": "", "three": "", "four": ""}


def findings(document: Any) -> Findings:
    return check(read_report(document))


def rules(document: Any) -> set[str]:
    return {fault.rule for fault in findings(document).errors}


def where(document: Any) -> set[tuple[str, str, str, str]]:
    return {(fault.rule, fault.table, fault.row, fault.column) for fault in findings(document).errors}


def changed_cells(report: dict[str, Any], form: Form) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Row, column and report for every cell of the table, one more and (unless it is 0) one less."""
    name = form.key if form.key in report else "cells"
    for row in form.rows:
        for place, column in enumerate(row.columns):
            for step in (1, -1):
                changed = json.loads(json.dumps(report))
                changed[name][row.key][place] += step
                if changed[name][row.key][place] >= 0:
                    yield row.key, column.key, changed


def unnoticed(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row, column) for form in (TABLE3, TABLE4) for row, column, changed in changed_cells(report, form)
            if not rules(changed)]  # fmt: skip


def test_known_good_report_has_no_fault() -> None:
    found = findings(whole_report())

    assert found.faults == ()
    assert {one.rule for one in found.unchecked} == {"V5", "V6", "V7", "V8"}


def test_any_one_changed_cell_of_a_known_report_breaks_a_rule() -> None:
    assert unnoticed(whole_report()) == []


def test_published_full_reports_pass_and_any_one_changed_cell_fails(portal_data: Path) -> None:
    reports = full_reports(portal_data)

    assert [rules(report) for report in reports] == [set(), set()]
    assert [unnoticed(report) for report in reports] == [[], []]


def test_fault_of_table_3_names_the_row_and_the_column_of_the_changed_cell() -> None:
    """V3 gives the row and V2 the column: where they cross is the wrong figure."""
    for row, column, changed in changed_cells(whole_report(), TABLE3):
        found = where(changed)
        assert ("V3", "table3", row, "total") in found
        if row.startswith("r"):
            assert ("V2", "table3", "total", column) in found
        else:
            assert ("V1", "table3", "next", column) in found


def test_fault_of_table_4_names_its_row() -> None:
    for row, _column, changed in changed_cells(whole_report(), TABLE4):
        assert where(changed) == {("V4", "table4", row, "total")}


def test_fault_says_rule_row_column_and_both_numbers() -> None:
    report = whole_report()
    report["table3"]["r1"][6] = 5549

    texts = [str(fault) for fault in findings(report).faults]

    assert texts == [
        "错误 V2 表三“（七）总计”行“总计”列 [total total]：现为 13810，应为 13811",
        "错误 V3 表三“（一）予以公开”行“总计”列 [r1 total]：现为 5549，应为 5548",
    ]


def test_carried_over_is_what_last_year_handed_on() -> None:
    before = whole_report(year=2024)
    before["table3"]["next"] = [535, 6, 0, 1, 18, 0, 560]
    report = whole_report(previous=before)

    assert rules(report) == set()


def test_carried_over_that_differs_from_last_year_is_a_fault_by_column() -> None:
    before = whole_report(year=2024)
    before["table3"]["next"] = [536, 6, 0, 1, 17, 0, 560]

    assert where(whole_report(previous=before)) == {
        ("V5", "table3", "carried", "natural_person"),
        ("V5", "table3", "carried", "legal_service"),
    }


def test_requests_handed_over_between_agencies_are_part_of_what_is_carried() -> None:
    before = read_report(whole_report())
    next_row = dict(zip(("natural_person", "business"), (783, 6), strict=True))
    report = Report(
        {"table3": {("carried", key): n + 2 for key, n in next_row.items()}},
        previous=before,
        moved=dict.fromkeys(next_row, 2),
    )

    assert [fault for fault in check(report).faults if fault.rule == "V5"] == []


def test_stock_of_documents_that_does_not_follow_from_last_year_is_a_warning() -> None:
    before = whole_report(year=2024)
    before["table3"]["next"] = whole_report()["table3"]["carried"]
    found = findings(whole_report(previous=before))

    assert found.errors == ()
    assert [(fault.rule, fault.row, fault.found, fault.expected) for fault in found.warnings] == [
        ("V6", "regulations", "74", "72"),
        ("V6", "normative", "4185", "3765"),
    ]


@pytest.mark.parametrize("text", ["", "无", "无。", "　暂无", "（文字描述）", "/", "没有。"])
def test_part_five_that_says_nothing_is_a_fault(text: str) -> None:
    parts = {"one": "总体情况。", "five": text, "six": "未收取信息处理费。"}

    found = findings(whole_report(parts=parts))

    assert [(fault.rule, fault.row) for fault in found.errors] == [("V7", "five")]
    assert found.warnings == ()


def test_part_six_without_the_fee_is_a_warning() -> None:
    parts = {"one": "总体情况。", "five": "存在的问题：公开不及时。", "six": "没有其他需要报告的事项。"}

    found = findings(whole_report(parts=parts))

    assert found.errors == ()
    assert [(fault.rule, fault.row) for fault in found.warnings] == [("V7", "six")]


def test_full_set_of_parts_passes() -> None:
    parts = ["总体情况。", "", "", "", "存在的问题：公开不及时。", "本年度未收取信息处理费。"]

    found = findings(whole_report(parts=parts))

    assert found.faults == ()
    assert "V7" not in {one.rule for one in found.unchecked}


def test_part_that_is_not_given_is_not_checked() -> None:
    found = findings(whole_report(parts={"one": "总体情况。", "six": "未收取信息处理费。"}))

    assert found.faults == ()
    assert [str(one) for one in found.unchecked if one.rule == "V7"] == [
        "V7 未核对：没有五、存在的主要问题及改进情况的文字"
    ]


@pytest.mark.parametrize(
    ("outcomes", "faults"),
    [
        (["r1"], []),
        ([], [("没有办理结果", "一个办理结果")]),
        (["r1", "r4_1"], [("r1、r4_1", "一个办理结果")]),
        (["r2", "r3_4"], [("r2、r3_4", "r2")]),
        (["r9"], [("r9", "一个办理结果")]),
    ],
)
def test_request_has_exactly_one_outcome(outcomes: list[str], faults: list[tuple[str, str]]) -> None:
    report = Report({}, outcomes={"2025-1": outcomes})

    found = [fault for fault in check(report).faults if fault.rule == "V8"]

    assert [(fault.found, fault.expected) for fault in found] == faults


def test_partial_report_is_checked_as_far_as_it_goes() -> None:
    report = whole_report()
    report["table3"] = {key: report["table3"][key] for key in ("new", "carried", "r1")}
    report["table3"]["r1"][0] += 1
    del report["table4"]

    found = findings(report)

    assert [(fault.rule, fault.row) for fault in found.faults] == [("V3", "r1")]
    assert {"V1", "V2", "V3", "V4"} <= {one.rule for one in found.unchecked}


def test_own_table_with_cells_that_nobody_knows_names_each() -> None:
    faults = blanks(TABLE2, {("normative", "issued"): 4})

    assert len(faults) == 9
    assert {fault.rule for fault in faults} == {"V7"}


@given(st.text(max_size=8))
def test_what_says_nothing_says_nothing_with_marks_around_it(text: str) -> None:
    assert says_nothing(f"（{text}。）") == says_nothing(text)


@pytest.mark.parametrize("place", [("", "", ""), ("parts", "five", ""), ("table3", "new", "total"), ("x", "y", "z")])
def test_fault_of_any_place_can_be_shown(place: tuple[str, str, str]) -> None:
    table, row, column = place

    text = str(Fault("V7", table, row, column, "a", "b"))

    assert text.startswith("错误 V7 ")
    assert row in text


RULE_CASES: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("V1", lambda report: report["table3"]["next"].__setitem__(0, 784)),
    ("V2", lambda report: report["table3"]["r3_1"].__setitem__(0, 14)),
    ("V3", lambda report: report["table3"]["r3_1"].__setitem__(1, 1)),
    ("V4", lambda report: report["table4"]["post"].__setitem__(4, 157)),
    ("V7", lambda report: report["table3"]["r3_1"].__setitem__(1, None)),
]


@pytest.mark.parametrize(("rule", "spoil"), RULE_CASES)
def test_rule_is_named(rule: str, spoil: Callable[[dict[str, Any]], None]) -> None:
    report = whole_report()
    spoil(report)

    assert rule in rules(report)
