"""What makes a change substantive, tried on amendments of real laws (public law is free of copyright)."""

import json
import time
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from disclosure.models import Edition, EditionAttachment
from disclosure.substance import METADATA, ChangeKind, Finding, agency_names, counted, findings, in_body, in_text
from disclosure.substance_words import DUTIES, MarkKind, core, marks, plain
from govportal.html import from_text
from tests.factories import make_agency, make_attachment, make_edition, make_item

K = ChangeKind

# (law, what stood there, what stands there, kinds): the kinds were written down by a reader, not by the program.
AMENDMENTS: list[tuple[str, str, str, set[ChangeKind]]] = [
    (
        "反垄断法 2022",
        "组织本行业的经营者达成垄断协议的，反垄断执法机构可以处五十万元以下的罚款；",
        "组织本行业的经营者达成垄断协议的，由反垄断执法机构责令改正，可以处三百万元以下的罚款；",
        {K.AMOUNT, K.DUTY},
    ),
    ("反垄断法 2022", "第四十四条　反垄断执法机构", "第五十二条　反垄断执法机构", {K.NUMBER}),
    (
        "反垄断法 2022",
        "排斥或者限制外地经营者参加招标投标活动。",
        "排斥或者限制经营者参加招标投标活动。",
        {K.TEXT},
    ),
    (
        "反垄断法 2022",
        "保护市场公平竞争，提高经济运行效率，",
        "保护市场公平竞争，鼓励创新，提高经济运行效率，",
        {K.TEXT},
    ),
    ("文物保护法 2024", "本法自公布之日起施行。", "本法自2025年3月1日起施行。", {K.DATE, K.TEXT}),
    ("体育法 2022", "本法自1995年10月1日起施行。", "本法自2023年1月1日起施行。", {K.DATE}),
    (
        "国防教育法 2024",
        "第十二条　国家设立全民国防教育日。",
        "第十二条　每年九月的第三个星期六为全民国防教育日。",
        {K.DATE, K.NUMBER, K.TEXT},
    ),
    (
        "公司法 2023",
        "董事会作出决议，必须经全体董事的过半数通过。",
        "董事会作出决议，应当经全体董事的过半数通过。",
        {K.DUTY},
    ),
    ("公司法 2023", "公司债券，可以为记名债券，也可以为无记名债券。", "公司债券应当为记名债券。", {K.DUTY, K.TEXT}),
    ("公司法 2023", "由半数以上董事共同推举一名董事主持。", "由过半数的董事共同推举一名董事主持。", {K.DUTY}),
    ("公司法 2023", "股东应当在公司章程上签名、盖章。", "股东应当在公司章程上签名或者盖章。", {K.DUTY}),
    ("公司法 2023", "百分之五十以上的股东；", "超过百分之五十的股东；", {K.DUTY}),
    (
        "公司法 2023",
        "可以由公司登记机关吊销营业执照。",
        "公司登记机关可以吊销营业执照，但公司依法办理歇业的除外。",
        {K.DUTY, K.TEXT},
    ),
    ("公司法 2023", "股东会会议作出修改公司章程的决议，", "股东会作出修改公司章程的决议，", {K.TEXT}),
    (
        "民事诉讼法 2023",
        "有本法第二百零七条规定情形之一的，可以向同级人民法院提出检察建议，",
        "有本法第二百一十一条规定情形之一的，可以向同级人民法院提出检察建议，",
        {K.NUMBER},
    ),
    ("机动车停车条例 2024", "处五千以上一万元以下罚款。", "处五千元以上一万元以下罚款。", {K.AMOUNT, K.NUMBER}),
    (
        "机动车停车条例 2024",
        "并由公安机关依照《》予以处理；",
        "并由公安机关依照《中华人民共和国治安管理处罚法》予以处理；",
        {K.NAME},
    ),
    (
        "国防教育法 2024",
        "根据国防法和教育法，制定本法。",
        "根据宪法和《中华人民共和国国防法》、《中华人民共和国教育法》，制定本法。",
        {K.NAME, K.DUTY, K.TEXT},
    ),
    ("专利法实施细则 2023", "专利复审委员会可以决定口头审理。", "国务院专利行政部门可以决定口头审理。", {K.NAME}),
    (
        "专利法实施细则 2023",
        "第二十四条第(三)项所列情形的，",
        "第二十四条第（一）项或者第（四）项所列情形的，",
        {K.NUMBER, K.DUTY},
    ),
    (
        "母婴保健法实施办法 2023",
        "须经设区的市级人民政府卫生行政部门许可。",
        "须经县级人民政府卫生行政部门许可。",
        {K.NAME},
    ),
    (
        "收养子女登记办法 2023",
        "根据《中华人民共和国收养法》，制定本办法。",
        "根据《中华人民共和国民法典》，制定本办法。",
        {K.NAME},
    ),
    (
        "制定地方性法规条例 2023",
        "表决稿及其修正案，由常务委员会通过。",
        "表决稿或者修正案，由常务委员会通过。",
        {K.DUTY},
    ),
    ("制定地方性法规条例 2023", "依照本章第二节规定的程序", "依照第五章规定的程序", {K.NUMBER}),
    ("审计条例 2023", "市和区、县人民政府依法设立审计机关。", "市和区人民政府依法设立审计机关。", {K.NAME}),
    (
        "审计条例 2023",
        "应当依法出具审计报告；实施跟踪审计的，可以出具阶段性审计报告。",
        "应当依法出具审计报告。",
        {K.DUTY, K.TEXT},
    ),
    ("经营者集中申报标准 2024", "营业额合计超过100亿元人民币，", "营业额合计超过120亿元人民币，", {K.AMOUNT}),
    (
        "经营者集中申报标准 2024",
        "中国境内的营业额均超过4亿元人民币；",
        "中国境内的营业额均超过8亿元人民币；",
        {K.AMOUNT},
    ),
]

