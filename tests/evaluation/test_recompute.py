"""recompute.py as an outsider runs it: on an archive made by hand, and on every way to spoil one."""

import ast
import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from evaluation import scoring
from evaluation.scoring import draw

ROUND, SEED = "2026-h1", "c0ffee"
PROGRAM = Path(scoring.__file__)
ITEMS = [f"CM-A-{n}" for n in range(6)]
SAMPLE = draw(SEED, ITEMS, 2)
FILES = {
    "indicators.csv": (
        scoring.INDICATOR_COLUMNS,
        [
            ["COV", "公开情况", "60", "公开面", "1", "公开", "automatic", "coverage", "share", "met",
             "40", "0", "40", "…"],
            ["APP", "公开情况", "60", "复议", "2", "纠正", "automatic", "requests_corrected", "deduct", "no_fault",
             "20", "3", "10", "…"],
            ["M1", "组织领导", "40", "领导", "1", "有人分管", "manual", "", "deduct", "", "40", "0", "15", ""],
        ],
    ),
    "inputs/round.csv": (
        scoring.ROUND_COLUMNS,
        [[ROUND, "上半年", "spot", "https://gk.example", "2026-01-01", "2026-06-30", "2026-07-20T02:00:00+08:00", SEED,
          "2", "90.00", "80.00", "60.00", "4.00"]],
    ),
    "inputs/agencies.csv": (
        scoring.AGENCY_COLUMNS,
        [["A", "甲局", "department", "", "6"], ["B", "乙局", "department", "", "0"],
         ["C", "丙镇", "township", "新设单位", "0"]],
    ),
    "inputs/cases.csv": (
        scoring.CASE_COLUMNS,
        [
            ["A", "COV", "o-1", "低保名单", "2026-06-30", "2026-06-29", "", "1", "1", "", "/items/CM-A-1/"],
            ["A", "COV", "o-2", "预算", "2026-06-30", "", "", "0", "1", "", "/catalogue/2/"],
            ["A", "COV", "o-3", "决算", "2026-06-30", "", "", "1", "1", "4", "/catalogue/3/"],
            ["B", "APP", "p-2", "行政复议", "", "", "", "1", "1", "", ""],
            ["A", "APP", "p-1", "行政复议", "", "", "结果纠正", "0", "1", "", ""],
        ],
    ),
    "inputs/findings.csv": (
        scoring.FINDING_COLUMNS,
        [
            ["A", "M1", "1", "2", "0.50", "", "1.00", "没有会议记录", "2026-07-01", "", ""],
            ["B", "M1", "2", "1", "4.00", "2.00", "2.00", "没有分管领导", "2026-07-02", "", ""],
            ["B", "M1", "3", "2", "0.50", "0.50", "0.50", "一季度没有研究", "2026-03-02", "", "2026-q1-7"],
        ],
    ),
    "inputs/objections.csv": (
        scoring.OBJECTION_COLUMNS,
        [
            ["A", "COV", "4", "o-3", "", "upheld", "停机检修", "2026-07-24"],
            ["B", "M1", "5", "", "2", "partly", "年中已经分管", "2026-07-24"],
            ["A", "M1", "6", "", "1", "dismissed", "没有证据", "2026-07-25"],
            # Of what was withdrawn, and of what had gone when the facts were read anew.
            ["A", "M1", "7", "", "9", "upheld", "重复登记", "2026-07-25"],
            ["B", "COV", "8", "o-9", "", "upheld", "义务已取消", "2026-07-25"],
        ],
    ),
    "inputs/population.csv": (scoring.POPULATION_COLUMNS, [["A", key] for key in ITEMS]),
    "inputs/samples.csv": (
        scoring.SAMPLE_COLUMNS,
        [["A", str(place), key, "clear", f"/items/{key}/"] for place, key in enumerate(SAMPLE, start=1)],
    ),
    # By hand: 40 × 2/3, 20 - 3, 40 - 1; 40, 20, 40 - 2.5; everything.
    "results.csv": (
        scoring.RESULT_COLUMNS,
        [[ROUND, *line] for line in (
            ["A", "COV", "26.67"], ["A", "APP", "17.00"], ["A", "M1", "39.00"],
            ["B", "COV", "40.00"], ["B", "APP", "20.00"], ["B", "M1", "37.50"],
            ["C", "COV", "40.00"], ["C", "APP", "20.00"], ["C", "M1", "40.00"],
        )],
    ),
    "ranking.csv": (
        scoring.RANKING_COLUMNS,
        [
            [ROUND, "B", "乙局", "department", "97.50", "excellent", "1", "1", "3.90"],
            [ROUND, "A", "甲局", "department", "82.67", "good", "2", "2", "3.31"],
            [ROUND, "C", "丙镇", "township", "100.00", "", "", "", ""],
        ],
    ),
}  # fmt: skip


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "inputs").mkdir()
    shutil.copy(PROGRAM, tmp_path / "recompute.py")
    for name, (columns, rows) in FILES.items():
        write(tmp_path, name, [columns, *rows])
    return tmp_path


