"""The difference of two texts: readable, and never wrong about either of them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govportal.htmldiff import Change, compare_html
from govportal.textdiff import Op, Piece, changed_sentences, diff_text

chinese = st.text(alphabet="的一二三十百应当可以5 127，。；\n公示期限ABx", max_size=120)


def restored(pieces: list[Piece], op: Op) -> str:
    return "".join(piece.text for piece in pieces if piece.op in {Op.SAME, op})


@given(chinese, chinese)
@settings(max_examples=300, deadline=None)
def test_diff_text_of_any_pair_restores_both(old: str, new: str) -> None:
    pieces = diff_text(old, new)

    assert restored(pieces, Op.DELETED) == old
    assert restored(pieces, Op.INSERTED) == new


@given(chinese)
@settings(max_examples=100, deadline=None)
def test_diff_text_of_equal_texts_is_one_same_piece(text: str) -> None:
    pieces = diff_text(text, text)

    assert pieces == ([Piece(Op.SAME, text)] if text else [])


@pytest.mark.parametrize(
    ("old", "new", "deleted", "inserted"),
    [
        ("公示期不少于5个工作日。", "公示期不少于15个工作日。", "5", "15"),
        ("补贴98.00元", "补贴98.50元", "98.00", "98.50"),
        ("收费1,200元", "收费1,250元", "1,200", "1,250"),
        ("在十五日内答复", "在二十日内答复", "十五", "二十"),
        ("主管部门可以提出意见", "主管部门应当提出意见", "可以", "应当"),
        ("县林业局", "县自然资源和规划局", "林业", "自然资源和规划"),
    ],
)
def test_diff_text_keeps_numbers_and_words_whole(old: str, new: str, deleted: str, inserted: str) -> None:
    pieces = diff_text(old, new)

    assert [piece.text for piece in pieces if piece.op is Op.DELETED] == [deleted]
    assert [piece.text for piece in pieces if piece.op is Op.INSERTED] == [inserted]


def test_diff_text_of_inserted_paragraph_leaves_neighbours_alone() -> None:
    old = "第一条　为规范公示工作，制定本办法。\n第二条　凡直接发放的补贴资金，应当公示。\n"
    new = "第一条　为规范公示工作，制定本办法。\n新的一条，谈的是别的事。\n第二条　凡直接发放的补贴资金，应当公示。\n"

    pieces = diff_text(old, new)

    assert [p.text for p in pieces if p.op is Op.INSERTED] == ["新的一条，谈的是别的事。\n"]
    assert not [p for p in pieces if p.op is Op.DELETED]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("的" * 50_000, "了" * 50_000),
        ("的了" * 25_000, "了的" * 25_000),
        ("的\n" * 25_000, "了\n的\n" * 12_500),
        (
            "".join(f"第{i}条规定期限为{i}日。" for i in range(4_000)),
            "".join(f"第{i}条规定期限为{i + 1}日。" for i in range(4_000)),
        ),
        (
            "\n".join(f"第{i}条规定期限为{i}日" for i in range(4_000)),
            "\n".join(f"第{i}条规定时限{i}天" for i in range(4_000)),
        ),
    ],
)
def test_diff_text_of_long_texts_is_bounded(old: str, new: str) -> None:
    started = time.process_time()

    pieces = diff_text(old, new)

    assert time.process_time() - started < 3
    assert restored(pieces, Op.DELETED) == old
    assert restored(pieces, Op.INSERTED) == new


def test_changed_sentences_are_paired_and_the_rest_left_out() -> None:
    old = "第一句不变。公示期5日，到期公布。\n第三句删去。\n末句。"
    new = "第一句不变。公示期7日，到期公布。新加一句。\n末句。"

    pairs = [(before.strip(), after.strip()) for before, after in changed_sentences(old, new)]

    assert pairs == [("公示期5日，到期公布。", "公示期7日，到期公布。"), ("", "新加一句。"), ("第三句删去。", "")]


def test_compare_html_marks_changed_paragraph_and_folds_the_rest() -> None:
    old = "<p>第一条</p><p>第二条</p><p>公示期<strong>5</strong>日。</p>"
    new = "<p>第一条</p><p>第二条</p><p>公示期<strong>7</strong>日。</p>"

    comparison = compare_html(old, new)

    html = comparison.html
    assert comparison.changes == [Change("d1", "公示期7日。")]
    assert '<p class="chg" id="d1">公示期<del>5</del><ins>7</ins>日。</p>' in html
    assert "第一条" not in html
    assert 'class="skipped"' in html


def test_compare_html_of_tables_goes_cell_by_cell() -> None:
    old = "<table><tr><th>项目</th><th>标准</th></tr><tr><td>低保</td><td>612元</td></tr></table>"
    new = (
        "<table><tr><th>项目</th><th>标准</th></tr><tr><td>低保</td><td>640元</td></tr>"
        "<tr><td>特困</td><td>900元</td></tr></table>"
    )

    comparison = compare_html(old, new)

    assert "<del>612</del><ins>640</ins>元" in comparison.html
    assert "<ins>特困</ins>" in comparison.html
    assert "<del>低保</del>" not in comparison.html
    assert [change.anchor for change in comparison.changes] == ["d1"]


def test_compare_html_escapes_what_looks_like_markup() -> None:
    html = compare_html("<p>a &lt;script&gt; b</p>", "<p>a &lt;script&gt; c</p>").html

    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_compare_html_of_equal_bodies_changes_nothing() -> None:
    assert compare_html("<p>同</p>", "<p>同</p>").changes == []
