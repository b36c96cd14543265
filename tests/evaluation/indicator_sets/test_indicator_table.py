"""The table of a set of indicators: what is read, and each sentence about what cannot be."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from evaluation.enums import Formula, Frequency, IndicatorMode
from evaluation.indicator_table import IndicatorRow, mind, read_rows, share_out, table_faults
from govportal.tables import UnreadableTable, read_table

HEADER = ["rule_id", "section", "section_weight_pct", "indicator", "item_no", "text", "deductions", "frequency"]
OURS = [*HEADER, "mode", "measure", "formula", "full_marks", "cap", "evidence_required"]
LINE = ["A-1", "主动公开", "100", "决策公开", "1", "没有公开的，每发现1项扣0.5分。", "0.5", "MONTHLY"]
AUTOMATIC = ["A-2", "主动公开", "100", "公开面", "1", "按比例得分。", "", "", "自动", "coverage", "", "40", "", ""]


def line(**changes: str) -> list[str]:
    """A line with our columns, right but for what is changed."""
    values = dict(zip(OURS, [*LINE, "人工", "", "", "40", "", "否"], strict=True)) | changes
    return [values[name] for name in OURS]


def read(*lines: Sequence[str], header: Sequence[str] = OURS) -> list[IndicatorRow]:
    return read_rows([list(header), *[list(each) for each in lines]])


def said(*lines: Sequence[str]) -> str:
    rows = read(*lines)
    share_out(row for row in rows if not row.is_refused)
    return " ".join(message for row in rows for message in row.messages)


def test_line_is_read_under_english_and_chinese_headings() -> None:
    chinese = ["代码", "指标组", "权重（%）", "指标", "条", "评分细则", "每次扣分", "频次"]
    for header, frequency in ((HEADER, "MONTHLY"), (chinese, "每月")):
        [row] = read([*LINE[:-1], frequency], header=header)

        assert not row.is_refused and not row.messages
        assert (row.place, row.code, row.group, row.weight) == (2, "A-1", "主动公开", Decimal(100))
        assert (row.topic, row.item_no, row.deductions, row.frequency) == ("决策公开", 1, ["0.50"], Frequency.MONTHLY)
        assert (row.mode, row.formula, row.full_marks, row.cap) == (IndicatorMode.MANUAL, Formula.DEDUCT, None, None)


def test_automatic_indicator_is_named_by_key_or_by_label_and_brings_its_formula() -> None:
    for measure in ("coverage", "公开面"):
        [row] = read([*AUTOMATIC[:8], "", measure, *AUTOMATIC[10:]])

        assert (row.mode, row.measure, row.formula) == (IndicatorMode.AUTOMATIC, "coverage", Formula.SHARE)


def test_merged_cells_hold_for_the_lines_below() -> None:
    below = ["A-2", "", "", "", "", "没有解读的，扣1分。", "扣1分", ""]

    first, second = read(LINE, below, header=HEADER)

    assert (second.group, second.weight, second.topic, second.item_no) == ("主动公开", Decimal(100), "决策公开", 2)
    assert (second.deductions, second.frequency) == (["1.00"], Frequency.HALF_YEAR)
    assert not first.messages and not second.messages


LINE_OF_OURS = line()
FAULTS = {
    "缺少代码": line(rule_id=""),
    "代码“甲一”只能用字母、数字": line(rule_id="甲一"),
    "代码超过 40 个字": line(rule_id="A" * 41),
    "缺少指标组": line(section=""),
    "指标组超过 80 个字": line(section="长" * 81),
    "缺少指标。": line(indicator=""),
    "指标超过 80 个字": line(indicator="长" * 81),
    "缺少评分细则": line(text=""),
    "评分细则超过 2000 个字": line(text="长" * 2001),
    "条号“甲”不是数": line(item_no="甲"),
    "缺少权重": line(section_weight_pct=""),
    "权重“四十”不是数": line(section_weight_pct="四十"),
    "权重“0”须大于 0": line(section_weight_pct="0"),
    "权重“101”须大于 0、不超过 100": line(section_weight_pct="101"),
    "扣分“x”不是数": line(deductions="0.5|x"),
    "扣分“nan”不是数": line(deductions="NaN"),
    "扣分“0”须大于 0": line(deductions="0.5、0"),
    "扣分“0.125”须大于 0、不超过 100，最多两位小数": line(deductions="0.125"),
    "扣分超过 20 个数": line(deductions="|".join(["1"] * 21)),
    "不认识的频次“weekly”": line(frequency="WEEKLY"),
    "不认识的方式“半自动”": line(mode="半自动"),
    "不认识的计分“随意”": line(formula="随意"),
    "人工指标不能写自动指标“coverage”": line(measure="coverage"),
    "人工指标只能按每例扣分": line(formula="share"),
    "不认识的自动指标“happiness”": line(mode="自动", measure="happiness"),
    "自动指标须写明是哪一个": line(mode="automatic"),
    "满分“1e2”不是数": line(full_marks="1e2"),
    "满分“-1”不是数": line(full_marks="-1"),
    "扣分上限“many”不是数": line(cap="many"),
    "扣分上限 41 超过满分 40": line(cap="41"),
    "看不懂须附证据“也许”": line(evidence_required="也许"),
}


def test_every_fault_of_a_line_has_its_own_sentence() -> None:
    for sentence, cells in FAULTS.items():
        [row] = read(cells)

        assert row.is_refused, sentence
        assert any(sentence in message for message in row.messages), f"{sentence}: {row.messages}"


def test_what_must_not_stand_twice_names_the_first_line() -> None:
    other = line(rule_id="A-9", section_weight_pct="35")

    assert "代码“A-1”与第 2 行重复" in said(LINE_OF_OURS, LINE_OF_OURS)
    assert "“主动公开”的权重在第 2 行是 100，这里是 35" in said(LINE_OF_OURS, other)
    assert "自动指标“公开面”在第 2 行已经用了" in said(AUTOMATIC, [*["A-3"], *AUTOMATIC[1:]])


def test_marks_are_shared_to_the_cent_and_the_first_get_what_is_over() -> None:
    rows = read(*[[f"A-{number}", *LINE[1:]] for number in range(1, 8)], header=HEADER)

    share_out(rows)

    assert [row.full_marks for row in rows] == [Decimal("14.29")] * 4 + [Decimal("14.28")] * 3
    assert "没有写满分：100 分平均分给 7 条，每条 14.28 分" in rows[0].messages[0]
    assert "余下的 0.04 分给前 4 条各加 0.01 分" in rows[0].messages[0]
    assert not any(row.messages for row in rows[1:])


def test_marks_that_are_given_stand_and_the_rest_is_shared() -> None:
    given, blank = line(full_marks="90"), line(rule_id="A-2", full_marks="")
    too_much = line(full_marks="100")

    rows = read(given, blank)
    share_out(rows)

    assert [row.full_marks for row in rows] == [Decimal(90), Decimal(10)]
    assert "权重已经分完，没有分值可以给没写满分的这一条" in said(too_much, blank)


def test_row_that_stands_is_told_what_to_mind() -> None:
    by_hand, many, dear = line(deductions=""), line(mode="自动", measure="coverage", formula="deduct"), line()
    many[6], dear[6] = "0.5|1", "50"
    sentences = ("考核时由考核人员填写扣分", "只写一个数", "每次扣 50 分，超过满分 40 分")
    for cells, sentence in zip((by_hand, many, dear), sentences, strict=True):
        [row] = read(cells)

        mind(row)

        assert not row.is_refused
        assert sentence in "".join(row.messages)


def test_weights_of_the_groups_must_be_100() -> None:
    assert table_faults(read(LINE_OF_OURS)) == []
    assert table_faults(read(line(section_weight_pct="60"))) == ["各指标组的权重合计 60，须是 100。"]


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ([["姓名", "电话"]], "找不到表头"),
        ([["rule_id", "section", "text"]], "第 1 行的表头缺少：权重、指标"),
    ],
)
def test_table_without_header_is_refused(table: list[list[str]], sentence: str) -> None:
    with pytest.raises(UnreadableTable, match=sentence):
        read_rows(table)


def test_controls_and_formulas_in_cells_are_only_text() -> None:
    [row] = read(line(text="'=HYPERLINK(1)\x07\u202e", indicator="决策\n公开"))

    assert (row.text, row.topic) == ("=HYPERLINK(1)", "决策 公开")


def test_real_table_of_a_city_is_read_whole(portal_data: Path) -> None:
    rows = read_rows(read_table(portal_data / "scorecards" / "suqian_dept_2026_indicators.csv"))

    share_out(rows)

    weights = {row.group: row.weight for row in rows}
    assert len(rows) == 67
    assert [int(weight or 0) for weight in weights.values()] == [40, 25, 15, 10, 10]
    assert not any(row.is_refused for row in rows)
    assert sum(row.full_marks or 0 for row in rows) == 100
    assert [row.code for row in rows if not row.deductions] == ["SQ-DEP-B-050"]
