"""公开栏 in the admin: composed, previewed, issued, posted with a photo, and marked when the portal says otherwise."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client
from django.urls import reverse
from PIL import Image

from disclosure.board_selection import Period
from disclosure.enums import Audience, Category, ItemState, SectionSource, SheetState
from disclosure.forms import boards
from disclosure.forms.board_sections import section_rows
from disclosure.models import BoardSheet, Item, NoticeBoard
from disclosure.services import print_board
from govportal import access
from govportal.calendar import load_calendar
from govportal.contributions import Visit, staff_queues
from govportal.models import Attachment, AuditEvent, User
from govportal.now import now, today
from govportal.permissions import Permission, Role
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_edition, make_item, make_member
from tests.factories.boards import make_board, make_keeper, make_photo, make_plan, make_sheet
from tests.markup import faults

pytestmark = pytest.mark.django_db

ADD = "/admin/disclosure/noticeboard/add/"


def picture(kind: str = "JPEG", name: str = "IMG_0017.jpg", colour: str = "#c00d17") -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(made, kind)
    return SimpleUploadedFile(name, made.getvalue())


class Town:
    """An agency with an item of this month and one of the last, the person who keeps its boards, and the county's."""

    def __init__(self) -> None:
        self.county = make_agency(code="county", name="县政府")
        self.agency = make_agency(code="hdz", name="河东镇人民政府", short_name="河东镇", parent=self.county)
        self.keeper = make_keeper(self.agency)
        self.administrator = make_member(Role.ADMINISTRATOR, self.county)

    def item(self, title: str, category: Category = Category.DUTIES, **values: Any) -> Item:
        edition = {"title": title, "category": category, "published_on": today()} | values
        return make_item(agency=self.agency, edition=edition)


@pytest.fixture
def town() -> Town:
    return Town()


def page(row: models.Model) -> str:
    return reverse(f"admin:disclosure_{row._meta.model_name}_change", args=[row.pk])


def verb(row: models.Model, name: str) -> str:
    return reverse(f"admin:disclosure_{row._meta.model_name}_verb", args=[row.pk, name])


def as_shown(response: Any) -> dict[str, Any]:
    """What a browser would send if nothing were changed on the page."""
    context = response.context
    values: dict[str, Any] = {}
    for form in (context["form"], context["rows"].management_form, *context["rows"].forms):
        for field in form:
            value = field.value()
            if value is not None and value is not False and not isinstance(value, SimpleUploadedFile):
                values[field.html_name] = "on" if value is True else field.field.prepare_value(value)
    return values


def filled(response: Any, agency: Any, **values: Any) -> dict[str, Any]:
    board = {"agency": agency.pk, "code": "HDZ", "name": "政务公开栏", "place": "镇政府大门右侧"}
    return as_shown(response) | board | values


def sections_of(board: NoticeBoard) -> list[str]:
    return list(board.sections.values_list("heading", flat=True))


# --- compose -------------------------------------------------------------------------------------------------------


def test_new_board_comes_with_the_eight_categories(town: Town) -> None:
    client = signed_in(town.keeper)
    shown = client.get(ADD)

    response = client.post(ADD, filled(shown, town.agency, photo=picture(), _save="1"))

    board = NoticeBoard.objects.get()
    assert response.headers["Location"] == page(board)
    assert sections_of(board) == [str(category.label) for category in Category]
    assert board.photo and board.photo.suffix == ".jpg"
    assert AuditEvent.objects.filter(action="noticeboard.set_up", agency_code="hdz").count() == 1
    assert faults(text_of(client.get(page(board)))) == []


def test_impossible_number_of_rows_deletes_no_section(town: Town) -> None:
    board = make_board(town.agency, sections=3)
    client = signed_in(town.keeper)

    for total in ("-1", "100000", "x", ""):
        sent = as_shown(client.get(page(board))) | {"sections-TOTAL_FORMS": total}
        assert client.post(page(board), sent).status_code == 200, total
        assert len(sections_of(board)) == 3, total


