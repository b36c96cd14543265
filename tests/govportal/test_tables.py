import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from govportal.tables import UnreadableTable, read_table


def workbook(rows: list[list[Any]], merged: tuple[str, ...] = ()) -> io.BytesIO:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_the_encodings_offices_use(encoding: str) -> None:
    content = "领域,事项\n社会救助,低保".encode(encoding)

    rows = read_table(io.BytesIO(content))

    assert rows == [["领域", "事项"], ["社会救助", "低保"]]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_csv_delimiter_is_found(delimiter: str) -> None:
    content = f'a{delimiter}"b,;\t|\nb"{delimiter}c\n1{delimiter}2{delimiter}3\n'.encode()

    rows = read_table(io.BytesIO(content))

    assert rows == [["a", "b,;\t|\nb", "c"], ["1", "2", "3"]]


def test_csv_rows_are_as_wide_as_the_widest_and_keep_their_place() -> None:
    rows = read_table(io.BytesIO(b"a,b,c\n\n1\n,,\n"))

    assert rows == [["a", "b", "c"], ["", "", ""], ["1", "", ""]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "空"),
        (b"\n\n", "空"),
        (b"a,b\n\0,1", "空字节"),
        (b"\x81\x00\xff\xff", "编码"),
        (b'a,b\n1,"open\n', "引号"),
        (b"PK\x03\x04broken", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken", "损坏"),
        (b"a" + b",a" * 600, "列"),
    ],
)
def test_bad_table_gets_a_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableTable, match=reason):
        read_table(io.BytesIO(content))


def test_missing_file_gets_a_reason(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match=r"none\.csv"):
        read_table(tmp_path / "none.csv")


@pytest.mark.parametrize("source", [io.BytesIO(b"a\n1\n2\n"), workbook([["a"], [1], [2]])])
def test_table_of_too_many_rows_is_refused(source: io.BytesIO) -> None:
    with pytest.raises(UnreadableTable, match="超过 2 行"):
        read_table(source, max_rows=2)


def test_xlsx_values_become_text() -> None:
    moment = datetime.datetime.fromisoformat("2026-03-02T09:30:00")
    source = workbook([["文字", 5, 2.5, True, None, datetime.date(2026, 3, 2), moment]])

    rows = read_table(source)

    assert rows == [["文字", "5", "2.5", "TRUE", "", "2026-03-02", "2026-03-02T09:30:00"]]


def test_xlsx_merged_cells_are_filled() -> None:
    source = workbook([["一级", "二级"], ["救助", "低保"], [None, "特困"]], merged=("A2:A3",))

    filled = read_table(source)
    plain = read_table(source, fill_merged=False)

    assert filled[2] == ["救助", "特困"]
    assert plain[2] == ["", "特困"]


def test_xlsx_leading_empty_rows_keep_their_place() -> None:
    rows = read_table(workbook([[None], [None, "x"]]))

    assert rows == [["", ""], ["", "x"]]


def test_xlsx_with_one_cell_far_away_is_refused_before_it_is_read() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["XFD90000"] = 1
    buffer = io.BytesIO()
    book.save(buffer)

    with pytest.raises(UnreadableTable, match="范围过大"):
        read_table(buffer)


def test_other_archive_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")

    with pytest.raises(UnreadableTable, match="另存为 XLSX"):
        read_table(buffer)


def test_sheet_is_chosen_by_name() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("目录")["A1"] = "here"
    buffer = io.BytesIO()
    book.save(buffer)

    assert read_table(buffer, sheet="目录") == [["here"]]
    with pytest.raises(UnreadableTable, match="没有名为"):
        read_table(buffer, sheet="不存在")
