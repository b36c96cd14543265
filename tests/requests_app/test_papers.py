"""Every paper of a case, held to one list: fonts, tags, words in their order, margins, codes, what is inside."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.core.cache import cache
from django.utils.html import strip_tags

from govportal import pdf
from govportal.now import now
from requests_app import letters, report_pdf
from requests_app.letter_rules import LETTER_RULES, Addressee, FactKind, LetterKind
from requests_app.report_reading import read_report
from requests_app.services.report_drafting import title_of
from tests import paper
from tests.requests_app.complaints.complaint_journey import Complainer
from tests.requests_app.filing_journey import Citizen
from tests.requests_app.letter_samples import sample
from tests.requests_app.report_samples import frozen_report

RARE = "镕堃喆玥珺瑄鑫垚犇骉飍焱淼赟昇祎彧烜皞燚"
TWO_PAGES = {
    LetterKind.CORRECTION,
    LetterKind.DELAY,
    LetterKind.DELIBERATIVE,
    LetterKind.EXCESSIVE,
    LetterKind.FEE,
    LetterKind.PARTIAL,
    LetterKind.STILL_UNCLEAR,
    LetterKind.THIRD_PARTY,
}
EVERYTHING: dict[FactKind, Any] = {
    FactKind.TEXT: "另见甲乙丙丁",
    FactKind.PARAGRAPHS: "补充的第一段。\n补充的第二段。",
    FactKind.LINES: ["第一行另附。", "第二行另附。"],
    FactKind.DATE: date(2026, 12, 24),
    FactKind.NUMBER: 7,
    FactKind.MONEY: Decimal("12.50"),
    FactKind.FLAG: True,
}


def words(html: str) -> str:
    """What the page says, without any space: where a line breaks is no part of a text."""
    return "".join(strip_tags(html.partition("<body")[2].partition(">")[2]).split())


def faults_of(made: bytes, html: str, *, title: str, pages: int, margin: float) -> list[str]:
    """What is wrong with a paper; empty when nothing is. `margin` in millimetres."""
    fonts = paper.fonts(made)
    held = {
        "a font is not embedded": fonts and all(font.is_embedded and font.has_unicode for font in fonts),
        "another font than ours": all("Noto" in font.name for font in fonts),
        "no tags": paper.has_tags(made) and {"H1", "P"} <= set(paper.tags(made)),
        f"the title is {paper.title(made)}": paper.title(made) == title,
        "another language": paper.language(made) == "zh-CN",
        f"{paper.page_count(made)} pages": paper.page_count(made) == pages,
        f"sizes {paper.page_sizes(made)}": set(paper.page_sizes(made)) == {(210, 297)},
        f"ink at the edge of pages {paper.ink_outside(made, margin)}": paper.ink_outside(made, margin) == [],
        "other words, or in another order": paper.spoken(made) == words(html),
        "no bookmark": bool(paper.bookmarks(made)),
    }
    return [fault for fault, is_well in held.items() if not is_well]


# --- letters -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn() -> dict[LetterKind, bytes]:
    return {kind: letters.render_pdf(kind, sample(kind)) for kind in LetterKind}


@pytest.mark.parametrize("kind", LetterKind)
def test_letter_is_whole(kind: LetterKind, drawn: dict[LetterKind, bytes]) -> None:
    made, facts, rule = drawn[kind], sample(kind), LETTER_RULES[kind]
    inside = paper.attachments(made)

    html, title = letters.render_html(kind, facts), f"{rule.title} {facts['number']}"
    assert faults_of(made, html, title=title, pages=2 if kind in TWO_PAGES else 1, margin=19) == []
    assert paper.bookmarks(made) == [rule.title]
    assert b'pdfaid:part="3" pdfaid:conformance="A"' in paper.opened(made)
    assert list(inside) == [letters.RECORD]
    assert json.loads(inside[letters.RECORD]) == letters.record_of(kind, facts)
    assert b"/AFRelationship /Data" in paper.opened(made)


def test_code_of_the_registration_receipt_is_its_number_and_no_other_letter_has_one(
    drawn: dict[LetterKind, bytes],
) -> None:
    made = drawn[LetterKind.REGISTRATION_RECEIPT]

    assert paper.codes(made) == [sample(LetterKind.REGISTRATION_RECEIPT)["request_number"]]
    assert [kind for kind in LetterKind if "Figure" in paper.tags(drawn[kind])] == [LetterKind.REGISTRATION_RECEIPT]
    assert all(paper.described(made))


@pytest.mark.parametrize("kind", LetterKind)
def test_record_says_nothing_that_the_letter_does_not_say(kind: LetterKind) -> None:
    """Whatever the row keeps: every fact the letter knows is given."""
    known = letters.known_facts(kind)
    facts = {name: EVERYTHING[fact.kind] for name, fact in known.items()} | sample(kind)
    said = words(letters.render_html(kind, facts))

    record = letters.record_of(kind, facts)

    assert record["facts"].keys() <= known.keys()
    assert not {"is_organisation"} & record["facts"].keys()
    for name, value in letters.from_json(kind, record["facts"]).items():
        parts = value if isinstance(value, list) else value.splitlines() if isinstance(value, str) else [value]
        if known[name].kind is not FactKind.FLAG:
            assert all("".join(_said(part).split()) in said for part in parts), f"{name}: {parts}"
    if LETTER_RULES[kind].addressee is not Addressee.APPLICANT:
        assert "CM-2026" not in json.dumps(record, ensure_ascii=False)


def _said(value: Any) -> str:
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return str(value)


def test_draft_of_a_letter_has_no_record_and_says_what_it_is() -> None:
    made = letters.render_pdf(LetterKind.OTHER, sample(LetterKind.OTHER, number=None))

    assert paper.attachments(made) == {}
    assert "草稿预览" in paper.text(made)


def test_rare_characters_of_a_name_have_a_form() -> None:
    with paper.missing_glyphs() as missing:
        made = letters.render_pdf(LetterKind.DISCLOSED, sample(LetterKind.DISCLOSED, addressee=RARE))

    assert missing == []
    assert f"{RARE}：" in paper.text(made)


def numbered(html: str) -> str:
    """With the numbers of a list that the paper sets before its points."""
    numbers = count(1)
    return re.sub("<li>", lambda _found: f"<li>{next(numbers)}.", html)


# --- receipts and reports ------------------------------------------------------------------------------------------

type Noted = list[tuple[str, bytes]]


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Noted]:
    """The HTML and the PDF of every paper that is made."""
    found: Noted = []
    render: Callable[..., bytes] = pdf.render

    def render_and_note(html: str, **options: Any) -> bytes:
        found.append((html, render(html, **options)))
        return found[-1][1]

    monkeypatch.setattr(pdf, "render", render_and_note)
    cache.clear()
    yield found
    cache.clear()


@pytest.mark.django_db
def test_receipt_is_whole_and_its_code_leads_to_the_lookup(noted: Noted) -> None:
    citizen = Citizen()
    citizen.fill()
    page = citizen.client.get(citizen.send()["Location"])

    citizen.client.get(page.context["receipt_url"])

    ((html, made),) = noted
    number = page.context["row"].number
    assert faults_of(made, numbered(html), title=f"申请回执 {number}", pages=1, margin=20) == []
    assert paper.codes(made) == [f"http://testserver/requests/lookup/?number={number}"]
    assert paper.described(made) == [f"受理编号 {number} 的二维码"]
    assert page.context["code"] in paper.text(made)
    assert b'pdfuaid:part="1"' in paper.opened(made)
    assert paper.attachments(made) == {}


@pytest.mark.django_db
def test_receipt_of_a_complaint_is_whole_and_its_code_names_nothing(noted: Noted) -> None:
    citizen = Complainer()
    page = citizen.complain()

    citizen.client.get(page.context["receipt_url"])

    ((html, made),) = noted
    assert faults_of(made, numbered(html), title=f"投诉举报回执 {page.context['row'].number}", pages=1, margin=20) == []
    assert paper.codes(made) == ["http://testserver/complaints/lookup/"]
    assert page.context["code"] not in paper.text(made)
    assert b'pdfuaid:part="1"' in paper.opened(made)


@pytest.mark.django_db
def test_annual_report_is_whole_and_has_its_payload_inside(noted: Noted) -> None:
    row = frozen_report()

    made = report_pdf.of_frozen(row, title_of(row))

    ((html, _same),) = noted
    assert faults_of(made, html, title=title_of(row), pages=3, margin=9) == []
    assert json.loads(paper.attachments(made)["report.json"]) == row.payload
    assert paper.tags(made).count("Table") == 3
    assert paper.bookmarks(made)[1:] == [f"{n}、" + name for n, name in SECTIONS]
    assert b'pdfaid:part="3" pdfaid:conformance="A"' in paper.opened(made)
    assert "第2页，共3页" in paper.pages(made)[1]

    tables = read_report(row.payload).tables
    report_pdf.of_draft(tables, {"one": "全年1 307件。\n另有两件。"}, title="草稿", as_of="今天", at=now())
    assert re.search(r"<p>全年1\xa0307件。</p>\s*<p>另有两件。</p>", noted[-1][0]), (
        "a line of the report is no paragraph"
    )


SECTIONS = (
    ("一", "总体情况"),
    ("二", "主动公开政府信息情况"),
    ("三", "收到和处理政府信息公开申请情况"),
    ("四", "政府信息公开行政复议、行政诉讼情况"),
    ("五", "存在的主要问题及改进情况"),
    ("六", "其他需要报告的事项"),
)
