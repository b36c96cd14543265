"""How the papers are set: where pages end, what tables repeat, and that no character is an empty box."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser

from disclosure import documents
from disclosure.document_parts import title_size
from disclosure.models import Item
from govportal.models import Leader
from tests import paper
from tests.factories import make_agency, make_item

pytestmark = pytest.mark.django_db

RARE = "镕堃喆玥珺瑄鑫垚犇骉飍焱淼赟昇祎彧烜皞燚"
HEADING = re.compile(r"第\d+节小标题")


@pytest.mark.parametrize(
    ("length", "size"), [(10, ""), (22, ""), (23, "smaller"), (25, "smallest"), (26, ""), (45, "smaller"), (48, "")]
)
def test_title_leaves_no_stray_end(length: int, size: str) -> None:
    assert title_size("题" * length) == size


def drawn(item: Item) -> bytes:
    found = documents.printable(AnonymousUser()).get(pk=item.pk)
    return documents.made(documents.item_paper(found, AnonymousUser()))


def test_no_heading_stands_alone_at_the_foot_of_a_page() -> None:
    # A line more in every section: sooner or later each place on the page is that of a heading.
    sections = (f"<h2>第{n}节小标题</h2>" + "<p>一行正文。</p>" * (1 + n % 9) for n in range(60))
    pdf = drawn(make_item(item_type="proposal_reply", edition={"title": "通知", "body": "".join(sections)}))

    pages = [re.sub(r"索引号T/[\d-]+第\d+页，共\d+页$", "", page) for page in paper.pages(pdf)]
    lines = {len(re.findall("一行正文。|小标题", page)) for page in pages[1:-1]}

    assert len(pages) > 10
    assert not [page[-20:] for page in pages if HEADING.search(page) and HEADING.split(page)[-1] == ""]
    assert len(lines) > 1, "no page ends early, so no heading would have stood at a foot"


def test_table_over_three_pages_repeats_its_head_and_cuts_no_row() -> None:
    rows = "".join(f"<tr><td>第{n}户</td><td>上行{n}<br>下行{n}</td></tr>" for n in range(1, 91))
    head = "<caption>补贴名单</caption><thead><tr><th>户别</th><th>情况</th></tr></thead>"
    table = f"<table>{head}<tbody>{rows}</tbody></table>"

    pages = paper.pages(drawn(make_item(edition={"body": table})))

    with_rows = [page for page in pages if "户上行" in page]
    assert len(with_rows) >= 3
    assert all(page.count("户别情况") == 1 for page in with_rows)
    assert all(page.count("上行") == page.count("下行") for page in with_rows)


def test_rare_characters_of_names_have_a_form() -> None:
    agency = make_agency(name=f"{RARE[:6]}局")
    Leader.objects.create(agency=agency, name=RARE, post=f"{RARE}主任", division=RARE)
    item = make_item(agency=agency, edition={"title": f"关于{RARE}的任命", "body": f"<h2>{RARE}</h2><p>{RARE}</p>"})

    with paper.missing_glyphs() as missing:
        pdfs = [drawn(item), documents.made(documents.duties_paper(agency))]

    assert missing == []
    assert [paper.text(pdf).count(RARE) for pdf in pdfs] == [3, 3]
    assert all("Noto" in font.name for pdf in pdfs for font in paper.fonts(pdf))


def test_no_long_word_among_the_facts_squeezes_the_others() -> None:
    extra = {"kind": "score", "period": "2026" * 16, "digest": "0a1b2c3d" * 8}
    edition = {"title": "考核结果", "body": "<p>正文</p>", "extra": extra}
    pdf = drawn(make_item(item_type="evaluation_result", edition=edition))

    lines = [" ".join(line.split()) for line in paper.poppler("pdftotext", pdf, "-layout").splitlines()]

    for whole in ("信息类型 考核评议结果", "公开方式 主动公开，全社会", " ".join(["0a1b2c3d"] * 8)):
        assert [line for line in lines if whole in line], f"{whole} is broken: {lines}"


def test_columns_without_end_stay_on_the_sheet() -> None:
    wide = "<table><tr>" + "<td>12345.67</td>" * 40 + "</tr></table><p>" + "x" * 500 + "</p>"

    pdf = drawn(make_item(edition={"body": f"<p>前</p>{wide}<p>后</p>"}))

    assert paper.ink_outside(pdf, 12) == []
    assert paper.page_sizes(pdf) == [(210, 297), (297, 210), (210, 297)]
    assert paper.text(pdf).count("12345.67") == 40