def test_empty_photo_is_one_fault(town: Town) -> None:
    client = signed_in(town.keeper)
    sent = filled(client.get(ADD), town.agency, photo=SimpleUploadedFile("IMG_0017.jpg", b""))

    assert [str(fault.words) for fault in client.post(ADD, sent).context["faults"]] == ["文件是空的。"]


def test_page_without_a_change_writes_nothing(town: Town) -> None:
    board = make_board(town.agency, sections=3)
    client = signed_in(town.keeper)

    response = client.post(page(board), as_shown(client.get(page(board))) | {"_preview": "1"})

    assert response.headers["Location"].endswith("/preview/")
    assert not AuditEvent.objects.filter(action__startswith="noticeboard").exists()


def test_sections_are_ordered_removed_and_added_without_a_script(town: Town) -> None:
    board = make_board(town.agency, sections=3)
    item = town.item("招聘公示")
    client = signed_in(town.keeper)
    shown = client.post(page(board), as_shown(client.get(page(board))) | {"add_rows": "sections"})
    assert shown.status_code == 200 and len(shown.context["rows"].forms) == 3 + 2 + 3
    added = {
        "sections-3-heading": "公示", "sections-3-position": "5", "sections-3-source": SectionSource.PICKED,
        "sections-3-picked": f"{item.index_number} {item.title}\nhttps://x.example{item.get_absolute_url()}",
        "sections-3-hidden_names": "沈某某\n\n沈某某", "sections-3-agency": "河东镇", "sections-0-remove": "on",
    }  # fmt: skip

    twice = client.post(page(board), as_shown(shown) | added)
    added["sections-3-picked"] = item.get_absolute_url()
    response = client.post(page(board), as_shown(shown) | added)

    assert [fault.words for fault in twice.context["faults"]] == ["栏目“公示”：有的信息选了两次。"]
    assert response.status_code == 302
    headings = [str(category.label) for category in Category]
    assert sections_of(board) == ["公示", *headings[1:3]]
    section = board.sections.get(heading="公示")
    assert [one.item for one in section.picked.all()] == [item]
    assert (section.hidden_names, section.agency) == (["沈某某"], town.agency)
    trail = AuditEvent.objects.get(action="noticeboard.compose")
    assert "沈某某" not in f"{trail.before}{trail.after}" and trail.after["sections"][0]["hidden_names"] == 1


def test_item_is_picked_by_its_number_its_address_or_the_end_of_it(town: Town) -> None:
    item = town.item("招聘公示")

    for typed in (
        item.index_number,
        f"{item.index_number} 招聘公示",
        item.slug,
        f"https://x.example/items/{item.slug}/",
    ):
        row = section_rows(
            {
                "sections-TOTAL_FORMS": "1",
                "sections-INITIAL_FORMS": "0",
                "sections-0-heading": "公示",
                "sections-0-source": "picked",
                "sections-0-picked": typed,
            },
            (),
            is_checked=True,
        ).forms[0]
        assert not row.errors.get("picked") and row.items == [item], typed


def test_faults_are_said_on_top_and_nothing_typed_is_lost(town: Town) -> None:
    client = signed_in(town.keeper)
    withdrawn = town.item("已撤回的")
    Item.objects.filter(pk=withdrawn.pk).update(state=ItemState.WITHDRAWN)
    inside = make_item(agency=town.agency, audience=Audience.INTERNAL, edition={"title": "内部的"})
    wrong = {
        "code": "河东", "place": "", "width_mm": "9", "photo": picture("GIF", "a.gif"),
        "sections-0-heading": "", "sections-1-newest": "99", "sections-2-agency": "没有这个单位",
        "sections-3-picked": inside.index_number, "sections-3-source": "picked", "sections-4-category": "nonsense",
        "sections-5-hidden_names": "长" * 50, "sections-6-heading": "人\x00事", "keeper": "陈\x00",
    }  # fmt: skip

    shown = text_of(client.post(ADD, filled(client.get(ADD), town.agency, **wrong)))

    for words in ("代号只能用", "这里只接受", "没有找到“没有这个单位”", f"没有找到“{inside.index_number}”", "不像姓名"):
        assert words in shown, words
    assert "错误：" in shown and "内部的" not in shown
    assert 'value="河东"' in shown and 'value="没有这个单位"' in shown and inside.index_number in shown
    assert not NoticeBoard.objects.exists() and faults(shown) == []


