"""A paper of every type of item, out of the demo: drawn once, and held against the record."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from disclosure import documents
from disclosure.document_parts import files_of, is_told
from disclosure.item_text import shown_fields
from disclosure.models import Edition, Item
from disclosure.services.demo_texts import load_items
from disclosure.types import ITEM_TYPES
from govportal.html import sanitise, to_text
from govportal.models import Agency, InternalBody, Leader
from tests import paper
from tests.factories import make_agency, make_attachment, make_item

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 5)
NOBODY = AnonymousUser()
SPOKEN = {"service_guide"}  # poppler takes its time over the tags
EDGE = 10  # mm: the foot stands between it and the text


@pytest.fixture(scope="module")
def agency(django_db_setup: None, django_db_blocker: Any) -> Iterator[Agency]:
    """One that has everything; what the module makes is rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        agency = make_agency(
            name="澄明县民政局", address="澄明县人民路36号", hours="工作日 8:30—17:30", phone="0399-6612500",
            complaint_phone="0399-6612588", office="办公室", first_responsible="孟玥", second_responsible="喆镕",
            specific_responsible="堃珺",
        )  # fmt: skip
        Leader.objects.create(agency=agency, name="孟玥", post="党组书记、局长", division="主持全面工作")
        InternalBody.objects.create(agency=agency, name="养老服务股", head="瑄琦", duties="养老", phone="0399-6612568")
        yield agency
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def papers(agency: Agency, django_db_blocker: Any) -> list[tuple[Item, bytes]]:
    """Of every type the text with most extra fields that the demo has, each with its PDF."""
    raw = list(load_items(TODAY))
    longest = [max((one for one in raw if one["type"] == key), key=_weight) for key in ITEM_TYPES]
    with django_db_blocker.unblock(), paper.missing_glyphs() as missing:
        items = [_made(agency, one) for one in longest]
        drawn = [(item, documents.made(documents.item_paper(item, NOBODY))) for item in items]
    assert not missing
    return drawn


def _weight(raw: dict[str, Any]) -> tuple[int, int]:
    return len(str(raw.get("extra"))), -len(raw["body"])


def _made(agency: Agency, raw: dict[str, Any]) -> Item:
    kept = ("title", "title_breaks", "body", "document_number", "topic", "keywords", "summary", "extra", "formed_on")
    values = {name: raw[name] for name in kept if name in raw} | {"body": sanitise(raw["body"])}
    files = [make_attachment(name="申请表样表.pdf")] if raw["type"] in {"service_guide", "general"} else []
    item = make_item(agency=agency, item_type=raw["type"], edition=values | {"files": files})
    return documents.printable(NOBODY).get(pk=item.pk)


def _edition(item: Item) -> Edition:
    assert item.current_edition is not None
    return item.current_edition


def _seen(item: Item, pdf: bytes) -> str:
    """All pages, without their feet."""
    pages, number = paper.pages(pdf), re.escape(f"索引号{item.index_number}")
    return "".join(re.sub(rf"{number}第{n}页，共{len(pages)}页", "", page) for n, page in enumerate(pages, start=1))


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _record(item: Item) -> Iterator[str]:
    """What the record says, piece by piece in the order of the page."""
    edition = _edition(item)
    yield edition.title
    yield edition.document_number
    yield item.index_number
    fields = [field for field in shown_fields(edition) if field.key not in {"steps"}]
    yield from (str(field.value) for field in fields if not field.is_block and isinstance(field.value, str | int))
    yield edition.summary
    listed = [field for field in fields if field.template.endswith(("lines.html", "contents.html"))]
    others = [field for field in fields if field.is_block and field not in listed and not is_told(field, edition.body)]
    for field in (*listed, *others):
        yield from _words(field.value)
    yield from to_text(sanitise(edition.body)).splitlines()
    for file in files_of(edition.attachments.select_related("attachment"), with_codes=False):
        yield from (file.title, file.address, file.sha256)
    yield edition.digest


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (str(cell) for row in value["rows"] for _label, cell in row)
    elif isinstance(value, list):
        yield from (str(line) for line in value)
    else:
        yield str(value)


def test_every_type_has_a_paper(papers: list[tuple[Item, bytes]]) -> None:
    assert {item.item_type for item, _pdf in papers} == set(ITEM_TYPES)


