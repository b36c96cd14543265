"""文书 of a case: what each says and what it keeps to itself, and that it is a paper for the archive."""

from typing import Any

import pytest

from evaluation.accountability_enums import CaseState, Circumstance, NoticeKind, Part
from evaluation.accountability_papers import TITLES, paragraphs, record_of, render_html, render_pdf
from evaluation.models import AccountabilityNotice
from evaluation.services.accountability_respondents import redivide
from govportal.now import now
from tests import paper
from tests.factories.accountability import (
    bring_case_to,
    hear_person,
    name_person,
    notify_person,
    open_case,
    waive_person,
)

K = NoticeKind
LONG = {
    "issuer": "澄明县人民政府办公室",
    "contact": "承办：政务公开科　电话：0399-6612001　地址：澄明县人民路1号　邮政编码：099900",
    "number": "责追决〔2026〕3号",
    "issued_on": "2026-11-20",
    "case": "责任追究〔2026〕2号",
    "agency": "澄明县水务局",
    "addressee": "澄明县水务局",
    "clause": "未公开职权目录和流程图",
    "basis": "《办法》第五条第（二）项",
    "opened_on": "2026-11-02",
    "public_facts": "职权目录和流程图没有公开。\n至检查之日仍未补上。",
    "reasons": "属于应当公开而未公开。",
    "measure": "提出批评",
    "measure_basis": "《办法》第十一条第（二）项",
    "people": ["承办人（公开股干事）：承担次要责任，通报批评。"] * 9,
    "heard": 2,
    "waived": 1,
    "correction_due_on": "2026-12-11",
}


@pytest.mark.django_db
def test_papers_say_what_concerns_their_reader_and_nothing_else() -> None:
    row = open_case()
    undertaker = name_person(row, part=Part.UNDERTAKER, circumstance=Circumstance.OVERRULED)
    head = name_person(row, part=Part.HEAD_IN_CHARGE, circumstance=Circumstance.OVERRULED)
    hear_person(undertaker, text="我提过书面意见。")
    waive_person(head)
    row = bring_case_to(CaseState.DECIDED, row)
    by_kind: dict[tuple[str, int | None], str] = {}
    for notice in AccountabilityNotice.objects.filter(case=row):
        said = "\n".join([notice.facts["addressee"], *paragraphs(NoticeKind(notice.kind), notice.facts)])
        by_kind[notice.kind, notice.respondent_id] = said
    hearing, decision = by_kind[K.HEARING, undertaker.pk], by_kind[K.AGENCY_DECISION, None]
    told, blamed = by_kind[K.PERSON_DECISION, undertaker.pk], by_kind[K.PERSON_DECISION, head.pk]

    expected = {
        hearing: [
            undertaker.name,
            undertaker.post,
            row.facts,
            row.basis,
            "初步认定你不承担责任",
            "有权陈述和申辩",
            "（含当日）",
        ],
        decision: [
            row.agency.name,
            row.public_facts,
            row.reasons,
            head.post,
            "1名责任人书面放弃",
            "书面报告改正情况",
            "（含当日）",
            "你单位对本决定不服的，可以依照有关规定",
        ],
        told: [undertaker.name, "你不承担责任", "予以采纳", "第十条第（二）项"],
        blamed: [head.name, "承担主要责任", "口头告诫", "书面放弃陈述", "你对本决定不服的，可以依照有关规定"],
    }
    for said, words in expected.items():
        for word in words:
            assert word in said, (word, said)
    kept = {
        hearing: [head.name, head.post],
        decision: [undertaker.name, head.name, row.facts, "书面意见"],
        told: [head.name, row.facts, "及时纠正", "不服"],  # he bears nothing
        blamed: [undertaker.name, row.facts, "书面意见"],
    }
    for said, words in kept.items():
        for word in words:
            assert word not in said, (word, said)


def test_number_and_end_of_a_paragraph_stay_on_one_line() -> None:
    html = render_html(K.AGENCY_DECISION, {**LONG, "reasons": "一案（责任追究〔2026〕7号）。\n<b>扣分</b>"})

    assert '责任追究<span class="whole">〔2026〕7号</span><span class="whole">）。</span></p>' in html
    assert '&lt;b&gt;扣<span class="whole">分&lt;/b&gt;</span></p>' in html


