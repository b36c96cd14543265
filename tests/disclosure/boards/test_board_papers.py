"""Sheets of notice boards on paper: every layout, what overflows, what was taken back, and what a phone reads."""

import re
from collections.abc import Iterable

import pytest
from django.core.management import CommandError, call_command

from disclosure import boards
from disclosure.board_content import contents
from disclosure.board_pages import pieces
from disclosure.enums import Audience, BoardLayout, Category, ItemState, SectionDetail, SectionSpan
from disclosure.models import BoardSheet, Item, NoticeBoard, SheetItem
from disclosure.services import print_board, redact
from disclosure.tasks import render_sheet
from govportal import paper_cache
from govportal.models import Agency
from govportal.now import now, today
from govportal.permissions import Role
from govportal.site import absolute_url
from tests import paper
from tests.factories import make_agency, make_item, make_member
from tests.factories.boards import make_board, make_plan, make_sheet

pytestmark = pytest.mark.django_db

A3, A3_UPRIGHT, A4 = (420, 297), (297, 420), (210, 297)
RARE = "镕堃喆玥珺瑄鑫垚犇骉飍焱淼赟昇祎彧烜皞燚"
TABLE = "<table><tr><th>项目</th><th>金额</th></tr>{}</table>".format("<tr><td>道路</td><td>86.40</td></tr>" * 3)


def board_with(
    *,
    items: int = 1,
    sections: int = 8,
    body: str = "<p>正文一句。</p>",
    detail: str = SectionDetail.SUMMARY,
    **values: object,
) -> NoticeBoard:
    """A board whose sections each print so many items."""
    agency = make_agency(name="澄明县柳林镇人民政府", office="党政综合办公室", address="柳林大街18号")
    board = make_board(agency, sections=sections, **values)
    board.sections.update(detail=detail, span=SectionSpan.ALWAYS, newest=12)
    for category in list(Category)[:sections]:
        fill(agency, category, items, body)
    return board


def fill(agency: Agency, category: str, items: int, body: str) -> None:
    for number in range(1, items + 1):
        title = f"{Category(category).label}第{number}号通知"
        edition = {"category": category, "title": title, "body": body, "published_on": today()}
        make_item(agency=agency, edition=edition)


def rows_of(sheet: BoardSheet) -> list[SheetItem]:
    return list(sheet.items.select_related("item__agency", "edition__item"))


def words_of(sheet: BoardSheet) -> Iterable[str]:
    """Everything a reader of the record would look for on the paper, in its order, in parts no page break parts."""
    for section in contents(sheet, rows_of(sheet)):
        yield section.heading
        for entry in section.entries:
            yield from (entry.title, *(piece for line in entry.lines for piece in pieces(line)), entry.mark, entry.why)


def assert_in_order(words: Iterable[str], text: str) -> None:
    """Whatever stands between them: heads, feet and labels."""
    place = 0
    for word in ("".join(word.split()) for word in words if word.strip()):
        found = text.find(word, place)
        assert found >= 0, f"{word} is not on the paper, or not in its place"
        place = found


def overlaps(pdf: bytes) -> list[str]:
    """Words that stand on other words."""
    found = []
    for page in paper.poppler("pdftotext", pdf, "-bbox").split("<page ")[1:]:
        words = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<', page)
        boxes = [(*map(float, sides), word) for *sides, word in words]
        for left, top, right, bottom, word in boxes:
            # Boxes of lines touch, as their heights are those of the font; half of one is another line.
            over = [
                other
                for x, y, to_x, to_y, other in boxes
                if min(right, to_x) - max(left, x) > 2 and (bottom - top) * 0.6 > abs(y - top) + abs(to_y - bottom) > 0
            ]
            found += [f"{word} on {other}" for other in over]
    return found


@pytest.mark.parametrize(
    ("layout", "sections", "sizes"),
    [
        (BoardLayout.A3_LANDSCAPE, 8, [A3]),
        (BoardLayout.A3_PORTRAIT, 8, [A3_UPRIGHT]),
        (BoardLayout.A4_TILES, 2, [A4] * 2),
        (BoardLayout.POSTER, 2, [A3_UPRIGHT] * 2),
    ],
)
def test_sheet_is_whole_in_every_layout(layout: str, sections: int, sizes: list[tuple[int, int]]) -> None:
    sheet = make_sheet(board_with(items=2, sections=sections, layout=layout))

    pdf = boards.sheet_pdf(sheet)

    assert paper.page_sizes(pdf) == sizes
    assert all(font.is_embedded and font.has_unicode for font in paper.fonts(pdf))
    assert paper.has_tags(pdf)
    assert paper.language(pdf) == "zh-CN"
    assert "柳林镇人民政府政务公开栏" in "".join(paper.title(pdf).split())
    assert len(paper.bookmarks(pdf)) == sections + 1
    assert all(paper.described(pdf))
    assert paper.ink_outside(pdf, 9) == []
    assert overlaps(pdf) == []
    text = paper.text(pdf)
    assert_in_order(words_of(sheet), text)
    for said in ("0399-6620188", sheet.digest[:16], sheet.log_head[:32], f"{sheet.serial}第1张，共{len(sizes)}张"):
        assert said in text
    if layout in (BoardLayout.A3_PORTRAIT, BoardLayout.POSTER):
        return  # to read their codes takes seconds, and they are set like those of the others
    addresses = [absolute_url(row.item.get_absolute_url()) for row in rows_of(sheet)]
    page = absolute_url(sheet.get_absolute_url())
    assert set(paper.codes(pdf)) == {page, *addresses, *(f"{page}#s{number}" for number in range(1, sections + 1))}


