import re
import shutil
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils.html import strip_tags

from govportal import qr
from govportal.active_content import refuse_active_pdf
from requests_app import letters
from requests_app.letter_rules import LETTER_RULES, Addressee, LetterKind
from requests_app.letters import MissingFacts
from tests.requests_app.letter_samples import sample

REVIEW_FIRST = (
    "应当自收到本告知书之日起60日内先向澄明县人民政府申请行政复议（《行政复议法》第二十条、第二十三条第一款第四项）"
)
AFTER_REVIEW = "自收到决定书之日起15日内向澄明县人民法院提起行政诉讼（《行政诉讼法》第四十五条）"
REVIEW = "可以自收到本告知书之日起60日内向澄明县人民政府申请行政复议（《行政复议法》第二十条）"
SUIT = "也可以自收到之日起6个月内向澄明县人民法院提起行政诉讼（《行政诉讼法》第四十六条）"
REMEDIES = {
    "none": (),
    "either": (REVIEW, SUIT),
    "review_first": (REVIEW_FIRST, AFTER_REVIEW),
    "review_first_in_part": (REVIEW_FIRST, AFTER_REVIEW, REVIEW, SUIT),
    "review": (REVIEW,),
}
LONG_NAME = "澄明县" + "人民政府农村公路建设养护资金管理领导小组" * 6
MISSING = [(kind, fact.name, fact.label) for kind in LetterKind for fact in letters.required_facts(kind)]


def words(html: str) -> str:
    return strip_tags(html.partition("<body")[2].partition(">")[2])


