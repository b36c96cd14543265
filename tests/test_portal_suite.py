"""The last lines of `./portal test` and `./portal bench`: nothing that did not run or did not hold is hidden."""

from pathlib import Path

import pytest

from benchmarks.__main__ import available, print_table
from benchmarks.measure import Measure
from govportal.launcher.suite import Report

RESULTS = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"><failure/></testcase><testcase name="c"><error/></testcase>
<testcase name="d"><skipped message="PORTAL_DATA is not set"/></testcase>
</testsuite></testsuites>"""


def test_report_counts_outcomes_and_names_what_was_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results.xml"
    results.write_text(RESULTS)
    report = Report()

    report.count(results, "SQLite")
    status = report.finish(with_tests=True)

    *_, reason, totals = capsys.readouterr().out.splitlines()
    assert status == 0
    assert reason == "not run: SQLite: PORTAL_DATA is not set"
    assert totals == "1 passed, 2 failed, 1 skipped"


def test_report_fails_when_one_stage_did(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()

    report.stage("types", lambda: 1)
    report.stage("imports", lambda: 0)

    assert report.finish(with_tests=False) == 1
    lines = capsys.readouterr().out
    assert "types                        FAILED" in lines
    assert "imports                      ok" in lines


def test_report_names_a_stage_that_wrote_no_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()

    report.count(tmp_path / "absent.xml", "PostgreSQL")
    report.finish(with_tests=True)

    assert "not run: PostgreSQL: no result was written" in capsys.readouterr().out


def test_table_marks_what_is_beyond_its_limit(capsys: pytest.CaptureFixture[str]) -> None:
    slow = {"search": [Measure("p95", 70, "ms", 50), Measure("recall", 0.995, "", 0.99, at_least=True)]}
    fast = {"search": [Measure("p95", 20, "ms", 50)]}

    print_table(slow, fast)

    _, _, p95, recall = capsys.readouterr().out.splitlines()
    assert p95.split() == ["p95", "≤", "50", "70", "ms", "✗", "20", "ms"]
    assert recall.split() == ["recall", "≥", "0.99", "0.995", "–"]


def test_benchmarks_are_found_by_their_function() -> None:
    assert "start" in available()
    assert "measure" not in available()