def test_section_with_a_single_item_leads_to_it() -> None:
    sheet = make_sheet(board_with(sections=1))
    [row] = rows_of(sheet)

    pdf = boards.sheet_pdf(sheet)

    item = absolute_url(row.item.get_absolute_url())
    assert sorted(paper.codes(pdf)) == sorted([item, absolute_url(sheet.get_absolute_url())])


@pytest.mark.parametrize("layout", [BoardLayout.A3_LANDSCAPE, BoardLayout.A3_PORTRAIT])
def test_any_number_of_sections_fills_the_sheet(layout: str) -> None:
    sheets = [make_sheet(board_with(sections=number, layout=layout)) for number in (1, 2, 3, 5, 7)]

    pdf = boards.bundle_pdf(sheets, title="公开栏")

    texts = paper.pages(pdf)
    assert len(texts) == len(sheets)
    for sheet, text in zip(sheets, texts, strict=True):
        assert_in_order(words_of(sheet), text)
    assert paper.ink_outside(pdf, 9) == []
    assert overlaps(pdf) == []


@pytest.mark.parametrize(("sentences", "least", "most"), [(2, 1, 1), (14, 2, 2), (90, 2, 6)])
def test_what_does_not_fit_goes_on_and_nothing_is_lost(sentences: int, least: int, most: int) -> None:
    board = board_with()
    long = "".join(f"<p>第{n:03}句写明柳林镇本月办理的事项。第{n:03}句到此结束。</p>" for n in range(sentences))
    fill(board.agency, Category.DUTIES, 1, long + TABLE)
    board.sections.filter(category=Category.DUTIES).update(detail=SectionDetail.FULL)
    sheet = make_sheet(board)

    pdf = boards.sheet_pdf(sheet)

    text = paper.text(pdf)
    pages = paper.page_count(pdf)
    assert least <= pages <= most
    assert [text.count(f"第{n:03}句到此结束") for n in range(sentences)] == [1] * sentences
    assert text.count("接下页") == text.count("接上页") >= (pages > 1)
    assert f"第{pages}张，共{pages}张" in text
    assert paper.ink_outside(pdf, 9) == []
    assert overlaps(pdf) == []


def test_tile_is_followed_by_what_goes_on_from_it() -> None:
    board = board_with(sections=2, layout=BoardLayout.A4_TILES)
    board.sections.update(detail=SectionDetail.FULL)
    fill(board.agency, Category.DUTIES, 1, "".join(f"<p>第{n:03}句写明本月办理的事项。</p>" for n in range(90)))

    pages = paper.pages(boards.sheet_pdf(make_sheet(board)))

    assert ["职能职责" in page for page in pages] == [True] * (len(pages) - 1) + [False]
    assert len(pages) > 2
    assert "接上页" in pages[1]


def test_very_long_text_says_that_it_is_cut() -> None:
    board = board_with(sections=1, body=f"<p>{'柳林镇公开文字，' * 500}</p>", detail=SectionDetail.FULL)

    text = paper.text(boards.sheet_pdf(make_sheet(board)))

    assert text.count("以下从略，请扫码阅读全文") == 1
    assert 2_000 < text.count("柳林镇公开文字") * 8 <= 3_000


def test_nothing_is_left_of_what_may_be_read_no_longer() -> None:
    secret = "只有旧文里才有的话"
    board = board_with(sections=3, body=f"<p>{secret}。</p>")
    sheet = make_sheet(board)
    withdrawn, redacted, _kept = rows_of(sheet)
    assert paper.text(boards.sheet_pdf(sheet)).count(secret) == 3

    Item.objects.filter(pk=withdrawn.item_id).update(state=ItemState.WITHDRAWN)
    approver = make_member(Role.APPROVER, board.agency)
    words = {
        "ground": "误公开",
        "basis": "个人信息保护法第四十七条",
        "explanation": "应当事人要求。",
        "new_title": "已删",
    }
    redact.redact(redacted.edition_id, actor=approver, asked_by=withdrawn.item.created_by, at=now(), **words)

    text = paper.text(boards.sheet_pdf(BoardSheet.objects.get(pk=sheet.pk)))
    assert text.count(secret) == 1
    assert f"{withdrawn.item.title}本条已撤回，请撤下本张。" in text
    assert "已删内容已依法删除，请撤下本张。" in text
    assert redacted.item.title not in text