def test_section_is_closed_and_told_in_a_line_until_something_in_it_is_wrong(town: Town) -> None:
    board = make_board(town.agency, sections=2)
    item = town.item("招聘公示")
    client = signed_in(town.keeper)
    shown = client.get(page(board))
    first = [row.told for row in shown.context["rows"].forms]
    wrong = {"sections-0-newest": "x", "sections-1-source": "picked", "sections-1-picked": f"{item.index_number}\n\n"}

    refused = client.post(page(board), as_shown(shown) | wrong)
    more = client.post(page(board), as_shown(shown) | {"add_rows": "sections"})

    assert first[0] == f"{Category.DUTIES.label}，本期公开的，最多 3 条，标题和摘要"
    assert 'class="section-fields" open' not in text_of(shown)
    assert text_of(refused).count('class="section-fields" open') == 1
    assert [row.is_open for row in refused.context["rows"].forms] == [True, False, False, False]
    assert refused.context["rows"].forms[1].told.startswith("手工选定，1 条")
    assert [row.is_open for row in more.context["rows"].forms] == [False] * 2 + [True] * 5


def test_photo_that_came_with_a_faulty_form_need_not_be_sent_again(town: Town) -> None:
    client = signed_in(town.keeper)
    refused = client.post(ADD, filled(client.get(ADD), town.agency, place="", photo=picture("PNG", "a.png")))
    again = as_shown(refused) | {"place": "镇政府大门右侧"}

    assert "已收到新的照片" in text_of(refused)
    foreign = signed_in(make_keeper(town.agency)).post(ADD, again | {"code": "OTHER"})
    client.post(ADD, again)

    assert foreign.status_code == 302
    assert NoticeBoard.objects.get(code="HDZ").photo and not NoticeBoard.objects.get(code="OTHER").photo


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("a.jpg", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"),
        SimpleUploadedFile("a.jpg", b"\xff\xd8\xff\xe0 no picture"),
        SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        SimpleUploadedFile("a.jpg", b""),
        picture("PNG", "a.jpg"),
    ],
    ids=["PDF", "broken", "SVG", "empty", "other kind"],
)
def test_what_is_no_photo_is_refused_with_words(town: Town, upload: SimpleUploadedFile) -> None:
    client = signed_in(town.keeper)

    response = client.post(ADD, filled(client.get(ADD), town.agency, photo=upload))

    assert response.status_code == 200 and response.context["form"].errors["photo"]
    assert not Attachment.objects.exists()


def test_what_somebody_else_saved_is_not_written_over_unseen(town: Town) -> None:
    board = make_board(town.agency, sections=1)
    client = signed_in(town.keeper)
    mine = as_shown(client.get(page(board))) | {"place": "我改的地点"}
    signed_in(town.administrator).post(page(board), as_shown(client.get(page(board))) | {"place": "别人改的地点"})

    refused = client.post(page(board), mine)
    board.refresh_from_db()
    kept = board.place
    response = client.post(page(board), as_shown(refused))

    board.refresh_from_db()
    assert "别人修改过这个公开栏" in text_of(refused) and kept == "别人改的地点"
    assert response.status_code == 302 and board.place == "我改的地点"


