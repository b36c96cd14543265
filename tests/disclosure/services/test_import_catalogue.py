from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from disclosure import catalogue_export
from disclosure.enums import TargetGroup
from disclosure.models import CatalogueEntry
from disclosure.services.import_catalogue import import_catalogue
from govportal.imports import ImportResult, Outcome
from govportal.models import AuditEvent, PublicRevision
from govportal.spreadsheets import csv_bytes, xlsx_bytes
from govportal.tables import UnreadableTable
from tests.factories import make_agency, make_catalogue_entry

pytestmark = pytest.mark.django_db

DEMO = """code,category,domain,level1,level2,elements,basis,timing,agencies,kinds,channels,target,mode,levels
X-1,finance,财政预决算,预算,部门预算,收支,预算法,批复后20日内,CZ|MZ,,政府网站、政府公报,全社会,主动公开,县级|乡级
X-2,duties,综合政务,机构信息,,职能,条例,长期公开,,department|township,政府网站,本单位人员,主动公开,县级
"""
PLAIN = """领域,公开事项_一级事项,公开事项_二级事项,公开时限,公开主体
社会救助,综合业务,政策法规,20个工作日,县民政局
社会救助,综合业务,办事指南,20个工作日,县民政局
"""


def run(tmp_path: Path, text: str, encoding: str = "utf-8", **options: bool) -> ImportResult:
    file = tmp_path / "catalogue.csv"
    file.write_text(text, encoding=encoding)
    return import_catalogue(file, actor=None, **options)


def outcomes(result: ImportResult) -> list[Outcome]:
    return [row.outcome for row in result.rows]


def snapshot() -> list[tuple[object, ...]]:
    return [
        (*(getattr(entry, field.attname) for field in CatalogueEntry._meta.concrete_fields if field.name != "id"),
         *sorted(agency.code for agency in entry.agencies.all()))
        for entry in CatalogueEntry.objects.order_by("code").prefetch_related("agencies")
    ]  # fmt: skip


def test_import_of_demo_shape_writes_every_column(tmp_path: Path) -> None:
    make_agency(code="CZ", name="澄明县财政局")
    make_agency(code="MZ", name="澄明县民政局")

    result = run(tmp_path, DEMO)

    entry = CatalogueEntry.objects.get(code="X-1")
    assert not result.with_messages
    assert {agency.code for agency in entry.agencies.all()} == {"CZ", "MZ"}
    assert (entry.category, entry.channels, entry.levels) == ("finance", ["website", "gazette"], ["county", "township"])
    assert CatalogueEntry.objects.get(code="X-2").target == TargetGroup.INTERNAL
    assert CatalogueEntry.objects.get(code="X-2").responsible_kinds == ["department", "township"]


def test_import_twice_changes_nothing(tmp_path: Path) -> None:
    make_agency(name="澄明县民政局", short_name="县民政局")
    run(tmp_path, PLAIN)
    before, audited, revision = snapshot(), AuditEvent.objects.count(), CatalogueEntry.objects.count()

    again = run(tmp_path, PLAIN)

    assert outcomes(again) == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert (snapshot(), AuditEvent.objects.count(), CatalogueEntry.objects.count()) == (before, audited, revision)


def test_import_of_changed_row_updates_it_and_audits_both_values(tmp_path: Path) -> None:
    run(tmp_path, PLAIN)

    result = run(tmp_path, PLAIN.replace("政策法规,20个工作日", "政策法规,10个工作日"))

    event = AuditEvent.objects.filter(action="catalogue.change").get()
    assert outcomes(result) == [Outcome.UPDATED, Outcome.UNCHANGED]
    assert (event.before["timing_n"], event.after["timing_n"]) == (20, 10)


def test_import_without_a_column_leaves_its_field_alone(tmp_path: Path) -> None:
    run(tmp_path, PLAIN)
    CatalogueEntry.objects.filter(level2="政策法规").update(basis="条例", channels=["website"])

    result = run(tmp_path, PLAIN)

    assert outcomes(result) == [Outcome.UNCHANGED, Outcome.UNCHANGED]


def test_import_gives_codes_from_domain(tmp_path: Path) -> None:
    make_catalogue_entry(code="SHJZ-001")

    run(tmp_path, PLAIN)

    assert set(CatalogueEntry.objects.values_list("code", flat=True)) == {"SHJZ-001", "SHJZ-002", "SHJZ-003"}


def test_import_of_same_matter_twice_in_file_refuses_second(tmp_path: Path) -> None:
    result = run(tmp_path, PLAIN + "社会救助,综合业务,政策法规,5个工作日,县民政局\n")

    assert result.rows[2].outcome == Outcome.PROBLEM
    assert "与第 2 行是同一事项" in result.rows[2].messages[-1]