def test_of_what_is_not_public_not_even_the_title_is_printed() -> None:
    draft = print_board.drafted(board_with(sections=1), make_plan(), at=now())
    inside = make_item(agency=draft.sheet.board.agency, audience=Audience.INTERNAL, edition={"title": "内部事项"})
    row = SheetItem(section=0, position=1, item=inside, edition=inside.current_edition, digest="a" * 64)

    text = paper.text(boards.draft_pdf(draft.sheet, [*draft.items, row]))

    assert "本条已不再公开，请撤下本张。" in text
    for word in ("内部事项", inside.index_number, inside.slug, "a" * 12):
        assert word not in text


def test_rare_characters_of_names_have_a_form() -> None:
    board = board_with(sections=1, body=f"<p>{'、'.join(f'王{sign}' for sign in RARE)}</p>")
    board.sections.update(masks_names=False, detail=SectionDetail.FULL)

    with paper.missing_glyphs() as missing:
        text = paper.text(boards.sheet_pdf(make_sheet(board)))

    assert missing == []
    assert [sign for sign in RARE if f"王{sign}" not in text] == []


def test_masked_names_are_on_no_paper_and_the_foot_says_so() -> None:
    table = "<table><tr><th>户主</th><th>电话</th></tr><tr><td>赵玉兰</td><td>13800138000</td></tr></table>"
    sheet = make_sheet(board_with(sections=1, body=table, detail=SectionDetail.FULL))

    text = paper.text(boards.sheet_pdf(sheet))

    assert "赵*兰138****8000" in text
    assert "姓名、证件号码已部分隐去" in text
    assert "赵玉兰" not in text


def test_extreme_words_of_a_board_stay_within_the_page() -> None:
    board = board_with(sections=8, name="柳" * 60)
    agency = {"office": "办" * 80, "address": "路" * 150, "hours": "时" * 120, "phone": "1" * 40}
    Agency.objects.filter(pk=board.agency_id).update(name="镇" * 120, **agency)
    board.sections.update(heading="栏" * 20, responsible="责" * 60, basis="据" * 60)

    pdf = boards.sheet_pdf(make_sheet(NoticeBoard.objects.get(pk=board.pk)))

    assert paper.ink_outside(pdf, 9) == []
    assert overlaps(pdf) == []
    assert paper.text(pdf).count("据" * 60) >= 8


def test_preview_has_no_number_and_says_so() -> None:
    draft = print_board.drafted(board_with(), make_plan(), at=now())

    text = paper.text(boards.draft_pdf(draft.sheet, draft.items))

    assert "预览，未编号" in text


def test_preview_of_a_board_without_sections_is_an_empty_sheet() -> None:
    draft = print_board.drafted(make_board(sections=0), make_plan(), at=now())

    assert paper.page_count(boards.draft_pdf(draft.sheet, draft.items)) == 1


def test_bundle_keeps_the_size_and_the_bookmark_of_each_sheet() -> None:
    sheets = [
        make_sheet(board_with(sections=1, layout=layout)) for layout in (BoardLayout.A3_LANDSCAPE, BoardLayout.A4_TILES)
    ]

    pdf = boards.bundle_pdf(sheets, title="公开栏汇编")

    assert paper.title(pdf) == "公开栏汇编"
    assert paper.page_sizes(pdf) == [A3, A4]
    assert [mark for mark in paper.bookmarks(pdf) if "政务公开栏" in mark] == [
        f"政务公开栏{sheet.serial}" for sheet in sheets
    ]


def test_sheet_is_laid_out_once_and_again_when_it_says_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = make_sheet(board_with(sections=1))
    render_sheet(sheet.pk)
    first = boards.sheet_pdf(sheet)
    made: list[object] = []
    monkeypatch.setattr(boards, "_flowed", made.append)

    assert boards.sheet_pdf(BoardSheet.objects.get(pk=sheet.pk)) == first
    assert made == []
    paper_cache.clear()
    with pytest.raises(AttributeError):
        boards.sheet_pdf(sheet)


def test_command_writes_the_latest_sheet_or_says_what_is_missing(tmp_path: object) -> None:
    board = board_with(sections=1)
    out = f"{tmp_path}/sheet.pdf"

    with pytest.raises(CommandError, match="No sheet of board"):
        call_command("board_sheet", board.code, "--out", out)
    with pytest.raises(CommandError, match="There is no board"):
        call_command("board_sheet", "NONE", "--out", out)
    call_command("board_sheet", str(board.pk), "--out", out, "--preview")
    sheet = make_sheet(board)
    call_command("board_sheet", board.code, "--out", out)

    with open(out, "rb") as file:
        assert sheet.serial in paper.text(file.read())
