"""文书 of a case: its paragraphs, HTML and PDF, from facts alone. Pure but for the template.

Facts are a flat mapping of texts, ISO days and lists, fixed when the paper is issued. An official document is Chinese,
whatever language the reader chose. To the agency posts are named and no persons; to a person only what concerns him.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from disclosure.document_parts import whole_numbers
from disclosure.publication_log import canonical_json
from evaluation.accountability_enums import CaseAction, NoticeKind
from evaluation.accountability_rules import CORRECTION_BASIS, HEARING_BASIS, REMEDIES
from govportal import pdf
from requests_app.letters import ISSUER_SIZES, RECORD, STYLE_SHEETS, TIGHTER

type Facts = Mapping[str, Any]

TITLES = {
    NoticeKind.HEARING: "责任追究告知书",
    NoticeKind.AGENCY_DECISION: "责任追究决定书",
    NoticeKind.PERSON_DECISION: "责任追究决定通知书",
}
# 文号, by kind: each counts by itself within its office and year.
PREFIXES = {
    NoticeKind.HEARING: "责追告",
    NoticeKind.AGENCY_DECISION: "责追决",
    NoticeKind.PERSON_DECISION: "责追通",
}
TEMPLATE = "evaluation/accountability_notice.html"
SHEETS = (*STYLE_SHEETS, "css/accountability_notice.css")
_ORDER = "一二三四五六七八"
# What no line breaks within: the number of a paper, and the end of a paragraph, or it would stand alone.
_WHOLE = re.compile("(〔[0-9]{4}〕[0-9]{1,6}号|（含当日）|.{1,5}$)")
_HEADING = re.compile(f"[{_ORDER}]、[^。]{{1,20}}")


def day_words(iso: str) -> str:
    """2026年11月3日."""
    day = date.fromisoformat(iso)
    return f"{day.year}年{day.month}月{day.day}日"


def _until(iso: str) -> str:
    return f"{day_words(iso)}前（含当日）"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _share(facts: Facts) -> str:
    """As whom, and how it came to it. The circumstance is that of the case: who bears nothing has none of his own."""
    dissent = f"，{facts['dissent']}" if facts.get("dissent") else ""
    return f"你在其中的身份是{facts['part']}，适用的情形是“{facts['circumstance']}”{dissent}。"


def _hearing(facts: Facts) -> Iterator[str]:
    yield (
        f"因{facts['agency']}涉嫌“{facts['clause']}”（{facts['basis']}），本机关于{day_words(facts['opened_on'])}"
        f"立案（{facts['case']}）。现将有关情况告知如下："
    )
    yield "一、查明的事实"
    yield from _lines(facts["facts"])
    yield "二、责任的初步认定"
    yield (f"{_share(facts)}依照{facts['division_basis']}，初步认定你{facts['responsibility']}。")
    yield "三、陈述和申辩的权利"
    yield (
        f"依照{HEARING_BASIS}，你有权陈述和申辩。请于{_until(facts['statement_by'])}当面陈述，或者提交书面材料"
        "和证据。放弃陈述的，请书面告知本机关。本机关在听取陈述和申辩以前不作决定。"
    )


def _agency_decision(facts: Facts) -> Iterator[str]:
    yield (
        f"你单位“{facts['clause']}”一案（{facts['case']}），本机关于{day_words(facts['opened_on'])}立案，"
        f"{_heard(facts)}现已调查终结，决定如下："
    )
    sections = [
        ("查明的事实", _lines(facts["public_facts"])),
        ("依据和理由", [f"上述情形属于{facts['basis']}规定的情形。", *_lines(facts["reasons"])]),
        ("对单位的处理", [_agency_measure(facts)]),
        ("对责任人的处理", [*facts["people"], "对责任人的决定另行书面通知本人。"]),
        (
            "改正和报告",
            [
                f"请依照{CORRECTION_BASIS}，及时纠正上述行为，并于{_until(facts['correction_due_on'])}"
                "向本机关书面报告改正情况。"
            ],
        ),
        ("复核和申诉", [_remedies("你单位")]),
    ]
    for number, (heading, lines) in zip(_ORDER, sections, strict=False):
        yield f"{number}、{heading}"
        yield from lines


def _remedies(you: str) -> str:
    return f"{you}对本决定不服的，可以{REMEDIES}。"


def _agency_measure(facts: Facts) -> str:
    if not facts["measure"]:
        return "对你单位不另作处理。"
    return f"依照{facts['measure_basis']}，对你单位{facts['measure']}。"


def _heard(facts: Facts) -> str:
    """That everybody had his say, however many said something."""
    if facts["heard"] and facts["waived"]:
        return f"听取了{facts['heard']}名责任人的陈述和申辩，另有{facts['waived']}名责任人书面放弃陈述。"
    if facts["heard"]:
        return f"听取了{facts['heard']}名责任人的陈述和申辩。"
    return f"{facts['waived']}名责任人书面放弃陈述。"


def _person_decision(facts: Facts) -> Iterator[str]:
    said = (
        f"你于{day_words(facts['heard_on'])}的陈述和申辩已经记录在案。"
        if facts.get("heard_on")
        else f"你于{day_words(facts['waived_on'])}书面放弃陈述。"
        if facts.get("waived_on")
        else ""
    )
    yield f"{facts['agency']}“{facts['clause']}”一案（{facts['case']}）现已调查终结。{said}决定如下："
    if facts["outcome"] == CaseAction.DROP:
        yield "经查，对你不予追究责任。"
        yield from _lines(facts["reasons"])
        return
    yield "一、责任的认定"
    yield (f"{_share(facts)}依照{facts['division_basis']}，你{facts['responsibility']}。")
    yield from _lines(facts["consideration"])
    yield "二、处理"
    if not facts["measure"]:
        yield "你不承担责任，不作处理。"
        return
    whom = "将你的问题" if facts.get("refers_to") else "对你作出如下处理："
    yield f"依照{facts['measure_basis']}，{whom}{facts['measure']}。"
    if facts.get("barred_year"):
        yield f"本处理影响{facts['barred_year']}年度的评优、评奖。"
    yield "三、改正"
    yield f"请依照{CORRECTION_BASIS}及时纠正，改正情况由你单位书面报告本机关。"
    yield "四、复核和申诉"
    yield _remedies("你")


_PARAGRAPHS = {
    NoticeKind.HEARING: _hearing,
    NoticeKind.AGENCY_DECISION: _agency_decision,
    NoticeKind.PERSON_DECISION: _person_decision,
}


def paragraphs(kind: NoticeKind, facts: Facts) -> Sequence[str]:
    """What the paper says between the address and the signature."""
    return list(_PARAGRAPHS[kind](facts))


def _set(line: str) -> SafeString:
    pieces = enumerate(_WHOLE.split(line))
    return format_html_join(
        "", "{}", ((format_html('<span class="whole">{}</span>', text) if odd % 2 else text,) for odd, text in pieces)
    )


def render_html(kind: NoticeKind, facts: Facts) -> str:
    context = {
        "letter": {"title": TITLES[kind]},
        "lines": [(_set(line), _HEADING.fullmatch(line) is not None) for line in paragraphs(kind, facts)],
        "issuer_size": next((size for most, size in ISSUER_SIZES if len(facts["issuer"]) <= most), "issuer-longest"),
        "issued_on": date.fromisoformat(facts["issued_on"]),
        **{key: facts[key] for key in ("issuer", "contact", "number", "addressee")},
    }
    with translation.override("zh-hans"):
        return render_to_string(TEMPLATE, context)


def record_of(kind: NoticeKind, facts: Facts) -> dict[str, Any]:
    """The paper for machines: what stands on it and nothing beside it."""
    said = {"paragraphs": paragraphs(kind, facts)}
    said |= {key: facts[key] for key in ("issuer", "number", "addressee", "issued_on", "case")}
    return {"kind": kind.value, "title": TITLES[kind], "basis": facts["basis"], "facts": said}


def render_pdf(kind: NoticeKind, facts: Facts) -> bytes:
    """PDF/A-3a, tagged, with its record inside. The same facts give the same bytes."""
    title = f"{TITLES[kind]} {facts['number']}"
    data = pdf.Embedded(RECORD, canonical_json(record_of(kind, facts)), description=title, relationship="Data")
    return pdf.render(
        whole_numbers(render_html(kind, facts)),
        stylesheets=SHEETS,
        tighter=TIGHTER,
        title=title,
        # The day of the paper is the only time in it.
        created_at=datetime.combine(date.fromisoformat(facts["issued_on"]), time(), UTC),
        attachments=[data],
    )
