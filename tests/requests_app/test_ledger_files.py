"""Ledgers as files: of any encoding and shape, by the command, of real reports, and as the document tells them."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from govportal.imports import Outcome
from govportal.models import Agency
from govportal.spreadsheets import csv_bytes
from govportal.tables import UnreadableTable
from requests_app import ledger_words
from requests_app.enums import ApplicantKind
from requests_app.models import InformationRequest
from requests_app.services.import_ledger import import_ledger
from tests.factories import make_agency
from tests.requests_app.ledgers import AT, CLOSED, HEADER, outcomes, row, run

pytestmark = pytest.mark.django_db

DOCUMENT = Path(__file__).parents[2] / "docs" / "ledger.md"


# --- files of any kind ---------------------------------------------------------------------------------------

CHINESE = ("受理编号", "收到日期", "申请方式", "申请人类型", "申请内容", "办理结果", "办结日期", "结转自")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_file_in_any_encoding_of_offices_is_read(tmp_path: Path, encoding: str) -> None:
    lines = [CHINESE, ("1", "2025-3-5", "邮寄", "自然人", "公路养护明细", "予以公开", "2025-4-2", "")]
    file = tmp_path / "台账.csv"
    file.write_text("\n".join(",".join(line) for line in lines), encoding=encoding)

    import_ledger(file, agency=make_agency(), actor=None, at=AT)

    assert InformationRequest.objects.get().subject == "公路养护明细"


@pytest.mark.parametrize(
    "content", [b"\xff\xd8\xff\xe0photo", "受理编号,收到日期\n1,2".encode("utf-16-le"), b"PK\x03\x04", b""]
)
def test_file_that_is_no_table_is_refused_with_a_reason(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ledger.csv"
    file.write_bytes(content)

    with pytest.raises(UnreadableTable):
        import_ledger(file, agency=make_agency(), actor=None, at=AT)


def test_missing_columns_are_named_in_one_message(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="第 1 行的表头缺少：申请渠道、办结日期"):
        run(tmp_path, ("number", "received_on", "applicant_kind", "outcome"), ("1", "2025-3-5", "自然人", "r1"))


def test_table_without_a_header_is_told_all_columns(tmp_path: Path) -> None:
    file = tmp_path / "ledger.csv"
    file.write_bytes(csv_bytes([("甲", "乙"), ("1", "2")]))

    with pytest.raises(UnreadableTable, match="找不到表头。台账须有这些列：受理编号、收到日期"):
        import_ledger(file, agency=make_agency(), actor=None, at=AT)


def test_workbook_with_title_merged_cells_dates_and_blank_rows_is_read(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["澄明县交通运输局依申请公开台账"])
    sheet.append([*CHINESE])
    sheet.append(["1", datetime(2025, 3, 5), "邮寄", "自然人", "甲", "予以公开", 45749, None])  # noqa: DTZ001
    sheet.append(["2", None, "邮寄", "商业企业", "乙", "部分公开", date(2025, 4, 3), None])
    sheet.append([])
    sheet.append([*CHINESE])
    sheet.append(["3", "2024/13/45", "邮寄", "自然人", "丙", "予以公开", "2025-4-2", None])
    sheet.merge_cells("A1:H1")
    sheet.merge_cells("B3:B4")
    file = tmp_path / "ledger.xlsx"
    workbook.save(file)

    result = import_ledger(file, agency=make_agency(), actor=None, at=AT)

    assert [(line.row, line.outcome) for line in result.rows] == [
        (3, Outcome.CREATED), (4, Outcome.CREATED), (7, Outcome.PROBLEM),
    ]  # fmt: skip
    made = InformationRequest.objects.order_by("pk")
    assert [one.received_on for one in made] == [date(2025, 3, 5)] * 2
    assert [one.closed_on for one in made] == [date(2025, 4, 2), date(2025, 4, 3)]


def test_merged_number_counts_once(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append([*HEADER])
    sheet.append([*CLOSED])
    sheet.append([None, *CLOSED[1:]])
    sheet.merge_cells("A2:A3")
    file = tmp_path / "ledger.xlsx"
    workbook.save(file)

    result = import_ledger(file, agency=make_agency(), actor=None, at=AT)

    assert outcomes(result) == [Outcome.CREATED, Outcome.PROBLEM]


# --- the command ---------------------------------------------------------------------------------------------


def test_command_imports_and_writes_the_outcome_of_every_row(tmp_path: Path, capsys: Any) -> None:
    make_agency(code="CM-A")
    file, report = tmp_path / "ledger.csv", tmp_path / "report.csv"
    file.write_bytes(csv_bytes([HEADER, CLOSED, row(number="a", closed_on="2024/13/45")]))

    call_command("import_requests", file, agency="CM-A", report=report)

    spoken = capsys.readouterr()
    lines = report.read_text("utf-8-sig").splitlines()
    assert "新增 1" in spoken.out
    assert "2024/13/45" in spoken.err
    assert [line.split(",")[:2] for line in lines[1:]] == [["2", "新增"], ["3", "未导入"]]


def test_command_of_an_unknown_agency_says_so(tmp_path: Path) -> None:
    file = tmp_path / "ledger.csv"
    file.write_bytes(csv_bytes([HEADER, CLOSED]))

    with pytest.raises(CommandError, match="no agency has the code NIX"):
        call_command("import_requests", file, agency="NIX")


# --- whole tables of real reports ------------------------------------------------------------------------------


def ledger_of(cells: dict[str, list[int]], year: int, agency: Agency) -> list[tuple[str, ...]]:
    """A ledger that gives the table: of every kind, what was carried over is closed first."""
    kinds = [kind.value for kind in ApplicantKind]
    lines: list[tuple[str, ...]] = [HEADER]
    for place, kind in enumerate(kinds):
        carried = cells["carried"][place]
        results = [key for key in cells if key.startswith("r") for _n in range(cells[key][place])]
        results += [""] * cells["next"][place]
        for n, result in enumerate(results):
            received = f"{year - 1}-12-2" if n < carried else f"{year}年2月3日"
            closed = f"{year}/3/{n % 28 + 1}" if result else ""
            lines.append((f"{agency.code}-{kind}-{n}", received, "web", kind, "", result, closed, ""))
    return lines


def counted(agency: Agency, year: int) -> dict[str, list[int]]:
    """The table counted from the rows, one by one: no code of the report has a hand in it."""
    kinds = [kind.value for kind in ApplicantKind]
    table: dict[str, list[int]] = {}
    for made in InformationRequest.objects.filter(agency=agency):
        assert made.received_on is not None
        for key in ("carried" if made.received_on.year < year else "new", made.outcome or "next"):
            table.setdefault(key, [0] * 6)[kinds.index(made.applicant_kind)] += 1
    return table


def test_full_tables_of_real_reports_come_back_cell_for_cell(portal_data: Path, tmp_path: Path) -> None:
    reports = json.loads((portal_data / "annual_report_tables" / "reports.json").read_text("utf-8"))
    full = [report for report in reports if report["completeness"] == "full"]
    for report in full:
        agency, year, cells = make_agency(), report["year"], report["cells"]

        result = run(tmp_path, *ledger_of(cells, year, agency), agency=agency)

        expected = {key: row[:6] for key, row in cells.items() if key != "total" and any(row)}
        assert result.with_messages == []
        assert counted(agency, year) == expected
    assert len(full) == 2


# --- the document ----------------------------------------------------------------------------------------------


def test_document_names_every_word_that_is_known() -> None:
    text = DOCUMENT.read_text("utf-8")
    words = [word for known in (ledger_words.HEADERS, ledger_words.CHANNELS, ledger_words.APPLICANT_KINDS,
                                ledger_words.OUTCOMES) for row in known.values() for word in row]  # fmt: skip
    words += [*ledger_words.WITHDRAWN, *ledger_words.OPEN]

    assert [word for word in words if word not in text] == []