def test_board_is_nobody_elses(town: Town) -> None:
    board = make_board(town.agency)
    stranger = signed_in(make_keeper(make_agency()))

    for method in (stranger.get, stranger.post):
        assert method(page(board)).status_code == 302  # the list says that there is no such row
    assert stranger.post(verb(board, "issue")).status_code == 404
    values = filled(stranger.get(ADD), town.agency)
    assert stranger.post(ADD, values).context["form"].errors["agency"]
    assert board.place not in text_of(stranger.get("/admin/disclosure/noticeboard/"))


# --- preview and issue ---------------------------------------------------------------------------------------------


def test_facts_beside_a_section_say_what_it_would_print(town: Town) -> None:
    board = make_board(town.agency, sections=2)
    board.sections.update(span="always")
    town.item("机构职能表", body="<p>申请人：沈明远。</p>")

    shown = text_of(signed_in(town.keeper).get(page(board)))

    assert "今天会刊登" in shown and "机构职能表" in shown
    assert "没有新公开的信息" in shown


def test_preview_shows_pdf_and_words_of_what_is_public_alone(town: Town) -> None:
    board = make_board(town.agency, sections=2)
    town.item("机构职能表")
    make_edition(town.item("旧标题"), is_published=False, title="还没有公开的标题")
    client = signed_in(town.keeper)
    address = reverse("admin:disclosure_noticeboard_preview", args=[board.pk])
    days = f"?period_start={today()}&period_end={today()}"

    shown = client.get(address + days)
    pdf = client.get(shown.context["pdf"])

    assert "机构职能表" in text_of(shown) and "还没有公开的标题" not in text_of(shown)
    for warned in (shown, client.get(verb(board, "issue") + days)):
        assert text_of(warned).count("没有内容，会印") == 1 and "制作以前请核对" in text_of(warned)
    assert faults(text_of(shown)) == [] and "frame-src 'self'" in shown.headers["Content-Security-Policy"]
    assert pdf.headers["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")
    assert "frame-ancestors 'self'" in pdf.headers["Content-Security-Policy"]
    assert pdf.headers["Cache-Control"].startswith("private, no-store")


@pytest.mark.parametrize(
    ("day", "month", "quarter", "half"),
    [
        (date(2026, 11, 30), date(2026, 10, 1), date(2026, 7, 1), date(2026, 1, 1)),
        (date(2026, 1, 31), date(2025, 12, 1), date(2025, 10, 1), date(2025, 7, 1)),
        (date(2028, 3, 1), date(2028, 2, 1), date(2027, 10, 1), date(2027, 7, 1)),
    ],
)
def test_usual_periods_are_whole_and_never_of_days_to_come(day: date, month: date, quarter: date, half: date) -> None:
    before = boards.last_month(day), boards.last_quarter(day), boards.last_half_year(day)

    assert [period.start for period in before] == [month, quarter, half]
    assert all(period.end < day and (period.end + timedelta(1)).day == 1 for period in before)
    assert boards.this_month(day) == Period(day.replace(day=1), day)


def test_every_usual_period_can_be_previewed_and_issued(town: Town) -> None:
    board = make_board(town.agency)
    item = town.item("机构职能表")
    client = signed_in(town.keeper)

    for address in (reverse("admin:disclosure_noticeboard_preview", args=[board.pk]), verb(board, "issue")):
        shown = client.get(address)
        assert [words for words, _days in shown.context["periods"]] == ["本月", "上个月", "上季度", "上个半年"]
    days = shown.context["periods"][0][1]
    client.post(verb(board, "issue"), days)

    assert BoardSheet.objects.get().items.get().item == item


