import io
from datetime import date

import pytest
from openpyxl import load_workbook

from govportal.spreadsheets import csv_bytes, escape_formula, unescape_formula, xlsx_bytes


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-A1", "@SUM(A1)", "\tx", "\rx", "\nx", " =A1", "＝A1", "＋86 10", "+86 10"]
)
def test_escape_formula_disarms_and_unescape_gives_back(text: str) -> None:
    escaped = escape_formula(text)

    assert escaped == f"'{text}"
    assert unescape_formula(escaped) == text


@pytest.mark.parametrize("text", ["", "低保", "'quoted'", "1=1", "-3.5", "+1", "-1,000.25", "-3%"])
def test_escape_formula_leaves_plain_text(text: str) -> None:
    assert escape_formula(text) == text
    assert unescape_formula(text) == text


def test_csv_bytes_begin_with_bom_and_quote_commas() -> None:
    assert csv_bytes([["甲", "a,b"]]) == '\ufeff甲,"a,b"\r\n'.encode()


def test_csv_bytes_take_values_of_any_kind() -> None:
    assert csv_bytes([[None, -3, date(2026, 3, 2), "=A1"]]) == "\ufeff,-3,2026-03-02,'=A1\r\n".encode()


def test_csv_bytes_write_a_broken_character_as_a_question_mark() -> None:
    assert csv_bytes([["甲\ud800"]]) == "\ufeff甲?\r\n".encode()


def test_xlsx_bytes_keep_text_as_text_and_drop_control_characters() -> None:
    content = xlsx_bytes([["名称"], ["007\x00"], ["长" * 40_000]], title="目录" * 20)

    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert sheet["A2"].value == "007"
    assert len(str(sheet["A3"].value)) == 32_767
