"""公开栏 in the admin: previewed, issued, posted with a photo, and marked when the portal says otherwise."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.board_selection import Period
from disclosure.enums import Category, SheetState
from disclosure.forms import boards
from disclosure.models import BoardSheet, NoticeBoard
from disclosure.services import print_board
from govportal import access
from govportal.calendar import load_calendar
from govportal.contributions import Visit, staff_queues
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Permission, Role
from tests.disclosure.admin.board_desks import Town, page, picture, verb
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_edition, make_member
from tests.factories.boards import make_board, make_keeper, make_photo, make_plan, make_sheet
from tests.markup import faults

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return Town()


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
