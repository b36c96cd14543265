"""Two tables laid over each other: what was moved by an insertion is no change."""

import re
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from govportal.htmlblocks import Cell, read_blocks, read_links
from govportal.htmldiff import compare_html
from govportal.tablediff import overlay
from govportal.textdiff import Op

HEAD = ["项目", "预算数", "决算数"]


def table(*rows: list[str]) -> str:
    head, *body = rows
    lines = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in body)
    return "<table><tr>" + "".join(f"<th>{c}</th>" for c in head) + f"</tr>{lines}</table>"


def marked(html: str) -> list[str]:
    return re.findall(r"<(?:ins|del)>[^<]*", html)


def test_row_whose_numbers_all_changed_keeps_its_words() -> None:
    old = table(HEAD, ["公务接待费", "12", "11"], ["公务用车", "30", "29"])
    new = table(HEAD, ["公务接待费", "85", "74"], ["公务用车", "30", "29"])

    html = compare_html(old, new).html

    assert marked(html) == ["<del>12", "<ins>85", "<del>11", "<ins>74"]
    assert "<td>公务接待费</td>" in html


def test_inserted_column_marks_its_cells_alone() -> None:
    old = table(HEAD, ["公务接待费", "12", "11"], ["公务用车", "30", "29"])
    new = table(["项目", "上年数", "预算数", "决算数"], ["公务接待费", "9", "12", "11"], ["公务用车", "8", "30", "29"])

    html = compare_html(old, new).html

    assert marked(html) == ["<ins>上年数", "<ins>9", "<ins>8"]


def test_deleted_column_marks_its_cells_alone() -> None:
    new = table(["项目", "决算数"], ["公务接待费", "11"], ["公务用车", "29"])
    old = table(HEAD, ["公务接待费", "12", "11"], ["公务用车", "30", "29"])

    html = compare_html(old, new).html

    assert marked(html) == ["<del>预算数", "<del>12", "<del>30"]


def test_inserted_and_deleted_rows_are_marked_as_rows() -> None:
    old = table(HEAD, ["公务接待费", "12", "11"], ["公务用车", "30", "29"])
    new = table(HEAD, ["公务用车", "30", "29"], ["因公出国", "5", ""])

    html = compare_html(old, new).html

    assert '<tr class="row-del"><td><del>公务接待费</del></td>' in html
    assert '<tr class="row-ins"><td><ins>因公出国</ins></td><td><ins>5</ins></td><td></td></tr>' in html
    assert "<td>公务用车</td><td>30</td>" in html


def test_row_inserted_below_a_merged_cell_stretches_it() -> None:
    old = '<table><tr><td rowspan="2">低保</td><td>城市</td></tr><tr><td>农村</td></tr></table>'
    new = '<table><tr><td rowspan="3">低保</td><td>城市</td></tr><tr><td>农村</td></tr><tr><td>乡镇</td></tr></table>'

    html = compare_html(old, new).html

    assert '<td rowspan="3">低保</td>' in html
    assert marked(html) == ["<ins>乡镇"]


def test_column_inserted_below_a_merged_head_stretches_it() -> None:
    old = '<table><tr><th>项目</th><th colspan="2">金额</th></tr><tr><td>低保</td><td>1</td><td>2</td></tr></table>'
    new = (
        '<table><tr><th>项目</th><th colspan="3">金额</th></tr>'
        "<tr><td>低保</td><td>1</td><td>2</td><td>3</td></tr></table>"
    )

    html = compare_html(old, new).html

    assert '<th scope="col" colspan="3">金额</th>' in html
    assert marked(html) == ["<ins>3"]


def test_deleted_row_keeps_its_columns_beside_an_inserted_one() -> None:
    old = table(HEAD, ["公务接待费", "12", "11"], ["因公出国", "0", "无"])
    new = table(["项目", "上年数", "预算数", "决算数"], ["公务接待费", "9", "12", "11"])

    html = compare_html(old, new).html

    assert "<td><del>因公出国</del></td><td></td><td><del>0</del></td><td><del>无</del></td></tr>" in html