# Changes of the same laws that change nothing for a reader.
SLIGHT_AMENDMENTS = [
    ("应当在会议举行的7日前将法规草案发给组成人员。", "应当在会议举行的七日前将法规草案发给组成人员。"),
    ("一个代表团或者10名以上的代表联名", "一个代表团或者十名以上的代表联名"),
    ("自进入日起2个月内缴纳", "自进入日起２个月内缴纳"),
    ("(一)专利权的授予；", "（一）专利权的授予；"),
    ("第一章 总则", "第一章　总　则"),
    ("长期从事文物工作，作出显著成绩的。", "长期从事文物工作，做出显著成绩的；"),
    ("可以依照公司章程的规定", "可以按照公司章程的规定"),
    ("规定本市特别重大事项的地方性法规应当由大会通过。", "规定本市特别重大事项的地方性法规，应当由大会通过。"),
    ("学校的国防教育是基础", "学校国防教育是基础"),
]


@pytest.mark.parametrize(("law", "old", "new", "kinds"), AMENDMENTS, ids=[f"{a[0]} {a[2][:8]}" for a in AMENDMENTS])
def test_amendment_of_a_law_has_the_kinds_a_reader_sees(law: str, old: str, new: str, kinds: set[ChangeKind]) -> None:
    found = list(in_text(old, new))

    assert {finding.kind for finding in found} == kinds


@pytest.mark.parametrize(("old", "new"), SLIGHT_AMENDMENTS)
def test_slight_amendment_of_a_law_is_not_substantive(old: str, new: str) -> None:
    assert list(in_text(old, new)) == []
    assert list(in_text(new, old)) == []


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


# --- Real paragraphs, changed at random ------------------------------------------------------------------

PARAGRAPHS = sorted({plain(text) for _law, old, new, _kinds in AMENDMENTS for text in (old, new)})
paragraphs = st.sampled_from(PARAGRAPHS)
DIGITS, NUMERALS = "0123456789", "一二三四五六七八九"
PUNCTUATION = "，。；：、！？ \n　"


