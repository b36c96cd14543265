"""axe finds nothing, nothing overflows and every target is large enough: each page, width and mode."""

import pytest
from playwright.sync_api import Browser, ConsoleMessage
from pytest_django.live_server_helper import LiveServer

from govportal.models import SiteProfile
from tests.e2e.accessibility import MODES, WIDTHS, new_context, problems_of
from tests.e2e.pages import MADE, NAMES, path_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("name", [*NAMES, *MADE])
def test_page_is_accessible(browser: Browser, live_server: LiveServer, name: str) -> None:
    SiteProfile.objects.create(pk=1, name="某县政务公开", phone="0399-6612001", host="某县人民政府")
    path = path_of(name)
    problems: list[str] = []
    console: list[ConsoleMessage] = []

    for width in WIDTHS:
        for mode in MODES:
            context = new_context(browser, live_server.url, width, mode)
            page = context.new_page()
            page.on("console", lambda message: console.append(message))  # Playwright takes no builtin
            page.goto(live_server.url + path)
            problems += problems_of(page, mode)
            context.close()

    problems += [message.text for message in console if "Content Security" in message.text]
    assert problems == []