def write(folder: Path, name: str, rows: Sequence[Sequence[str]]) -> None:
    with (folder / name).open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def run(folder: Path, *interpreter: str) -> tuple[int, str]:
    command = [*(interpreter or (sys.executable, "-I", "-S")), str(folder / "recompute.py")]
    environ = {"PYTHONUTF8": "1", "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert "Traceback" not in done.stderr and "Error" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def within(folder: Path) -> tuple[int, str]:
    """The same without a process of its own: 0, 1 or 2 and what it says."""
    try:
        faults = scoring.recompute(folder).faults
    except scoring.UNREADABLE as error:
        return 2, repr(error)
    return int(bool(faults)), "\n".join(faults)


def spoil(folder: Path, name: str, line: int, column: str, value: str) -> tuple[int, str]:
    """With one cell changed, and then as it was."""
    columns, rows = FILES[name]
    changed = [list(row) for row in rows]
    changed[line][columns.index(column)] = value
    write(folder, name, [columns, *changed])
    found = within(folder)
    write(folder, name, [columns, *rows])
    return found


def test_archive_agrees_in_any_python_without_anything_installed(archive: Path) -> None:
    said = "deductions that stand lowered by rulings of other rounds: 1\n9 points of 3 agencies: all agree\n"
    assert run(archive) == (0, said)
    other = shutil.which("python3.11")
    if other and subprocess.run([other, "-V"], capture_output=True, check=False).returncode == 0:
        assert run(archive, other) == (0, said)
    else:
        print("no python3.11 here: recompute.py ran in this Python alone")
    tree = ast.parse(PROGRAM.read_text(), feature_version=(3, 9))
    # Python 3.9 parses `int | str` of a signature, and fails when it comes to it.
    signatures = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    noted = [each.annotation for one in signatures for each in one.args.args] + [one.returns for one in signatures]
    assert not any(isinstance(part, ast.BinOp) for one in noted if one for part in ast.walk(one))


def test_order_of_lines_changes_nothing(archive: Path) -> None:
    for name, (columns, rows) in FILES.items():
        write(archive, name, [columns, *reversed(rows)])

    assert within(archive) == (0, "")


def test_every_single_number_is_compared(archive: Path) -> None:
    checked = 0
    for name, numbers in (
        ("results.csv", ("points",)), ("ranking.csv", ("total", "rank", "kind_rank", "performance_points")),
    ):  # fmt: skip
        columns, rows = FILES[name]
        for line, row in enumerate(rows):
            for column in numbers:
                text = row[columns.index(column)]
                step = Decimal(1) if "rank" in column else Decimal("0.01")
                for value in (str(Decimal(text or 0) + step), str(Decimal(text or 0) - step), "" if text else "1"):
                    code, words = spoil(archive, name, line, column, value)
                    agency = row[columns.index("agency")]
                    # A cell of points that is empty is no number at all, nor is one below 0.
                    is_none = (column == "points" and not value) or value.startswith("-")
                    assert code == (2 if is_none else 1), (name, column, value)
                    assert code == 2 or (name in words and agency in words), words
                    checked += 1
    assert checked == 3 * (9 + 3 * 4)


def test_every_word_of_a_line_belongs_to_the_round(archive: Path) -> None:
    for name, column in (
        ("results.csv", "round"), ("results.csv", "agency"), ("results.csv", "indicator"),
        *(("ranking.csv", column) for column in ("round", "agency", "name", "kind", "grade")),
    ):  # fmt: skip
        for line in range(len(FILES[name][1])):
            code, words = spoil(archive, name, line, column, "X")
            assert code == 1 and name in words, (name, column)


def test_changed_input_changes_the_points_or_contradicts_itself(archive: Path) -> None:
    for name, line, column, value in (
        ("inputs/cases.csv", 0, "done_on", ""), ("inputs/cases.csv", 1, "earned", "1"),
        ("inputs/cases.csv", 2, "excused", ""), ("inputs/cases.csv", 4, "fault", ""),
        ("inputs/cases.csv", 3, "fault", "结果纠正"), ("inputs/cases.csv", 0, "possible", "0"),
        ("inputs/cases.csv", 1, "indicator", "M1"), ("inputs/cases.csv", 1, "excused", "4"),
        ("inputs/objections.csv", 0, "ruling", "dismissed"), ("inputs/objections.csv", 0, "case", "o-2"),
        ("inputs/objections.csv", 2, "ruling", "upheld"), ("inputs/objections.csv", 1, "finding", "1"),
        ("inputs/round.csv", 0, "excellent_from", "70"),
        ("inputs/findings.csv", 0, "count", "3"), ("inputs/findings.csv", 1, "ruled_deduction", ""),
        ("inputs/findings.csv", 0, "deduction", "0.50"),
        ("inputs/findings.csv", 0, "indicator", "COV"), ("inputs/findings.csv", 0, "agency", "Z"),
        ("inputs/samples.csv", 0, "case", "CM-A-X"), ("inputs/round.csv", 0, "seed", "0ff1ce"),
        ("inputs/round.csv", 0, "sample_size", "3"), ("inputs/round.csv", 0, "round", "2025"),
        ("inputs/round.csv", 0, "good_from", "85.00"), ("inputs/round.csv", 0, "performance_share", "5.00"),
        ("inputs/agencies.csv", 0, "not_ranked_reason", "不参加"), ("inputs/agencies.csv", 0, "kind", "township"),
        ("indicators.csv", 0, "full_marks", "41"), ("indicators.csv", 0, "group_weight", "61"),
        ("indicators.csv", 1, "per_fault", "2"), ("indicators.csv", 1, "formula", "share"),
    ):  # fmt: skip
        code, words = spoil(archive, name, line, column, value)
        assert code == 1 and words, (name, line, column, value)


def test_line_too_many_or_missing_or_twice_is_found(archive: Path) -> None:
    for name, (columns, rows) in FILES.items():
        if name == "inputs/round.csv":  # of another number of lines it cannot be read at all
            continue
        for changed in ([*rows, rows[0]], rows[1:], [*rows[:-1]]):
            write(archive, name, [columns, *changed])
            code, words = within(archive)
            # A ruling that changed nothing may not stand there at all.
            is_free = name == "inputs/objections.csv" and changed == rows[:-1]
            assert (code == 1 and words) or is_free, (name, len(changed))
        write(archive, name, [columns, *rows])
    assert within(archive) == (0, "")


def test_crafted_archive_that_would_agree_is_found(archive: Path) -> None:
    """Each of these leaves every point, or changes it together with what it is compared with."""
    more = {
        "a case of an indicator that is not automatic": (
            "cases", ["A", "M1", "o-8", "…", "", "", "", "1", "1", "", ""]
        ),
        "a case of which nothing is possible": (
            "cases", ["B", "COV", "o-8", "…", "", "2026-01-02", "", "0", "0", "", ""]
        ),
        "a case that outweighs all others": (
            "cases", ["B", "COV", "o-8", "…", "2026-06-30", "2026-01-02", "", "999999999", "999999999", "", ""]
        ),
        "a case that stands there twice but for a blank": (
            "cases", ["B", "APP", "p-2\u3000", "行政复议", "", "", "", "1", "1", "", ""]
        ),
        "a ruling that nothing followed": ("objections", ["A", "COV", "9", "o-2", "", "upheld", "…", "2026-07-26"]),
        "an objection with two rulings": ("objections", ["A", "COV", "4", "o-3", "", "dismissed", "…", "2026-07-26"]),
        "an objection of no agency": ("objections", ["Z", "COV", "9", "o-2", "", "dismissed", "…", "2026-07-26"]),
        "an objection of no indicator": ("objections", ["A", "NIX", "9", "o-2", "", "dismissed", "…", "2026-07-26"]),
        "a finding's objection to an automatic indicator": (
            "objections", ["A", "COV", "9", "", "1", "dismissed", "…", "2026-07-26"]
        ),
        "an objection to nothing": ("objections", ["A", "COV", "9", "", "", "dismissed", "…", "2026-07-26"]),
        "an objection to two things": ("objections", ["A", "M1", "9", "o-2", "1", "dismissed", "…", "2026-07-26"]),
        "a case that is excused in part": ("objections", ["A", "COV", "9", "o-9", "", "partly", "…", "2026-07-26"]),
        "a sample of no agency": ("samples", ["Z", "1", ITEMS[0], "clear", ""]),
        "something to draw from of no agency": ("population", ["Z", "CM-Z-1"]),
    }  # fmt: skip
    for what, (name, added) in more.items():
        columns, rows = FILES[f"inputs/{name}.csv"]
        write(archive, f"inputs/{name}.csv", [columns, *rows, added])
        assert within(archive)[0] == 1, what
        write(archive, f"inputs/{name}.csv", [columns, *rows])

    for name, line, column, value in (
        ("inputs/objections.csv", 1, "ruling", "upheld"), ("inputs/findings.csv", 2, "carried_from", ""),
        ("inputs/agencies.csv", 2, "not_ranked_reason", "　 "), ("inputs/round.csv", 0, "fair_from", "0"),
        ("inputs/samples.csv", 1, "position", "1"), ("results.csv", 0, "points", "26.670000"),
        ("ranking.csv", 0, "rank", "1.0"),
        ("inputs/objections.csv", 2, "ruling", "banana"), ("inputs/objections.csv", 2, "ruled_on", ""),
        # Of a finding that another round is to have lessened: what no other round can be called.
        *(("inputs/findings.csv", 2, "carried_from", origin) for origin in ("?", "2026-q1", "-7", f"{ROUND}-1")),
        ("inputs/findings.csv", 0, "carried_from", "?"),
        ("inputs/samples.csv", 1, "position", "3"), ("inputs/samples.csv", 0, "result", "banana"),
        ("inputs/agencies.csv", 0, "population", "5"),
        ("inputs/round.csv", 0, "period_start", "2026-07-01"), ("inputs/round.csv", 0, "period_end", ""),
        ("inputs/round.csv", 0, "performance_share", "3.99"), ("inputs/round.csv", 0, "performance_share", "100.01"),
    ):  # fmt: skip
        assert spoil(archive, name, line, column, value)[0] == 1, (name, column, value)


def test_share_that_the_ranking_agrees_with_is_still_at_least_four_percent(archive: Path) -> None:
    for name, points in (("inputs/round.csv", ()), ("ranking.csv", ("0.98", "0.83", ""))):
        columns, rows = FILES[name]
        changed = [[*row[:-1], value] for row, value in zip(rows, points or ("1.00",), strict=True)]
        write(archive, name, [columns, *changed])

    assert within(archive) == (1, "inputs/round.csv: the share is not 4 to 100.00 percent")


def test_sample_that_was_taken_out_is_missed(archive: Path) -> None:
    for name in ("inputs/population.csv", "inputs/samples.csv"):
        write(archive, name, [FILES[name][0]])

    assert within(archive) == (1, "inputs/population.csv: A had published something else than stands there")


def test_nothing_is_drawn_where_nothing_is_to_be_drawn(archive: Path) -> None:
    """Of a round without a sample, and of agencies that had published nothing."""
    columns, rows = FILES["inputs/round.csv"]
    size = columns.index("sample_size")
    write(archive, "inputs/round.csv", [columns, [*rows[0][:size], "0", *rows[0][size + 1 :]]])
    write(archive, "inputs/samples.csv", [FILES["inputs/samples.csv"][0]])

    assert within(archive) == (0, "")


def test_lessening_reaches_no_further_than_the_finding(archive: Path) -> None:
    columns, rows = FILES["inputs/findings.csv"]
    for deduction, lessened in (("1.50", "more than all of it"), ("0.20", "less than it says")):
        changed = [*rows[:2], [*rows[2][:5], deduction, "0.50" if deduction == "0.20" else deduction, *rows[2][7:]]]
        write(archive, "inputs/findings.csv", [columns, *changed])
        assert "finding 3 takes off" in within(archive)[1], lessened


def test_archive_of_nobody_agrees_with_nothing(archive: Path) -> None:
    for name, (columns, _rows) in FILES.items():
        if name not in ("indicators.csv", "inputs/round.csv"):
            write(archive, name, [columns])

    assert within(archive) == (1, "nobody was assessed of anything")


def test_long_text_is_read_and_a_line_with_a_cell_too_many_is_not(archive: Path) -> None:
    columns, rows = FILES["inputs/findings.csv"]
    write(archive, "inputs/findings.csv", [columns, [*rows[0][:7], "长" * 200_000, *rows[0][8:]], *rows[1:]])
    assert run(archive)[0] == 0

    write(archive, "inputs/findings.csv", [columns, [*rows[0], ""], *rows[1:]])
    assert within(archive)[0] == 2


def test_what_cannot_be_read_ends_with_two_and_never_with_a_traceback(archive: Path) -> None:
    for name, line, column, value in (
        ("results.csv", 0, "points", "sehr viel"), ("results.csv", 0, "points", "NaN"),
        ("results.csv", 0, "points", "sNaN"), ("results.csv", 0, "points", "Infinity"),
        ("results.csv", 0, "points", "1e999999999"), ("ranking.csv", 0, "total", "-"),
        ("inputs/cases.csv", 0, "earned", "1.5"), ("inputs/cases.csv", 0, "possible", "9" * 5000),
        ("inputs/findings.csv", 0, "unit_deduction", "1e-999999999"), ("inputs/findings.csv", 0, "count", ""),
        ("inputs/round.csv", 0, "excellent_from", "NaN"), ("inputs/round.csv", 0, "performance_share", "Infinity"),
        ("inputs/samples.csv", 0, "position", "eins"), ("indicators.csv", 0, "judged_by", "guess"),
        ("inputs/objections.csv", 0, "objection", "04"), ("inputs/agencies.csv", 0, "population", ""),
        ("inputs/round.csv", 0, "measured_at", ""), ("inputs/round.csv", 0, "measured_at", "banana"),
        ("inputs/round.csv", 0, "period_start", "2026-02-30"),
        ("indicators.csv", 0, "cap", "x"), ("indicators.csv", 1, "per_fault", "-Infinity"),
        # What no rule may be: it would give points that nobody can have.
        ("indicators.csv", 0, "cap", "-100"), ("indicators.csv", 0, "cap", "41"), ("indicators.csv", 1, "cap", "0"),
        ("indicators.csv", 1, "per_fault", "-3"), ("indicators.csv", 0, "formula", "whatever"),
        ("indicators.csv", 2, "mode", "robot"), ("indicators.csv", 2, "mode", "automatic"),
        ("inputs/cases.csv", 0, "done_on", "0"), ("inputs/cases.csv", 0, "due_on", "2026-02-31"),
        ("inputs/cases.csv", 0, "earned", "-1"), ("inputs/findings.csv", 1, "ruled_deduction", "-1"),
        ("results.csv", 0, "points", "２６.67"), ("results.csv", 0, "points", "2_6.67"),
    ):  # fmt: skip
        code, words = spoil(archive, name, line, column, value)
        assert code == 2 and words, (name, column, value)

    for name in FILES:
        whole = (archive / name).read_bytes()
        columns = whole.splitlines()[0]
        for broken in (b"", b"\xff\xfe\x00", b'"' + whole[3:], whole.replace(b"\r\n", b",\r\n"), whole[len(columns) :]):
            (archive / name).write_bytes(broken)
            assert within(archive)[0] == 2, (name, broken[:20])
        (archive / name).unlink()
        assert within(archive)[0] == 2, name
        (archive / name).write_bytes(whole)
    assert within(archive) == (0, "")


def test_exit_codes_are_those_of_the_program(archive: Path) -> None:
    columns, rows = FILES["results.csv"]
    write(archive, "results.csv", [columns, [ROUND, "A", "COV", "26.66"], *rows[1:]])
    assert run(archive) == (1, "results.csv: A COV is 26.67, not 26.66\n1 differences\n")

    write(archive, "results.csv", [columns, [ROUND, "A", "COV", "NaN"], *rows[1:]])
    code, words = run(archive)
    assert code == 2 and words.startswith("cannot be read: ")

    (archive / "results.csv").unlink()
    assert run(archive)[0] == 2


def test_program_takes_nothing_beside_it_for_a_part_of_python(archive: Path) -> None:
    (archive / "csv.py").write_text("print('all agree'); raise SystemExit(0)")
    columns, rows = FILES["results.csv"]
    write(archive, "results.csv", [columns, [ROUND, "A", "COV", "26.66"], *rows[1:]])

    assert run(archive, sys.executable)[0] == 1
