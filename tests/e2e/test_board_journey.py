"""One sheet of a notice board from nothing to the day it comes down: composed and previewed in the admin, printed,
posted with a photo, opened on a passer-by's phone from the codes on the paper, and marked for reprint on the day an
item of it is amended. No page is allowed a script.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from disclosure.enums import Category, SheetState
from disclosure.models import BoardSheet, Item, NoticeBoard
from disclosure.services import draft
from govportal.models import Agency, SiteProfile, User
from govportal.models.agency import AgencyKind
from govportal.permissions import Role
from tests import paper
from tests.disclosure.admin.board_desks import picture
from tests.e2e.journey import PATIENCE, Clock, says
from tests.e2e.staff import Desk, signed_in_context
from tests.factories import make_agency, make_member
from tests.factories.published import draft_one, publish_edition

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

DUTIES = "河东镇人民政府职能职责"
PICKED = ("河东镇防汛应急预案", "河东镇集体土地流转办法")
BODY = "<p>一、值班电话全天有人接听。</p><p>二、汛期每日巡堤两次。</p>"
AMENDED = "<p>一、值班电话全天有人接听。</p><p>二、汛期每日巡堤三次。</p>"


@dataclass
class World:
    """A town under its county, whose administrator keeps the town's boards."""

    browser: Browser
    live_server: LiveServer
    clock: Clock
    town: Agency
    administrator: User
    duties: Item
    picked: list[Item]

    @contextmanager
    def page(self, path: str = "") -> Iterator[Page]:
        """The administrator's, signed in anew."""
        how: dict[str, Any] = {"locale": "zh-CN", "java_script_enabled": False}
        context = signed_in_context(self.browser, self.live_server, self.administrator, **how)
        try:
            page = context.new_page()
            page.goto(self.live_server.url + (path or reverse("admin:index")))
            yield page
        finally:
            context.close()

    def pdf(self, page: Page, path: str) -> bytes:
        """Fetched as whoever has the page would fetch it, in one request."""
        answer = page.context.request.get(self.live_server.url + path, max_redirects=0)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf"), path
        return answer.body()


@pytest.fixture
def world(browser: Browser, live_server: LiveServer, clock: Clock, settings: Any) -> World:
    settings.PORTAL_BASE_URL = live_server.url  # so that the codes lead to this very server
    SiteProfile.objects.create(pk=1, name="澄明县政务公开", phone="0399-6612001", host="澄明县人民政府")
    county = make_agency(name="澄明县人民政府", kind=AgencyKind.GOVERNMENT)
    town = make_agency(name="澄明县河东镇人民政府", phone="0399-6620188", parent=county)
    clock.set(8, 20)
    duties = published(town, clock, DUTIES, Category.DUTIES)
    picked = [published(town, clock, title, Category.AFFAIRS) for title in PICKED]
    clock.set(9, 11)
    administrator = make_member(Role.ADMINISTRATOR, county)
    return World(browser, live_server, clock, town, administrator, duties, picked)


def published(agency: Agency, clock: Clock, title: str, category: Category) -> Item:
    edition = draft_one(agency=agency, body=BODY, content={"title": title, "category": category})
    publish_edition(edition, at=clock.at)
    return Item.objects.get(pk=edition.item_id)


