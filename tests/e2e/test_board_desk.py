"""The pages on which boards are composed and their sheets recorded: axe finds nothing, nothing overflows."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from disclosure.enums import Category
from disclosure.services import print_board
from govportal.now import now, today
from tests.e2e.accessibility import problems_of
from tests.e2e.staff import signed_in_context
from tests.factories import make_agency, make_edition, make_item
from tests.factories.boards import make_board, make_keeper, make_photo, make_plan, make_sheet

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LOOKS = ((360, "light"), (1280, "dark"))


def test_pages_of_boards_are_accessible(browser: Browser, live_server: LiveServer) -> None:
    agency = make_agency(name="澄明县河东镇人民政府")
    keeper = make_keeper(agency)
    item = make_item(agency=agency, edition={"category": Category.DUTIES, "published_on": today()})
    board = make_board(agency, sections=2, photo=make_photo(keeper))
    sheet = make_sheet(board, actor=keeper)
    next_sheet = make_sheet(board, actor=keeper, plan=make_plan(days=20))
    print_board.post(sheet.pk, on=today(), photo=make_photo(keeper), actor=keeper, at=now())
    make_edition(item, category=Category.DUTIES)
    paths = [
        reverse("admin:disclosure_noticeboard_changelist"),
        reverse("admin:disclosure_noticeboard_add"),
        reverse("admin:disclosure_noticeboard_change", args=[board.pk]),
        reverse("admin:disclosure_noticeboard_verb", args=[board.pk, "issue"]),
        reverse("admin:disclosure_boardsheet_changelist"),
        reverse("admin:disclosure_boardsheet_change", args=[sheet.pk]),
        reverse("admin:disclosure_boardsheet_verb", args=[sheet.pk, "remove"]),
        reverse("admin:disclosure_boardsheet_verb", args=[next_sheet.pk, "post"]),
    ]
    problems: list[str] = []

    for width, scheme in LOOKS:
        context = signed_in_context(browser, live_server, keeper, color_scheme=scheme, locale="zh-CN")
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        for path in paths:
            page.goto(live_server.url + path)
            problems += [f"{path} {problem}" for problem in problems_of(page, scheme)]
        page.goto(live_server.url + paths[1])
        page.locator("form.drafting button[name=_save]").first.click()
        expect(page).to_have_title(re.compile("^错误："))
        problems += [f"faults {problem}" for problem in problems_of(page, scheme)]
        context.close()

    assert not problems, "\n".join(problems)
