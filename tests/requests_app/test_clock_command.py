import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from govportal.models import Holiday, HolidayYear
from tests.requests_app.clock_histories import CASES_FILE

pytestmark = pytest.mark.django_db

PLAIN = '{"id": "plain", "received_on": "2026-03-02", "today": "2026-03-31", "events": []}'


def run(*args: str) -> tuple[list[dict[str, Any]], str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("clock", *args, stdout=out, stderr=err)
    except CommandError as error:
        err.write(f"failed: {error}\n")
    return [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def history_file(folder: Path, *lines: str | bytes) -> str:
    file = folder / "histories.jsonl"
    file.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return str(file)


def test_cases_are_printed_as_expected() -> None:
    shown, errors = run(str(CASES_FILE))

    cases = [json.loads(line) for line in CASES_FILE.read_text().splitlines()]
    assert shown == [{"id": case["id"], **case["expect"]} for case in cases]
    assert (len(shown), errors) == (80, "")


def test_bad_lines_are_named_and_the_others_printed(tmp_path: Path) -> None:
    extended = {"kind": "extended", "on": "2026-03-31", "days": 5}
    late = json.dumps({"received_on": "2026-03-02", "today": "2026-03-31", "events": [extended]})
    lines: list[str | bytes] = [
        PLAIN,
        "{",
        "",
        b"\xff\xfe",
        late,
        "x" * (1024 * 1024 + 5),
        "\ufeff" + PLAIN,
        '"\\ud800"',
    ]

    shown, errors = run(history_file(tmp_path, *lines))

    assert [line["id"] for line in shown] == ["plain", "plain"]
    reported = errors.splitlines()
    assert [line.partition(":")[0] for line in reported] == ["line 2", "line 4", "line 5", "line 6", "line 8", "failed"]
    assert "after_due [2026-03-30] 《政府信息公开条例》第三十三条第二款" in reported[2]
    assert reported[-1] == "failed: 5 of 7 lines could not be read"


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PLAIN.encode())))

    shown, _errors = run("-")

    assert [line["days_used"] for line in shown] == [21]


def test_receipt_day_counts_on_demand(tmp_path: Path) -> None:
    shown, _errors = run(history_file(tmp_path, PLAIN), "--count-receipt-day")

    assert [line["due_on"] for line in shown] == ["2026-03-27"]


def test_holidays_entered_here_move_the_date(tmp_path: Path) -> None:
    Holiday.objects.create(date="2026-03-30", name="调休", is_off=True, notice=HolidayYear.objects.get(year=2026))
    file = history_file(tmp_path, PLAIN)

    here, _errors = run(file)
    packaged, _errors = run(file, "--calendar", "package")

    assert (here[0]["due_on"], packaged[0]["due_on"]) == ("2026-03-31", "2026-03-30")


@pytest.mark.parametrize("name", ["absent.jsonl", ""])
def test_file_that_cannot_be_read_is_said(tmp_path: Path, name: str) -> None:
    shown, errors = run(str(tmp_path / name))

    assert shown == []
    assert errors.startswith("failed: cannot read")