@given(paragraphs, st.data())
@settings(max_examples=300, deadline=None)
def test_any_digit_changed_is_substantive(text: str, data: st.DataObject) -> None:
    places = [i for i, c in enumerate(text) if c in DIGITS + NUMERALS]
    assume(places)
    place = data.draw(st.sampled_from(places))
    kind = DIGITS if text[place] in DIGITS else NUMERALS
    other = data.draw(st.sampled_from([c for c in kind if c != text[place]]))

    found = list(in_text(text, text[:place] + other + text[place + 1 :]))

    assert found


@given(paragraphs, st.data())
@settings(max_examples=300, deadline=None)
def test_any_word_of_duty_changed_is_substantive(text: str, data: st.DataObject) -> None:
    words = [mark for mark in marks(text) if mark.kind is MarkKind.DUTY]
    assume(words)
    word = data.draw(st.sampled_from(words))
    other = data.draw(st.sampled_from([duty for duty in (*DUTIES, "") if duty != word.text]))

    found = list(in_text(text, text[: word.start] + other + text[word.end :]))

    assert found


@given(paragraphs, st.data())
@settings(max_examples=300, deadline=None)
def test_punctuation_and_white_space_alone_are_never_substantive(text: str, data: st.DataObject) -> None:
    # Between two figures a mark parts two numbers: there it is more than punctuation.
    figures = set("零一二三四五六七八九十百千万亿两廿卅" + DIGITS)
    places = [i for i in range(1, len(text)) if not (text[i - 1] in figures and text[i] in figures)]
    place = data.draw(st.sampled_from(places))
    mark = data.draw(st.sampled_from(PUNCTUATION))
    replaced = text[place] in PUNCTUATION and data.draw(st.booleans())
    changed = text[:place] + mark + text[place + replaced :]

    assert list(in_text(text, changed)) == []
    assert list(in_text(changed, text)) == []


@given(
    st.lists(
        st.lists(st.sampled_from(["低保", "612", "元", "2026年", "—"]), min_size=2, max_size=4), min_size=2, max_size=5
    ),
    st.data(),
)
@settings(max_examples=200, deadline=None)
def test_any_cell_changed_is_substantive(rows: list[list[str]], data: st.DataObject) -> None:
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[row]) - 1))
    other = data.draw(st.sampled_from(["613", "特困", ""]))
    changed = [[*line] for line in rows]
    changed[row][column] = other

    assert list(in_body(_table(rows), _table(changed)))
    assert list(in_body(_table(changed), _table(rows)))


def _table(rows: list[list[str]]) -> str:
    return "<table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows) + "</table>"


@given(paragraphs)
def test_equal_texts_have_no_findings(text: str) -> None:
    assert list(in_text(text, text)) == []


def test_every_real_amendment_of_a_whole_law_is_substantive(portal_data: Path) -> None:
    versions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (portal_data / "laws" / "laws.jsonl").read_text(encoding="utf-8").splitlines():
        law = json.loads(line)
        versions[law["title"]].append(law)
    # One was stored twice, with other brackets.
    pairs = [
        (old, new)
        for laws in versions.values()
        for old, new in pairwise(laws)
        if core(plain(old["body"])) != core(plain(new["body"]))
    ]

    slight = [new["title"] for old, new in pairs if not any(in_body(from_text(old["body"]), from_text(new["body"])))]

    assert len(pairs) >= 20
    assert slight == []


# --- Whole editions --------------------------------------------------------------------------------------


def edition(**values: Any) -> Edition:
    item_type = values.pop("item_type", "budget")
    return make_edition(make_item(item_type=item_type), is_published=False, **{"title": "预算公开"} | values)