def test_days_nobody_can_mean_are_refused_with_words(town: Town) -> None:
    board = make_board(town.agency)
    town.item("机构职能表")
    client = signed_in(town.keeper)
    address, draft = (reverse(f"admin:disclosure_noticeboard_{name}", args=[board.pk]) for name in ("preview", "draft"))
    for days in ("period_start=x", "period_start=9999-99-99", "post_until=%00", "period_end=0001-01-01"):
        assert client.get(f"{address}?{days}").status_code == 200
        assert client.get(f"{draft}?{days}").status_code == 404

    wrong = {"period_start": "2026-02-30", "period_end": "", "post_from": today(), "post_until": today()}
    reverse_days = {
        "period_start": today(),
        "period_end": today() - timedelta(9),
        "post_from": today(),
        "post_until": "2020-01-01",
    }
    for values in (wrong, reverse_days):
        response = client.post(verb(board, "issue"), values)
        assert response.status_code == 200 and response.context["form"].errors
    assert "张贴截止日期已经过去" in text_of(response)
    assert not BoardSheet.objects.exists()


# --- the journey ---------------------------------------------------------------------------------------------------


def issue(client: Client, board: NoticeBoard) -> BoardSheet:
    days = {"period_start": today() - timedelta(30), "period_end": today(), "post_from": today()}
    client.post(verb(board, "issue"), days | {"post_until": today() + timedelta(30)})
    return BoardSheet.objects.get()


def test_sheet_is_issued_once_printed_posted_marked_and_taken_down(town: Town) -> None:
    board = make_board(town.agency, sections=2)
    item = town.item("机构职能表")
    client = signed_in(town.keeper)
    issue(client, board)
    sheet = issue(client, board)
    pdf = client.get(reverse("admin:disclosure_boardsheet_pdf", args=[sheet.pk]))
    no_photo = client.post(verb(sheet, "post"), {"on": today()})
    wrong_day = client.post(verb(sheet, "post"), {"on": today() + timedelta(3), "photo": picture()})
    ref = wrong_day.context["form"]["photo_ref"].value()
    client.post(verb(sheet, "post"), {"on": today(), "photo_ref": ref})
    before = text_of(client.get(page(sheet)))
    make_edition(item, title="机构职能表（修订）", category=Category.DUTIES)
    after = client.get(page(sheet))
    client.post(verb(sheet, "remove"), {"on": today()})

    assert pdf.content.startswith(b"%PDF-")
    assert "须上传张贴后的照片" in text_of(no_photo) and "照片已收到" in text_of(wrong_day)
    assert "需重印" not in before and "张贴照片" in before
    assert [section.needs_reprint for section in after.context["sections"]] == [True, False]
    assert "张贴的是第 1 版，现在是第 2 版" in text_of(after)
    for address in (item.get_absolute_url(), reverse("item_diff", args=[item.slug, 2])):
        assert f'href="{address}"' in text_of(after) and signed_in(town.keeper).get(address).status_code == 200
    assert after.context["title"] == f"{sheet.serial}　{board}"
    assert [fault for fault in faults(text_of(after)) if not fault.startswith("h3")] == []
    sheet.refresh_from_db()
    assert (sheet.state, sheet.posted_by, sheet.removed_by) == (SheetState.REMOVED, town.keeper, town.keeper)
    assert sheet.photo and sheet.photo.name == f"{sheet.serial}.jpg"
    assert client.get(reverse("admin:disclosure_boardsheet_photo", args=[sheet.pk])).status_code == 200


def test_posting_asks_about_each_sheet_that_still_hangs_and_takes_no_photo_twice(town: Town) -> None:
    town.item("机构职能表")
    board = make_board(town.agency)
    old, kept, new = (make_sheet(board, actor=town.keeper, plan=make_plan(days=days)) for days in (20, 21, 22))
    client = signed_in(town.keeper)
    assert "同时登记撤下" not in text_of(client.get(verb(old, "post")))
    client.post(verb(old, "post"), {"on": today(), "photo": picture()})
    print_board.post(kept.pk, on=today(), photo=make_photo(town.keeper), actor=town.keeper, at=now())

    asked = client.get(verb(new, "post"))
    twice = client.post(verb(new, "post"), {"on": today(), "photo": picture(), "taking_down": [old.pk]})
    values = {"on": today(), "photo": picture(colour="#123456"), "taking_down": [old.pk]}
    for wrong in ("x", "\x00", new.pk, 10**30):
        assert client.post(verb(new, "post"), values | {"taking_down": [wrong]}).status_code == 200, wrong
    client.post(verb(new, "post"), values | {"photo": picture(colour="#123456")})

    assert [f"{sheet.serial}（{today()}张贴）" in text_of(asked) for sheet in (old, kept, new)] == [True, True, False]
    assert twice.context["form"].errors["photo"] == [
        f"这张照片已经是 {old.serial} 的张贴凭证，请拍下这一张张贴后的样子。"
    ]
    assert "照片已收到" not in text_of(twice) and f'value="{old.pk}" id="id_taking_down_0" checked' in text_of(twice)
    states = list(BoardSheet.objects.order_by("pk").values_list("state", flat=True))
    assert states == [SheetState.REMOVED, SheetState.POSTED, SheetState.POSTED]