def test_two_cells_merged_into_one_show_each_word_once() -> None:
    old = "<table><tr><th>项</th></tr><tr><td>城市</td></tr><tr><td>农村</td></tr></table>"
    new = '<table><tr><th>项</th></tr><tr><td rowspan="2">城市</td></tr><tr></tr></table>'

    html = compare_html(old, new).html

    assert html.count("城市") == 1
    assert "<del>农村</del>" in html


def test_many_equal_rows_and_one_change_stay_one_change() -> None:
    rows = [["合计", "0", "0"] for _n in range(3_000)]
    old, new = table(HEAD, *rows), table(HEAD, *rows[:1_500], ["合计", "5", "0"], *rows[1_501:])

    html = compare_html(old, new).html

    assert marked(html) == ["<del>0", "<ins>5"]


def test_overlay_of_wild_spans_is_bounded() -> None:
    rows = [[Cell(str(n), colspan=100, rowspan=10_000) for n in range(3)] for _row in range(2_000)]
    started = time.process_time()

    pair = overlay(rows, rows)

    assert len(pair.rows) == 2_000
    assert time.process_time() - started < 3


cells = st.lists(st.lists(st.sampled_from(["", "低保", "612", "元", "合计"]), min_size=1, max_size=4), max_size=5)


@given(cells, cells, st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=200, deadline=None)
def test_overlay_shows_every_cell_and_makes_full_rows(
    old: list[list[str]], new: list[list[str]], colspan: int, rowspan: int
) -> None:
    sides = [[[Cell(text, colspan=colspan, rowspan=rowspan) for text in row] for row in rows] for rows in (old, new)]

    pair = overlay(*sides)

    shown = [cell for row in pair.rows for cell in row.cells]
    assert {id(c) for row in sides[0] for c in row} == {id(c.old) for c in shown if c.old}
    assert {id(c) for row in sides[1] for c in row} == {id(c.new) for c in shown if c.new}
    places = [(c.row + i, c.column + j) for c in shown for i in range(c.rowspan) for j in range(c.colspan)]
    assert len(places) == len(set(places)) == len(pair.rows) * len(pair.columns)
    assert all(row < len(pair.rows) and column < len(pair.columns) for row, column in places)


def test_equal_tables_have_no_row_or_column_changed() -> None:
    rows = read_blocks(table(HEAD, ["公务接待费", "12", "11"]))[0].rows

    pair = overlay(rows, read_blocks(table(HEAD, ["公务接待费", "12", "11"]))[0].rows)

    assert [row.op for row in pair.rows] == [Op.SAME, Op.SAME]
    assert pair.columns == [(Op.SAME, name) for name in HEAD]


def test_raised_and_lowered_figures_are_no_other_numbers() -> None:
    blocks = read_blocks("<p>10<sup>2</sup>米<sup>2</sup>，CO<sub>2</sub></p>")

    assert [block.text for block in blocks] == ["10²米²，CO₂"]


def test_links_are_read_with_their_words() -> None:
    assert read_links('<p>见<a href="/a">办 事<em>指南</em></a>。</p>') == [("/a", "办事指南")]


def test_row_below_a_merged_cell_has_its_name_too() -> None:
    html = (
        '<table><tr><th>项目</th><th>数</th><th>用途</th></tr><tr><td rowspan="2">用车</td><td>1</td><td>购置</td></tr>'
        "<tr><td>2</td><td>维护</td></tr><tr><td>接待</td><td>3</td><td>-</td></tr></table>"
    )
    rows = read_blocks(html)[0].rows

    pair = overlay(rows, rows)

    assert [row.label for row in pair.rows[1:]] == ["用车", "用车 维护", "接待"]
    assert pair.rows[2].texts == ("用车", "2", "维护")