def test_who_is_referred_is_not_dealt_with_by_the_office() -> None:
    facts = {
        **LONG,
        "outcome": "decide",
        "part": "承办人",
        "circumstance": "承办人应当报批而未报批",
        "division_basis": "第十条",
    }
    facts |= {"responsibility": "承担全部责任", "consideration": "", "measure": "移送司法机关依法处理"}
    said = {
        refers: "".join(paragraphs(K.PERSON_DECISION, {**facts, "refers_to": refers})) for refers in ("", "司法机关")
    }
    assert "将你的问题移送司法机关依法处理。" in said["司法机关"] and "对你作出" not in said["司法机关"]
    assert "对你作出如下处理：移送" in said[""]


@pytest.mark.django_db
def test_who_bears_nothing_is_not_told_of_a_circumstance_of_his_own() -> None:
    """Told as one who had approved; then it was found that nobody had asked him."""
    row = open_case()
    undertaker, head = (
        name_person(row, circumstance="approved"),
        name_person(row, part=Part.HEAD_IN_CHARGE, circumstance=Circumstance.APPROVED),
    )
    for who in (undertaker, head):
        hear_person(who)
    for who in (undertaker, head):
        redivide(
            who.pk, part=who.part, circumstance=Circumstance.NOT_SOUGHT, dissent_on_record=False,
            actor=row.opened_by, at=now(), note="没有审批单。",
        )  # fmt: skip
    bring_case_to(CaseState.DECIDED, row)

    said = "".join(paragraphs(K.PERSON_DECISION, head.notices.get(kind=K.PERSON_DECISION).facts))

    assert "你在其中的身份是主管领导，适用的情形是“承办人应当报批而未报批”。" in said
    assert "第十条第（一）项，你不承担责任" in said and "你不承担责任，不作处理" in said


@pytest.mark.django_db
def test_who_had_disagreed_on_record_reads_that_he_had() -> None:
    row = open_case()
    name_person(row, part=Part.MAIN_LEADER, circumstance=Circumstance.COLLECTIVE)
    member = name_person(row, part=Part.MEMBER, circumstance=Circumstance.COLLECTIVE, dissent_on_record=True)
    bring_case_to(CaseState.DECIDED, row)

    for notice in member.notices.all():
        said = "".join(paragraphs(NoticeKind(notice.kind), notice.facts))
        assert "“经领导班子集体讨论决定”，会议记录载明你提出过不同意见。" in said, notice.kind


@pytest.mark.django_db
def test_notice_of_a_dropped_case_says_so() -> None:
    row = open_case()
    who = name_person(row)
    notify_person(who)
    bring_case_to(CaseState.DROPPED, row)

    said = paragraphs(K.PERSON_DECISION, who.notices.get(kind=K.PERSON_DECISION).facts)

    assert "对你不予追究责任" in said[1] and "经查不属实。" in said


def test_paper_is_archival_tagged_and_carries_its_record() -> None:
    facts: dict[str, Any] = LONG
    pdf = render_pdf(K.AGENCY_DECISION, facts)

    assert pdf == render_pdf(K.AGENCY_DECISION, facts)
    assert paper.title(pdf) == f"{TITLES[K.AGENCY_DECISION]} {facts['number']}"
    assert all(font.is_embedded and font.has_unicode for font in paper.fonts(pdf))
    assert paper.has_tags(pdf) and paper.language(pdf) == "zh-CN"
    assert set(paper.attachments(pdf)) == {"record.json"}
    assert b"pdfaid:part" in pdf or b"pdfaid" in paper.opened(pdf)
    said = paper.text(pdf)
    for line in record_of(K.AGENCY_DECISION, facts)["facts"]["paragraphs"]:
        assert "".join(line.split()) in said, line
    assert paper.page_count(pdf) == 2 and "用印处" in paper.pages(pdf)[-1]
    assert paper.ink_outside(pdf, 10) == []