def test_cancelled_sheet_is_not_printed_again_and_says_why_nothing_can_be_done(town: Town) -> None:
    board = make_board(town.agency)
    town.item("机构职能表")
    sheet = make_sheet(board)
    client = signed_in(town.keeper)

    empty = client.post(verb(sheet, "cancel"), {"reason": " "})
    client.post(verb(sheet, "cancel"), {"reason": "排版有误"})

    assert empty.status_code == 200 and empty.context["form"].errors
    assert client.get(reverse("admin:disclosure_boardsheet_pdf", args=[sheet.pk])).status_code == 404
    assert "不能登记张贴" in text_of(client.get(verb(sheet, "post")))
    assert client.post(verb(sheet, "post"), {"on": today(), "photo": picture()}).status_code == 200
    sheet.refresh_from_db()
    assert (sheet.state, sheet.cancel_reason) == (SheetState.CANCELLED, "排版有误")


def test_lists_say_what_hangs_and_what_is_to_do(town: Town, django_assert_max_num_queries: Any) -> None:
    client = signed_in(town.keeper)
    for number in range(3):
        item = town.item(f"机构职能表{number}")
        sheet = make_sheet(make_board(town.agency, sections=1))
    print_board.post(sheet.pk, on=today(), photo=make_photo(town.keeper), actor=town.keeper, at=now())
    make_edition(item, title="机构职能表（修订）", category=Category.DUTIES)

    with django_assert_max_num_queries(13):
        listed = text_of(client.get("/admin/disclosure/noticeboard/"))
    with django_assert_max_num_queries(13):
        sheets = text_of(client.get("/admin/disclosure/boardsheet/"))

    assert sheet.serial in listed and "张贴中" in listed and listed.count("需重印") >= 1
    assert sheet.serial in sheets
    for queue, count in (("reprint", 1), ("post", 2), ("remove", 0)):
        found = client.get(f"/admin/disclosure/boardsheet/?queue={queue}")
        assert found.context["cl"].result_count == count, queue


def test_queues_of_boards_cost_one_statement_and_are_for_those_who_keep_them(
    town: Town, django_assert_num_queries: Any
) -> None:
    item = town.item("机构职能表")
    make_sheet(make_board(town.agency))
    make_edition(item, category=Category.DUTIES)
    queues = [queue for queue in staff_queues.all() if queue.key.startswith("board-")]
    visits = {name: Visit(user, now(), load_calendar) for name, user in vars(town).items() if isinstance(user, User)}
    visits["stranger"] = Visit(make_keeper(make_agency()), now(), load_calendar)
    reviewer = Visit(make_member(Role.SECRECY_REVIEWER, town.agency), now(), load_calendar)

    assert [queue.figure(reviewer) for queue in queues] == [None, None, None]
    for name, visit in visits.items():
        access.can(visit.user, Permission.MANAGE_BOARDS)  # reads the roles
        with django_assert_num_queries(1):
            figures = [queue.figure(visit) for queue in queues]
        assert [figure and figure.count for figure in figures] == ([0, 0, 0] if name == "stranger" else [1, 1, 0])
