"""axe finds nothing, nothing overflows and every target is large enough: each page, width and mode."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from govportal.models import SiteProfile
from tests.e2e.pages import MADE, NAMES, path_of

MODES = {"light": "light", "dark": "dark", "elder": "light.elder"}
WIDTHS = (360, 1280)
AXE = {"resultTypes": ["violations"], "preload": False}  # preloading would fetch our @imports from wrong addresses

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# Links inside a sentence are exempt (WCAG 2.5.8), as is what only a screen reader sees.
_SMALL_TARGETS = """(least) => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')]
  .filter(e => e.checkVisibility() && !e.closest('p, .doc, .vh, .skip') && !e.classList.contains('skip'))
  .map(e => [e, (e.closest('label') || e).getBoundingClientRect()])
  .filter(([e, r]) => r.width > 1 && (r.height < least - 0.5 || r.width < least - 0.5))
  .map(([e, r]) => `${e.tagName} ${e.textContent.trim().slice(0, 20)} ${[r.width, r.height].map(Math.round)}`)"""


def open_page(browser: Browser, live_server: LiveServer, width: int, mode: str) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    context.add_cookies([{"name": "display", "value": MODES[mode], "url": live_server.url}])
    return context.new_page()


@pytest.mark.parametrize("name", [*NAMES, *MADE])
def test_page_is_accessible(browser: Browser, live_server: LiveServer, name: str) -> None:
    SiteProfile.objects.create(pk=1, name="某县政务公开", phone="0399-6612001", host="某县人民政府")
    path = path_of(name)
    problems: list[str] = []
    console: list[ConsoleMessage] = []

    for width in WIDTHS:
        for mode in MODES:
            page = open_page(browser, live_server, width, mode)
            page.on("console", lambda message: console.append(message))  # Playwright takes no builtin
            page.goto(live_server.url + path)
            where = f"{width} {mode}:"
            violations = Axe().run(page, options=AXE).response["violations"]
            problems += [f"{where} {v['id']} {[node['html'][:90] for node in v['nodes']][:3]}" for v in violations]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                problems.append(f"{where} wider than the screen")
            small = page.evaluate(_SMALL_TARGETS, 60 if mode == "elder" else 44)
            problems += [f"{where} small target {target}" for target in small]
            page.context.close()

    problems += [message.text for message in console if "Content Security" in message.text]
    assert problems == []