@pytest.fixture
def passer_by(browser: Browser) -> Iterator[Page]:
    """With a phone that runs no script."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def words(page: Page) -> str:
    return page.locator("main").inner_text()


# --- from nothing to a sheet ---------------------------------------------------------------------------------------


def compose(page: Page, world: World) -> None:
    """Of the eight sections that are ready one is kept as it is, one picks its items by hand, six are removed."""
    page.goto(f"{world.live_server.url}{reverse('admin:disclosure_noticeboard_changelist')}")
    page.locator(".addlink").first.click()
    page.get_by_label("设置单位").select_option(label=world.town.name)
    page.get_by_label("编号代号").fill("HDZ")
    page.get_by_label("设置地点").fill("镇政府大门右侧")
    page.locator("#section-2 summary").first.click()
    section = page.locator("#section-2")
    section.get_by_label("栏目名称").fill("防汛与土地")
    section.locator("[name$=-source][value=picked]").check()
    section.get_by_label("选定的信息").fill("\n".join(item.index_number for item in world.picked))
    for number in range(3, 9):
        page.locator(f"#section-{number}").get_by_label("删除这个栏目").check()
    page.get_by_role("button", name="保存并预览").first.click()
    page.wait_for_url("**/preview/")

    board = NoticeBoard.objects.get()
    assert (board.agency, board.code) == (world.town, "HDZ")
    assert list(board.sections.values_list("heading", flat=True)) == ["职能职责", "防汛与土地"]


def preview(page: Page, world: World) -> None:
    """August is the month before: what was published in it would be printed."""
    assert page.url.endswith(reverse("admin:disclosure_noticeboard_preview", args=[board().pk]))
    says(page, DUTIES, *PICKED)
    shown = world.pdf(page, page.get_by_role("link", name="打开预览（PDF）").get_attribute("href") or "")
    text = paper.text(shown)
    assert "防汛与土地" in text and DUTIES in text
    assert "HDZ-2026" not in text  # a preview has no number
    assert not BoardSheet.objects.exists()


def issue(page: Page) -> None:
    page.get_by_role("link", name="制作这一张").click()
    page.locator("input[type=submit].default").click()
    expect(page.locator(".messagelist")).to_contain_text("已制作 HDZ-2026-1")
    row = sheet()
    assert (row.serial, row.state, str(row.period_start)) == ("HDZ-2026-1", SheetState.ISSUED, "2026-08-01")


def board() -> NoticeBoard:
    return NoticeBoard.objects.get()


def sheet() -> BoardSheet:
    return BoardSheet.objects.get()


# --- on the wall ---------------------------------------------------------------------------------------------------


def scan(passer_by: Page, world: World) -> None:
    """Every code of the paper is opened: the items, the sheet by itself, the section of two items."""
    printed = world.pdf(passer_by, reverse("board_pdf", args=[board().pk]))
    assert "HDZ-2026-1" in paper.text(printed)
    codes = set(paper.codes(printed))
    assert all(code.startswith(f"{world.live_server.url}/") for code in codes)

    for item in (world.duties, *world.picked):
        address = world.live_server.url + item.get_absolute_url()
        assert address in codes, item.title
        passer_by.goto(address)
        expect(passer_by.locator("h1")).to_have_text(item.title)
        assert "汛期每日巡堤两次" in words(passer_by)
    own = world.live_server.url + sheet().get_absolute_url()
    assert {own, f"{own}#s2"} <= codes
    passer_by.goto(own)
    assert "今天网上仍是同一版" in words(passer_by)


def post(passer_by: Page, world: World, photo: Path) -> None:
    """Hung three days later, as the landing page asks; the photo is seen by everybody."""
    with world.page() as page:
        page.get_by_role("link", name="公开栏待张贴").click()
        page.get_by_role("link", name="HDZ-2026-1").click()
        Desk(page).do("登记张贴", on="2026-09-14", photo=photo)
        says(page, "张贴照片")
    passer_by.goto(world.live_server.url + board().get_absolute_url())
    assert "张贴中" in words(passer_by) and "需要重印" not in words(passer_by)
    source = passer_by.locator("section[aria-labelledby=proof] img").get_attribute("src") or ""
    answer = passer_by.context.request.get(world.live_server.url + source)
    assert answer.ok and answer.headers["content-type"] == "image/jpeg"


def amend(item: Item, clock: Clock) -> None:
    """Signed by everybody the review needs, as the first edition was."""
    content = draft.Content(
        title=item.title, body=AMENDED, category=item.category, formed_on=clock.at.date(), change_note="增加巡堤次数。"
    )
    author = item.created_by
    assert author is not None
    publish_edition(draft.add_edition(item, content, author=author, at=clock.at), at=clock.at)


def find_the_mark(passer_by: Page, world: World) -> None:
    """On the landing page, on the page of the sheet and on that of the board: this section, and no other."""
    with world.page() as page:
        queue = page.get_by_role("link", name="公开栏需重印")
        expect(queue.locator("b")).to_have_text("1")
        queue.click()
        page.get_by_role("link", name="HDZ-2026-1").click()
        expect(page.locator("#section-2 caption")).to_contain_text("需重印")
        expect(page.locator("#section-1 caption")).not_to_contain_text("需重印")
        expect(page.locator("#section-2 .state-bad")).to_have_count(2)  # the section, and the one item of two
    passer_by.goto(world.live_server.url + board().get_absolute_url())
    assert "墙上的和网上的不一样了" in words(passer_by)
    expect(passer_by.locator("section[aria-labelledby=s2]")).to_contain_text("需要重印")
    expect(passer_by.locator("section[aria-labelledby=s1]")).not_to_contain_text("需要重印")
    passer_by.locator("section[aria-labelledby=s2]").get_by_role("link", name="第2版改了什么").click()
    says(passer_by, "三次")


def take_down(passer_by: Page, world: World) -> None:
    with world.page(reverse("admin:disclosure_boardsheet_change", args=[sheet().pk])) as page:
        Desk(page).do("登记撤下", on="2026-09-16")
        page.goto(world.live_server.url + reverse("admin:index"))
        expect(page.get_by_role("link", name="公开栏需重印").locator("b")).to_have_text("0")
    passer_by.goto(world.live_server.url + board().get_absolute_url())
    assert "现在没有张贴" in words(passer_by)
    passer_by.goto(world.live_server.url + sheet().get_absolute_url())
    assert "这一张已经撤下" in words(passer_by)
    assert "现在是第 2 版" in words(passer_by) and "需要重印" not in words(passer_by)  # it came down


def test_sheet_leads_from_an_empty_form_to_the_wall_and_down_again(
    world: World, passer_by: Page, tmp_path: Path
) -> None:
    photo = tmp_path / "墙上.jpg"
    photo.write_bytes(picture().read())

    with world.page() as page:
        compose(page, world)
        preview(page, world)
        issue(page)
    scan(passer_by, world)
    world.clock.set(9, 14)
    post(passer_by, world, photo)
    world.clock.set(9, 15)
    amend(world.picked[0], world.clock)
    find_the_mark(passer_by, world)
    world.clock.set(9, 16)
    take_down(passer_by, world)

    row = sheet()
    assert (row.state, str(row.posted_on), str(row.removed_on)) == (SheetState.REMOVED, "2026-09-14", "2026-09-16")