def test_paper_says_what_the_record_says_in_its_order(papers: list[tuple[Item, bytes]]) -> None:
    for item, pdf in papers:
        read_out = [_seen(item, pdf), *([paper.spoken(pdf)] if item.item_type in SPOKEN else [])]
        for read in read_out:
            at = 0
            for piece in map(_squeezed, _record(item)):
                found = read.find(piece, at)
                assert found >= 0, f"{item.item_type}: {piece!r} is not where it belongs, after {read[:at][-40:]!r}"
                at = found + len(piece)


def test_paper_can_be_read_by_everybody_and_printed_anywhere(papers: list[tuple[Item, bytes]]) -> None:
    for item, pdf in papers:
        fonts, tags = paper.fonts(pdf), paper.tags(pdf)
        assert fonts, item.item_type
        assert all(font.is_embedded and font.has_unicode and "Noto" in font.name for font in fonts), (
            item.item_type,
            fonts,
        )
        assert paper.has_tags(pdf), item.item_type
        assert (tags.count("H1"), tags[:1]) == (1, ["Document"]), item.item_type
        assert paper.language(pdf) == "zh-CN"
        assert paper.title(pdf) == item.title
        assert paper.bookmarks(pdf)[0] == _squeezed(item.title), item.item_type
        assert all(paper.described(pdf)), item.item_type
        assert {frozenset(size) for size in paper.page_sizes(pdf)} == {frozenset({210, 297})}, item.item_type
        assert paper.ink_outside(pdf, EDGE) == [], item.item_type


def test_pages_are_numbered_under_the_index_number(papers: list[tuple[Item, bytes]]) -> None:
    for item, pdf in papers:
        pages = paper.pages(pdf)
        for number, page in enumerate(pages, start=1):
            assert f"第{number}页，共{len(pages)}页" in page, item.item_type
            assert _squeezed(f"索引号 {item.index_number}") in page, item.item_type


def test_code_and_links_open_the_item(papers: list[tuple[Item, bytes]]) -> None:
    for item, pdf in papers:
        address = f"http://testserver{item.get_absolute_url()}"
        codes = paper.codes(pdf)
        assert codes.count(address) == 1, (item.item_type, codes)
        assert address in paper.links(pdf), item.item_type
        assert not [link for link in paper.links(pdf) if not link.startswith(("http", "mailto:", "tel:"))], (
            item.item_type
        )


def test_flow_is_drawn_and_told(papers: list[tuple[Item, bytes]]) -> None:
    for item, pdf in papers:
        if item.item_type == "power":
            told = paper.text(pdf)
            assert "流程图" in paper.described(pdf)
            assert all(told.count(_squeezed(step["name"])) >= 1 for step in _edition(item).extra["steps"])


def test_checklist_fits_one_page_with_all_that_is_to_be_brought(agency: Agency) -> None:
    guides = sorted((one for one in load_items(TODAY) if one["type"] == documents.GUIDE), key=_weight)

    for raw in guides[-2:]:
        item = _made(agency, raw)
        pdf = documents.made(documents.checklist_paper(item, NOBODY))
        extra, said = raw["extra"], paper.text(pdf)
        assert paper.page_count(pdf) == 1, item.title
        assert said.count("□") == len(extra["materials"]) + 2, item.title
        for words in (*(row["name"] for row in extra["materials"]), extra["office"], extra["phone"], "申请表样表.pdf"):
            assert _squeezed(words) in said, (item.title, words)
        assert paper.ink_outside(pdf, 8) == [], item.title


def test_duties_name_leaders_bodies_and_who_answers(agency: Agency) -> None:
    raw = next(one for one in load_items(TODAY) if one["type"] == "duties" and one["extra"].get("commitments"))
    _made(agency, raw)

    pdf = documents.made(documents.duties_paper(agency))

    said = paper.spoken(pdf)
    people = [agency.first_responsible, agency.second_responsible, agency.specific_responsible]
    office = [
        agency.address,
        agency.hours,
        agency.complaint_phone,
        "养老服务股",
        "瑄琦",
        "0399-6612568",
        "党组书记、局长",
    ]
    for words in (*raw["extra"]["duties"], *raw["extra"]["commitments"], "主持全面工作", *people, *office):
        assert _squeezed(words) in said, words
    assert paper.title(pdf) == "澄明县民政局机构职能"
    assert paper.codes(pdf) == [f"http://testserver/agencies/{agency.code}/"]
    assert paper.ink_outside(pdf, EDGE) == []