def test_import_with_unmapped_body_writes_entry_and_reports(tmp_path: Path) -> None:
    result = run(tmp_path, PLAIN)

    assert outcomes(result) == [Outcome.CREATED, Outcome.CREATED]
    assert "公开主体“县民政局”不在单位名录中。" in result.rows[0].messages


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, PLAIN, is_dry_run=True)

    assert result.count(Outcome.CREATED) == 2
    assert not CatalogueEntry.objects.exists()


def test_import_raises_public_revision(tmp_path: Path) -> None:
    PublicRevision.raise_number()
    before = PublicRevision.objects.count()

    run(tmp_path, PLAIN)

    assert PublicRevision.objects.count() > before


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_import_reads_encodings_in_use(tmp_path: Path, encoding: str) -> None:
    assert run(tmp_path, PLAIN, encoding).count(Outcome.CREATED) == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "空"),
        (b"\xff\xfe\x00\x81\x81", "编码|空字节"),
        (b"PK\x03\x04not a workbook", "损坏|XLSX|压缩|不完整"),
        ("甲,乙\n1,2\n".encode(), "找不到表头"),
        ("领域,一级事项\n".encode(), "没有内容"),
        ("领域,一级事项\n".encode() + "救灾,甲\n".encode() * 100_001, "超过"),
    ],
)
def test_import_of_bad_file_raises_clear_message(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "bad.xlsx"
    file.write_bytes(content)

    with pytest.raises(UnreadableTable, match=message):
        import_catalogue(file, actor=None)


def test_import_of_workbook_with_merged_cells_and_two_row_header(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (
        ["澄明县社会救助领域基层政务公开标准目录"],
        ["序号", "公开事项", None, "公开时限", "公开主体", "公开对象", None, "公开方式", None],
        [None, "一级事项", "二级事项", None, None, "全社会", "特定群体", "主动", "依申请"],
        [1, "综合业务", "政策法规", "20个工作日", "街道办事处", "√", None, "√", None],
        [2, None, "办事指南", "20个工作日", "街道办事处", None, "√", None, "√"],
    ):
        sheet.append(line)
    for merged in ("A1:I1", "A2:A3", "B2:C2", "D2:D3", "E2:E3", "F2:G2", "H2:I2", "B4:B5"):
        sheet.merge_cells(merged)
    book.save(tmp_path / "catalogue.xlsx")

    result = import_catalogue(tmp_path / "catalogue.xlsx", actor=None)

    assert not result.with_messages
    guide = CatalogueEntry.objects.get(level2="办事指南")
    assert (guide.domain, guide.level1, guide.target, guide.mode) == ("社会救助", "综合业务", "specific", "on_request")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_export_reads_back_unchanged(tmp_path: Path, suffix: str) -> None:
    make_agency(code="CZ", name="澄明县财政局")
    make_agency(code="MZ", name="澄明县民政局")
    run(tmp_path, DEMO)
    run(tmp_path, PLAIN)
    CatalogueEntry.objects.filter(code="X-1").update(
        elements='=HYPERLINK("x")', target="specific", target_detail="村民"
    )
    before = snapshot()
    rows = list(catalogue_export.table(CatalogueEntry.objects.prefetch_related("agencies")))
    file = tmp_path / f"export.{suffix}"
    file.write_bytes(csv_bytes(rows) if suffix == "csv" else xlsx_bytes(rows, title="目录"))

    result = import_catalogue(file, actor=None)

    assert set(outcomes(result)) == {Outcome.UNCHANGED}
    assert snapshot() == before


def test_export_escapes_formulae(tmp_path: Path) -> None:
    make_catalogue_entry(elements="=1+1")

    content = csv_bytes(catalogue_export.table(CatalogueEntry.objects.all())).decode()

    assert content.startswith("\ufeff领域,序号")
    assert "'=1+1" in content


def test_command_writes_report_of_every_row(tmp_path: Path) -> None:
    file, report = tmp_path / "catalogue.csv", tmp_path / "report.csv"
    file.write_text(PLAIN, encoding="utf-8")

    call_command("import_catalogue", file, report=report, skip_checks=True)

    assert len(report.read_text(encoding="utf-8-sig").splitlines()) == 3


def test_command_with_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="打不开文件"):
        call_command("import_catalogue", tmp_path / "none.csv", skip_checks=True)


@pytest.mark.parametrize(
    ("name", "rows", "refused"),
    [("standard_catalogue_rows.csv", 111, 1), ("standard_catalogue_items.csv", 60, 0), ("township_domains.csv", 32, 0)],
)
def test_import_of_real_catalogue_is_whole_and_idempotent(
    portal_data: Path, name: str, rows: int, refused: int
) -> None:
    file = portal_data / "catalogue" / name

    first = import_catalogue(file, actor=None)
    before = snapshot()
    again = import_catalogue(file, actor=None)

    assert (len(first.rows), first.count(Outcome.PROBLEM)) == (rows, refused)
    assert first.count(Outcome.CREATED) == rows - refused
    assert again.count(Outcome.UNCHANGED) == rows - refused
    assert snapshot() == before
