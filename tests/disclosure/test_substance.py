"""What makes a change of a text substantive: its words, its numbers, its tables and its links."""

import time

import pytest

from disclosure.substance import ChangeKind, Finding, in_body, in_text
from disclosure.substance_words import marks, plain

K = ChangeKind


@pytest.mark.parametrize(
    ("old", "new", "kind", "before", "after"),
    [
        ("补贴一百二十元", "补贴廿元", K.AMOUNT, "一百二十元", "廿元"),
        ("二〇二六年三月一日", "2026年3月2日", K.DATE, "二零二六年三月一日", "2026年3月2日"),
        ("公示至2026-03-01", "公示至2026-04-01", K.DATE, "2026-03-01", "2026-04-01"),
        ("每月10日前公开", "每季度10日前公开", K.DATE, "每月10日前", "每季度10日前"),
        ("五日内答复", "五个工作日内答复", K.NUMBER, "五日", "五个工作日"),
        ("同比增长-5%", "同比增长5%", K.NUMBER, "-5%", "5%"),
        ("利率为5%", "利率为5‰", K.NUMBER, "5%", "5‰"),
        ("预算5万元", "预算5亿元", K.AMOUNT, "5万元", "5亿元"),
        ("单位：万元", "单位：元", K.AMOUNT, "单位：万元", "单位：元"),
        ("共98.5公顷", "共985公顷", K.NUMBER, "98.5公顷", "985公顷"),
        ("两户以上", "三户以上", K.NUMBER, "两户", "三户"),
        ("予以公开", "不予公开", K.DUTY, "", "不予"),
        ("任命王建国为局长", "任命王建军为局长", K.NAME, "王建国", "王建军"),
        ("由澄溪县民政局负责", "由澄溪县财政局负责", K.NAME, "民政局", "财政局"),
        ("甲类传染病A", "甲类传染病B", K.TEXT, "A", "B"),
        ("10²平方米", "102平方米", K.NUMBER, "10^2平方米", "102平方米"),
        ("电话0371-66", "电话371-66", K.NUMBER, "0371", "371"),
    ],
)
def test_small_change_is_found_with_its_words(old: str, new: str, kind: ChangeKind, before: str, after: str) -> None:
    found = [finding for finding in in_text(old, new) if finding.kind is kind]

    assert len(found) == 1
    assert before in found[0].old and after in found[0].new


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("一百二十", "120"),
        ("１２０", "120"),
        ("廿五", "二十五"),
        ("两万", "20000"),
        ("1.5万", "15000"),
        ("1,200", "1200"),
        ("二〇二六", "2026"),
        ("一十五亿", "一十五亿"),
        ("十五亿零三百", "1500000300"),
        ("叁拾", "30"),
        ("二亿三千万", "230000000"),
    ],
)
def test_number_in_another_writing_has_the_same_value(first: str, second: str) -> None:
    values = [next(marks(plain(f"共{text}户"))).value for text in (first, second)]

    assert values[0] == values[1]


@pytest.mark.parametrize("words", ["一百零五五", "百五", "十十", "一百百", "零五"])
def test_malformed_number_has_no_value_of_another(words: str) -> None:
    value = next(marks(plain(f"共{words}户"))).value

    assert value not in {"105户", "20户", "200户", "5户"}


def test_name_that_was_given_is_found() -> None:
    found = list(in_text("报县团委", "报县妇联", ["县团委", "县妇联"]))

    assert [(finding.kind, finding.old, finding.new) for finding in found] == [(K.NAME, "县团委", "县妇联")]


def test_context_is_the_sentence_around_and_short() -> None:
    long = "关于做好政务公开工作的要求，" * 20

    short, cut = (
        in_text("甲。公示期5日，到期公布。乙。", "甲。公示期7日，到期公布。乙。"),
        in_text(f"{long}5日", f"{long}7日"),
    )

    assert next(short).context == "公示期7日，到期公布。"
    context = next(cut).context
    assert context.endswith("7日") and len(context) <= 60


