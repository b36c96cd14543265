"""`check_annual_report FILE.json`: what it prints, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.requests_app.report_samples import whole_report


def written(folder: Path, document: Any) -> Path:
    file = folder / "report.json"
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return file


def test_right_report_is_said_to_be_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_annual_report", str(written(tmp_path, whole_report())))

    assert capsys.readouterr().out.splitlines() == [
        "测试市 2025: 错误 0，提示 0",
        "  V5 未核对：没有上一年度的表三",
        "  V6 未核对：没有上一年度的表二",
        "  V7 未核对：没有六个部分的文字",
        "  V8 未核对：没有逐件的办理结果",
        "0 份有错误，共 1 份",
    ]


def test_fault_ends_with_an_error_after_naming_row_column_and_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = whole_report()
    report["table4"]["direct"][4] = 57

    with pytest.raises(CommandError, match="1 份有错误，共 2 份") as error:
        call_command("check_annual_report", str(written(tmp_path, [report, whole_report(agency="另一市")])))

    assert error.value.returncode == 1
    line = "  错误 V4 表四“未经复议直接起诉”行“总计”列 [direct total]：现为 57，应为 56"
    assert line in capsys.readouterr().out.splitlines()


def test_warning_alone_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = whole_report(year=2024)
    before["table3"]["next"] = whole_report()["table3"]["carried"]

    call_command("check_annual_report", str(written(tmp_path, whole_report(previous=before))))

    out = capsys.readouterr().out
    assert "测试市 2025: 错误 0，提示 2" in out
    assert "提示 V6 表二“规章”行“现行有效件数”列 [regulations in_force]：现为 74，应为 72" in out


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "JSON"),
        (b"{", "JSON"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[" * 100_000, "JSON"),
        (b'{"table3": ' + b"9" * 5000 + b"}", "JSON"),
        (b'{"year": 1e9999999999999999999}', "JSON"),
        (b"[]", "没有报告"),
    ],
)
def test_file_that_is_no_report_is_refused_with_its_reason(tmp_path: Path, data: bytes, message: str) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(data)

    with pytest.raises(CommandError, match=message) as error:
        call_command("check_annual_report", str(file))

    assert error.value.returncode == 2


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_path_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="打不开文件"):
        call_command("check_annual_report", str(tmp_path / name))


def test_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps(whole_report()), encoding="utf-8-sig")

    call_command("check_annual_report", str(file))

    assert file.exists()


def test_published_reports_are_judged_as_far_as_they_were_published(
    portal_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both full ones and the two with missing rows pass; the one that left cells blank does not."""
    with pytest.raises(CommandError, match="1 份有错误，共 5 份"):
        call_command("check_annual_report", str(portal_data / "annual_report_tables" / "reports.json"))

    lines = capsys.readouterr().out.splitlines()
    heads = [line.rpartition(": ")[2] for line in lines if not line.startswith(" ") and ": " in line]
    assert heads == ["错误 0，提示 0"] * 4 + ["错误 12，提示 0"]
