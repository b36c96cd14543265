"""What makes a change substantive, tried on amendments of real laws (public law is free of copyright)."""

import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from disclosure.substance import ChangeKind, in_body, in_text
from disclosure.substance_words import DUTIES, MarkKind, core, marks, plain
from govportal.html import from_text

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