def test_whole_sentence_put_in_or_taken_out_is_substantive() -> None:
    old, new = "<p>甲方先行。</p><p>乙方后行。</p>", "<p>甲方先行。</p><p>特此说明。</p><p>乙方后行。</p>"

    assert [finding.kind for finding in in_body(old, new)] == [K.TEXT]
    assert [finding.kind for finding in in_body(new, old)] == [K.TEXT]


def test_one_character_put_right_is_slight_and_a_sentence_of_them_is_not() -> None:
    assert list(in_text("费用报消办法", "费用报销办法")) == []
    assert list(in_text("甲子乙丑丙寅丁卯戊", "天子地丑玄寅黄卯宇")) != []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>公示<strong>五</strong>日。</p>", "<p><em>公示</em>五日。</p>"),
        ("<p>甲方先行，乙方后行。</p>", "<p>甲方先行，</p><p>乙方后行。</p>"),
        ("<h2>一、总则</h2><p>文。</p>", "<p>一、总则</p><p>文。</p>"),
        ("<p>甲</p><table><tr><td>5 </td></tr></table>", "<p>甲</p><table><tbody><tr><th>５</th></tr></tbody></table>"),
        ("<p>认真的学习</p>", "<p>认真地学习</p>"),
    ],
)
def test_markup_lines_and_function_words_are_slight(old: str, new: str) -> None:
    assert list(in_body(old, new)) == []


TABLE = (
    "<table><tr><th>项目</th><th>预算数</th></tr><tr><td>接待费</td><td>12</td></tr>"
    "<tr><td>用车</td><td>30</td></tr></table>"
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<td>12</td>", "<td>85</td>", Finding(K.TABLE, "12", "85", label="接待费 · 预算数")),
        ("<td>用车</td>", "<td>用房</td>", Finding(K.TABLE, "用车", "用房", label="用房 · 项目")),
        ("<tr><td>用车</td><td>30</td></tr>", "", Finding(K.TABLE, "用车 30", "", label="整行")),
        ("<td>12</td>", "<td></td>", Finding(K.TABLE, "12", "", label="接待费 · 预算数")),
    ],
)
def test_cell_of_a_table_is_found_with_its_place(old: str, new: str, expected: Finding) -> None:
    assert list(in_body(TABLE, TABLE.replace(old, new))) == [expected]


def test_column_of_a_table_is_one_finding() -> None:
    wider = (
        TABLE.replace("<th>预", "<th>上年数</th><th>预")
        .replace("<td>12", "<td>9</td><td>12")
        .replace("<td>30", "<td>8</td><td>30")
    )

    assert list(in_body(TABLE, wider)) == [Finding(K.TABLE, "", "上年数", label="整列")]


def test_table_put_in_or_taken_out_is_one_finding() -> None:
    assert [(f.kind, f.label) for f in in_body("<p>甲</p>", f"<p>甲</p>{TABLE}")] == [(K.TABLE, "整张表格")]
    assert [(f.kind, f.new) for f in in_body(f"<p>甲</p>{TABLE}", "<p>甲</p>")] == [(K.TABLE, "")]


def test_link_that_leads_elsewhere_is_found() -> None:
    found = list(in_body('<p><a href="/a">办法</a></p>', '<p><a href="/b">办法</a></p>'))

    assert found == [Finding(K.LINK, "/a", "/b", label="办法")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("".join(f"第{i}条规定{i}日。" for i in range(20_000)), "".join(f"第{i}条规定{i}元。" for i in range(20_000))),
        ("5" * 300_000, "一" * 300_000),
        ("一百" * 75_000, "".join("一百" + "乙" * (i % 3) for i in range(75_000))),
        ("《王建国" * 40_000, "".join("《王建国" + "乙" * (i % 3) for i in range(40_000))),
        ("的" * 150_000, "了" * 150_000),
    ],
    ids=["sentences", "one number", "numerals", "names", "function words"],
)
def test_findings_of_hostile_texts_are_bounded(old: str, new: str) -> None:
    started = time.process_time()

    found = list(in_body(f"<p>{old}</p>", f"<p>{new}</p>"))

    assert time.process_time() - started < 5
    assert found