CHANGED = {
    "title": "决算公开",
    "document_number": "澄财〔2026〕2号",
    "issuer": "澄溪县财政局",
    "formed_on": date(2026, 3, 2),
    "effective_on": date(2026, 3, 2),
    "expires_on": date(2026, 3, 2),
    "validity": "amended",
    "category": "finance",
    "aspect": "decision",
    "mode": "on_request",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", METADATA)
def test_any_metadata_changed_is_substantive(name: str) -> None:
    found = findings(edition(), edition(**{name: CHANGED[name]}))

    label = str(Edition._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    assert [(finding.kind, finding.label) for finding in found] == [(K.METADATA, label)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values", [{"summary": "概述"}, {"keywords": ["预算"]}, {"topic": "财政"}, {"title": "预算公开。"}]
)
def test_words_that_only_help_to_find_are_slight(values: dict[str, Any]) -> None:
    assert findings(edition(), edition(**values)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "old", "new", "expected"),
    [
        ("income", "120", "1200", Finding(K.AMOUNT, "120", "1200", label="收入总计（万元）")),
        ("fiscal_year", 2025, 2026, Finding(K.NUMBER, "2025", "2026", label="财政年度")),
        ("kind", "budget", "final_account", Finding(K.METADATA, "预算", "决算", label="种类")),
        ("approved_on", "", "2026-02-01", Finding(K.DATE, "", "2026-02-01", label="批准或批复日期")),
        (
            "hospitality",
            [{"item": "公务接待费", "budget": "12"}],
            [{"item": "公务接待费", "budget": "85"}],
            Finding(K.TABLE, "12", "85", label="“三公”经费 公务接待费 · 预算数（万元）"),
        ),
    ],
)
def test_field_of_the_type_changed_is_substantive(key: str, old: Any, new: Any, expected: Finding) -> None:
    assert findings(edition(extra={key: old}), edition(extra={key: new})) == [expected]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "old", "new", "kind"),
    [
        ("conditions", ["年满18周岁"], ["年满16周岁"], K.NUMBER),
        ("conditions", ["持居住证"], ["持居住证", "无犯罪记录"], K.TEXT),
        ("conditions", ["持居住正"], ["持居住证"], K.METADATA),
        ("phone", "12345", "12346", K.METADATA),
        ("promised_days", 5, 10, K.NUMBER),
    ],
)
def test_lines_of_a_guide_changed_are_substantive(key: str, old: Any, new: Any, kind: ChangeKind) -> None:
    before, after = (edition(item_type="service_guide", extra={key: value}) for value in (old, new))

    assert kind in {finding.kind for finding in findings(before, after)}


@pytest.mark.django_db
def test_files_put_in_taken_out_replaced_and_renamed_are_found() -> None:
    kept, gone, old, new = (make_attachment(f"%PDF {n}".encode()) for n in range(4))
    before, after = edition(), edition()
    for one, files in (
        (before, [(kept, "目录"), (gone, "旧表"), (old, "预算表")]),
        (after, [(new, "预算表"), (kept, "总目录")]),
    ):
        for position, (file, title) in enumerate(files):
            EditionAttachment.objects.create(edition=one, attachment=file, title=title, position=position)

    found = findings(before, after)

    assert {finding.kind for finding in found} == {K.ATTACHMENT}
    assert sorted(finding.label for finding in found) == ["删除", "改名", "替换"]
    assert findings(before, before) == []


@pytest.mark.django_db
def test_file_that_hung_twice_and_hangs_once_is_found() -> None:
    file, before, after = make_attachment(), edition(), edition()
    for one, titles in ((before, ["甲", "乙"]), (after, ["甲"])):
        for position, title in enumerate(titles):
            EditionAttachment.objects.create(edition=one, attachment=file, title=title, position=position)

    assert findings(before, after) == [Finding(K.ATTACHMENT, "乙", "", label="删除")]


@pytest.mark.django_db
def test_names_of_agencies_are_those_long_enough() -> None:
    make_agency(name="澄溪县水利局", short_name="水")

    assert agency_names() == ["澄溪县水利局"]


@pytest.mark.django_db
def test_findings_of_an_edition_and_itself_are_none() -> None:
    one = edition(body="<p>公示5日。</p>" + TABLE, extra={"income": "5", "hospitality": [{"item": "a"}]})

    assert findings(one, one) == []


def test_counted_findings_stand_in_one_order() -> None:
    found = [Finding(K.DATE, "a", "b"), Finding(K.AMOUNT, "1", "2"), Finding(K.DATE, "c", "d")]

    assert counted(found) == [(K.DATE, 2), (K.AMOUNT, 1)]
    assert all(kind.label for kind in ChangeKind)