def pages(content: bytes, folder: Path) -> list[str]:
    """The text of each page, without line breaks; the test is skipped, with the reason, without poppler."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (apt: poppler-utils)")
    file = folder / "letter.pdf"
    file.write_bytes(content)
    text = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout
    return ["".join(page.split()) for page in text.split("\f")[:-1]]


# --- what a letter says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LetterKind)
def test_letter_says_all_its_facts_and_its_article(kind: LetterKind) -> None:
    facts = sample(kind)

    text = words(letters.render_html(kind, facts))

    assert LETTER_RULES[kind].basis in text
    for fact in LETTER_RULES[kind].always:
        value = facts[fact.name]
        said = f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else value
        assert all(str(part) in text for part in (said if isinstance(said, list) else [said])), fact.name


@pytest.mark.parametrize(("kind", "name", "label"), MISSING, ids=[f"{kind}-{name}" for kind, name, _label in MISSING])
def test_letter_is_not_made_without_a_required_fact(kind: LetterKind, name: str, label: str) -> None:
    absent, blank = sample(kind), sample(kind)
    del absent[name]
    if isinstance(blank[name], str):
        blank[name] = " \n "

    with pytest.raises(MissingFacts) as refusal:
        letters.render_html(kind, absent)

    assert refusal.value.labels == [label]
    assert label in str(refusal.value)
    assert letters.missing_facts(kind, blank) == ([label] if isinstance(blank[name], str) else [])


@pytest.mark.parametrize("kind", LetterKind)
def test_letter_names_the_remedy_of_its_kind_and_no_other(kind: LetterKind) -> None:
    text = words(letters.render_html(kind, sample(kind)))

    expected = REMEDIES[letters.remedy_of(kind).value]
    assert [sentence for sentence in (REVIEW_FIRST, AFTER_REVIEW, REVIEW, SUIT) if sentence in text] == list(expected)
    assert ("行政复议" in text, "行政诉讼" in text) == (bool(expected), bool(set(expected) & {SUIT, AFTER_REVIEW}))


@pytest.mark.parametrize(("setting", "remedy"), [("NONE", "none"), ("REVIEW", "review"), ("EITHER", "either")])
def test_remedy_of_what_courts_do_not_take_is_a_setting(setting: str, remedy: str) -> None:
    with override_settings(REQUEST_UNSUABLE_REMEDY=setting):
        text = words(letters.render_html(LetterKind.DUPLICATE, sample(LetterKind.DUPLICATE)))
        other = letters.remedy_of(LetterKind.NOT_EXISTING)

    assert [sentence for sentence in (REVIEW, SUIT) if sentence in text] == list(REMEDIES[remedy])
    assert other.value == "either"


def test_court_is_needed_only_where_it_is_named() -> None:
    facts = sample(LetterKind.DUPLICATE)
    del facts["court"]

    assert letters.missing_facts(LetterKind.DUPLICATE, facts) == []


def test_no_two_letters_share_their_operative_words() -> None:
    operative: dict[str, list[str]] = {}
    for kind in LetterKind:
        html = letters.render_html(kind, sample(kind, subject="同一事项", reasons="同一理由"))
        said = next(p for p in re.findall(r"<p>(.*?)</p>", html) if LETTER_RULES[kind].basis in p)
        operative.setdefault(said.replace(LETTER_RULES[kind].basis, ""), []).append(kind.value)

    assert [kinds for kinds in operative.values() if len(kinds) > 1] == []


def test_third_party_learns_nothing_of_the_applicant() -> None:
    others = [kind for kind in LetterKind if LETTER_RULES[kind].addressee is not Addressee.APPLICANT]

    for kind in others:
        facts = sample(kind) | {"addressee": "第三方"}
        assert "CM-2026" not in letters.render_html(kind, facts)
        assert "request_number" not in letters.known_facts(kind)


def test_facts_are_escaped() -> None:
    html = letters.render_html(
        LetterKind.OTHER, sample(LetterKind.OTHER, addressee="<script>1</script>", reasons="a<b&c")
    )

    assert "<script>" not in html
    assert "<p>a&lt;b&amp;c</p>" in html


def test_letter_is_chinese_whatever_the_reader_speaks() -> None:
    from django.utils import translation

    with translation.override("en"):
        html = letters.render_html(LetterKind.OTHER, sample(LetterKind.OTHER))

    assert "2026年11月10日" in html


def test_organisation_is_addressed_as_one() -> None:
    text = words(letters.render_html(LetterKind.OTHER, sample(LetterKind.OTHER, is_organisation=True)))

    assert "收到贵单位的政府信息公开申请" in text


@pytest.mark.parametrize("kind", [LetterKind.REGISTRATION_RECEIPT, LetterKind.EXTENSION, LetterKind.DELAY])
def test_date_of_a_year_without_announced_holidays_says_that_it_may_move(kind: LetterKind) -> None:
    provisional = words(letters.render_html(kind, sample(kind, is_provisional=True)))
    settled = words(letters.render_html(kind, sample(kind)))

    assert "日（该年节假日安排尚未公布，日期为暂估，公布后有变化的另行告知）" in provisional
    assert "暂估" not in settled


def test_letter_without_a_number_is_a_draft() -> None:
    html = letters.render_html(LetterKind.OTHER, sample(LetterKind.OTHER, number=None))

    assert "草稿预览，未编号" in html
    assert 'class="' in html
    assert "draft" in html


@pytest.mark.parametrize(
    ("name", "value"), [("issued_on", "2026-11-10"), ("issued_on", datetime(2026, 11, 10, tzinfo=UTC)), ("reasons", 3)]
)
def test_fact_of_another_type_is_refused(name: str, value: object) -> None:
    with pytest.raises(TypeError, match=name):
        letters.render_html(LetterKind.OTHER, sample(LetterKind.OTHER, **{name: value}))


@pytest.mark.parametrize("kind", LetterKind)
def test_facts_survive_being_kept_as_json(kind: LetterKind) -> None:
    facts = sample(kind)

    again = letters.from_json(kind, letters.to_json(kind, facts))

    assert letters.render_html(kind, again) == letters.render_html(kind, facts)


@pytest.mark.parametrize(("name", "value"), [("amount", "much"), ("issued_on", "2026-13-45")])
def test_kept_fact_that_cannot_be_read_is_named(name: str, value: str) -> None:
    kept = letters.to_json(LetterKind.FEE, sample(LetterKind.FEE)) | {name: value}

    with pytest.raises(ValueError, match="填写有误"):
        letters.from_json(LetterKind.FEE, kept)


def test_amount_is_kept_to_the_cent() -> None:
    kept = letters.to_json(LetterKind.FEE, sample(LetterKind.FEE))

    assert kept["amount"] == "5500.00"
    assert letters.from_json(LetterKind.FEE, kept)["amount"] == Decimal("5500.00")


# --- the paper ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LetterKind)
def test_pdf_carries_its_text_and_ends_with_signature_and_place_of_the_seal(kind: LetterKind, tmp_path: Path) -> None:
    facts = sample(kind)

    found = pages(letters.render_pdf(kind, facts), tmp_path)

    assert LETTER_RULES[kind].title in found[0]
    assert facts["contact"].replace("　", "") in found[0]
    assert len(found) <= 2
    assert re.search("（用印处）澄明县交通运输局2026年11月10日|澄明县交通运输局2026年11月10日（用印处）", found[-1])
    assert len(found) == 1 or len(found[-1]) > 40  # never the signature alone


@pytest.mark.parametrize(
    "kind", [LetterKind.REGISTRATION_RECEIPT, LetterKind.ALREADY_PUBLIC, LetterKind.DISCLOSED, LetterKind.STATE_SECRET]
)
def test_ordinary_letter_is_one_page(kind: LetterKind, tmp_path: Path) -> None:
    assert len(pages(letters.render_pdf(kind, sample(kind)), tmp_path)) == 1


@pytest.mark.parametrize("count", [9, 12, 15, 18, 21, 40, 70])
def test_signature_is_never_alone_on_a_page(count: int, tmp_path: Path) -> None:
    lines = "\n".join(
        f"第{n}项理由：该信息载明施工单位的账户和单价，属于其不为公众所知悉的经营信息。" for n in range(count)
    )

    found = pages(letters.render_pdf(LetterKind.PARTIAL, sample(LetterKind.PARTIAL, reasons=lines)), tmp_path)

    before_signature = found[-1].partition("（用印处）")[0].partition("澄明县交通运输局2026年11月10日")[0]
    assert len(before_signature) >= 20
    assert "—1—" not in found[0]
    assert [f"—{number}—" in page for number, page in enumerate(found, 1)][1:] == [True] * (len(found) - 1)


def test_long_name_and_long_words_break_nothing(tmp_path: Path) -> None:
    facts = sample(
        LetterKind.PARTIAL,
        issuer=LONG_NAME[:120],
        addressee="林" * 80,
        contact="承办：" + "政务公开室" * 30,
        subject="A" * 200,
        reasons="x" * 900,
    )

    found = pages(letters.render_pdf(LetterKind.PARTIAL, facts), tmp_path)

    assert LONG_NAME[:120] in "".join(found[0].split())
    assert len(found) <= 4


def test_rare_characters_of_names_are_printed(tmp_path: Path) -> None:
    facts = sample(LetterKind.DISCLOSED, addressee="镕堃喆玥珺瑄")

    assert "镕堃喆玥珺瑄" in pages(letters.render_pdf(LetterKind.DISCLOSED, facts), tmp_path)[0]


def test_receipt_bears_a_code_of_the_number_alone() -> None:
    facts = sample(LetterKind.REGISTRATION_RECEIPT)

    html = letters.render_html(LetterKind.REGISTRATION_RECEIPT, facts)
    code = qr.svg(facts["request_number"])

    assert 'src="given/number.svg"' in html
    assert code.startswith(b"<svg")
    assert code == qr.svg("CM-2026-00147") != qr.svg("CM-2026-00148")
    assert "query_code" not in letters.known_facts(LetterKind.REGISTRATION_RECEIPT)


def test_same_facts_give_the_same_bytes() -> None:
    first, second = (letters.render_pdf(LetterKind.OTHER, sample(LetterKind.OTHER)) for _time in range(2))

    assert first == second


def test_draft_passes_our_own_check_of_uploads() -> None:
    refuse_active_pdf(letters.render_pdf(LetterKind.OTHER, sample(LetterKind.OTHER, number=None)))


def test_points_are_numbered_once() -> None:
    for given, expected in (
        (["写明年度。", "写明项目。"], ["1．写明年度。", "2．写明项目。"]),
        (["4.5万元的项目。", "写明项目。"], ["1．4.5万元的项目。", "2．写明项目。"]),
        (["写明年度。"], ["写明年度。"]),
        (["一、写明年度；二、写明项目。", "写明用途。"], ["一、写明年度；二、写明项目。", "写明用途。"]),
        (["（一）写明年度。", "（二）写明项目。"], ["（一）写明年度。", "（二）写明项目。"]),
        (["1. 写明年度。", "2. 写明项目。"], ["1. 写明年度。", "2. 写明项目。"]),
    ):
        html = letters.render_html(LetterKind.CORRECTION, sample(LetterKind.CORRECTION, items=given))
        assert re.findall(r"<li>(.*?)</li>", html) == expected, given
