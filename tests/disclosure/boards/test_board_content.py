"""What a sheet says of its items: the words for the paper and for its page."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disclosure.board_content import EntryView, contents, numeral
from disclosure.enums import Category, SectionDetail, SectionSpan
from disclosure.models import BoardSheet
from disclosure.services import print_board
from disclosure.services.print_board import Drafted
from govportal.files import store
from govportal.models import Agency, Leader
from govportal.now import now, today
from tests.factories import make_agency, make_item
from tests.factories.boards import make_board, make_keeper, make_plan

pytestmark = pytest.mark.django_db


def entry(*, detail: str = SectionDetail.SUMMARY, agency: Agency | None = None, **values: Any) -> EntryView:
    """The one item of the one section of a draft."""
    edition = {"category": Category.DUTIES, "published_on": today()} | values.pop("edition", {})
    draft = drafted(agency or make_agency(), detail, edition=edition, **values)
    [section] = contents(draft.sheet, draft.items)
    return section.entries[0]


def drafted(agency: Agency, detail: str, **values: Any) -> Drafted:
    make_item(agency=agency, **values)
    board = make_board(agency)
    board.sections.update(detail=detail, span=SectionSpan.ALWAYS)
    return print_board.drafted(board, make_plan(), at=now())


def test_summary_is_that_of_the_edition_or_the_first_sentences() -> None:
    told = "第一句。第二句写得长一些，说明本月办了哪些事，一共花了多少钱，由谁在什么时候办完的。"
    body = f"<h2>标题</h2><p>{told}</p><p>第三句不印，因为前面已经够了。</p>"

    written = entry(edition={"summary": "概述。", "body": body})
    excerpt = entry(edition={"body": body})
    endless = entry(edition={"body": f"<p>{'没有句号' * 60}</p>"})

    assert written.lines == ["概述。"]
    assert excerpt.lines == [told]
    assert endless.lines[0].endswith("……")
    assert len(endless.lines[0]) == 96


def test_title_alone_and_whole_text_with_tables() -> None:
    body = "<p>正文。</p><table><tr><th>户主</th><th>元</th></tr><tr><td>赵玉兰</td><td>60</td></tr></table>"

    bare = entry(detail=SectionDetail.TITLE, edition={"body": body})
    whole = entry(detail=SectionDetail.FULL, edition={"body": body})

    assert bare.lines == []
    assert whole.lines == ["正文。", "户主 元", "赵*兰 60"]


@pytest.mark.parametrize(
    ("item_type", "extra", "lines"),
    [
        (
            "service_guide",
            {"promised_days": 5, "statutory_days": 20, "fee": "不收费", "phone": "0399-6620101"},
            ["时限：5个工作日　收费：不收费　电话：0399-6620101"],
        ),
        (
            "power",
            {"statutory_days": 20, "fee": "无", "office": "法规股"},
            ["时限：20个工作日　收费：无　承办机构：法规股"],
        ),
        ("enforcement", {"party": "赵玉兰", "result": "罚款200元"}, ["行政相对人：赵*兰　决定内容：罚款200元"]),
        ("leader", {"division": "主持全面工作。"}, ["分工：主持全面工作。"]),
        (
            "budget",
            {"hospitality": [{"item": "公务接待费", "budget": "5.00", "actual": "0.84", "reason": "批次减少"}]},
            ["概述。", "“三公”经费（万元）", "项目 预算数 决算数", "公务接待费 5.00 0.84"],
        ),
        ("general", {}, ["概述。"]),
    ],
)
def test_type_prints_what_matters_of_it(item_type: str, extra: dict[str, Any], lines: list[str]) -> None:
    shown = entry(item_type=item_type, edition={"summary": "概述。", "extra": extra})

    assert shown.lines == lines


def test_what_is_told_in_short_is_short_and_says_so() -> None:
    row = {"item": "车", "budget": "1", "actual": "1", "last_year": "1"}
    cases: list[tuple[str, dict[str, Any]]] = [
        ("budget", {"extra": {"hospitality": [row] * 200}}),
        ("budget", {"extra": {"hospitality": [dict.fromkeys(row, "长" * 1000)] * 9}}),
        ("enforcement", {"extra": {"party": "某公司", "result": "长" * 2000}}),
        ("general", {"summary": "长" * 2000}),
    ]
    for item_type, edition in cases:
        lines = entry(item_type=item_type, edition=edition).lines
        assert sum(map(len, lines)) < 700, item_type
        assert lines[-1] == "（全文较长，以下从略，请扫码阅读全文。）", item_type


def test_officials_keep_their_names_and_others_do_not() -> None:
    agency = make_agency(first_responsible="魏知行")
    Leader.objects.create(agency=agency, name="钟砚秋", post="镇长")
    text = "会议由魏知行、钟砚秋、赵玉兰三人参加。"

    shown = entry(agency=agency, edition={"summary": text})
    appointed = entry(item_type="appointment", edition={"summary": text, "extra": {"action": "appoint"}})
    recruited = entry(item_type="appointment", edition={"summary": text, "extra": {"action": "recruit"}})

    assert shown.lines == ["会议由魏知行、钟砚秋、赵*兰三人参加。"]
    assert appointed.lines == [text]
    assert recruited.lines == ["会议由魏*行、钟*秋、赵*兰三人参加。"]


def test_whole_text_says_nothing_twice() -> None:
    people = [{"name": "甘维桢", "post": "县图书馆馆长", "change": "拟任"}]
    table = "<table><tr><th>姓名</th><th>现任</th></tr><tr><td>甘维桢</td><td>县图书馆副馆长</td></tr></table>"
    extra = {"action": "notice", "people": people, "notice_ends_on": "2026-12-08"}
    told = {"title": "任前公示", "body": f"<p>公示至2026年12月8日。</p>{table}", "extra": extra}

    whole = entry(detail=SectionDetail.FULL, item_type="appointment", edition=told)
    bare = entry(detail=SectionDetail.FULL, item_type="appointment", edition=told | {"body": "<p>如下。</p>"})

    assert "".join(whole.lines).count("甘维桢") == 1
    assert not [line for line in whole.lines if "公示截止" in line or "2026-12-08" in line]
    assert "甘维桢 县图书馆馆长 拟任" in bare.lines
    assert any("2026年12月8日" in line for line in bare.lines)


def test_attachments_are_named_as_the_paper_does_not_print_them() -> None:
    agency = make_agency()
    files = [
        store(SimpleUploadedFile("名单，申请人：赵玉兰.csv", "村,户\n柳营村,1\n".encode()), by=make_keeper(agency))
    ]

    shown = entry(agency=agency, edition={"files": files, "summary": "名单见附件。"})
    bare = entry(agency=agency, detail=SectionDetail.TITLE, edition={"files": files})

    assert shown.lines == ["名单见附件。", "附件1个，扫码查看：名单，申请人：赵*兰.csv。"]
    assert bare.lines == []


def test_section_says_when_it_was_updated_and_what_it_lacks() -> None:
    agency = make_agency()
    make_item(agency=agency, edition={"category": Category.DUTIES, "published_on": date(2026, 3, 2)})
    board = make_board(agency, sections=2)
    board.sections.update(span=SectionSpan.ALWAYS)
    draft = print_board.drafted(board, make_plan(), at=now())

    full, empty = contents(draft.sheet, draft.items)

    assert (full.numeral, full.updated_on, full.gap, full.is_single) == ("一", date(2026, 3, 2), "", True)
    assert (empty.entries, empty.updated_on) == ((), None)
    assert "没有新公开的信息。" in empty.gap
    assert "可以申请公开" in empty.gap  # never an empty column: where to ask


def test_contents_take_the_same_queries_for_many_items(django_assert_num_queries: Any) -> None:
    agency = make_agency()
    for _turn in range(3):
        make_item(agency=agency, edition={"category": Category.DUTIES, "published_on": today()})
    draft = print_board.drafted(make_board(agency), make_plan(), at=now())

    with django_assert_num_queries(6):
        contents(draft.sheet, draft.items[:1])
    with django_assert_num_queries(6):
        contents(draft.sheet, draft.items)


def test_sheet_without_number_leads_to_its_board() -> None:
    draft = drafted(make_agency(), SectionDetail.TITLE, edition={"category": Category.OTHER, "published_on": today()})

    [section] = contents(draft.sheet, draft.items)

    assert section.address.endswith(draft.sheet.board.get_absolute_url())
    assert BoardSheet.objects.count() == 0


def test_numerals_count_as_headings_do() -> None:
    assert [numeral(n) for n in (1, 9, 10, 11, 12, 20, 21, 99)] == [
        "一", "九", "十", "十一", "十二", "二十", "二十一", "九十九",
    ]  # fmt: skip
