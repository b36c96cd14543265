"""What must hold of every page in a browser: axe finds nothing, nothing overflows, every target is large enough."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.journey import PATIENCE

MODES = {"light": "light", "dark": "dark", "elder": "light.elder"}  # and the cookie that asks for each
WIDTHS = (360, 1280)
AXE = {"resultTypes": ["violations"], "preload": False}  # preloading would fetch our @imports from wrong addresses

# Links inside a sentence are exempt (WCAG 2.5.8), as is what only a screen reader sees.
_SMALL_TARGETS = """(least) => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')]
  .filter(e => e.checkVisibility() && !e.closest('p, .doc, .vh, .skip, .skip-to-content-link'))
  .map(e => [e, (e.closest('label') || e).getBoundingClientRect()])
  .filter(([e, r]) => r.width > 1 && (r.height < least - 0.5 || r.width < least - 0.5))
  .map(([e, r]) => `${e.tagName} ${e.textContent.trim().slice(0, 20)} ${[r.width, r.height].map(Math.round)}`)"""


def new_context(browser: Browser, address: str, width: int, mode: str) -> BrowserContext:
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    set_mode(context, address, mode)
    return context


def set_mode(context: BrowserContext, address: str, mode: str) -> None:
    context.add_cookies([{"name": "display", "value": MODES[mode], "url": address}])


def problems_of(page: Page, mode: str) -> list[str]:
    """What is wrong with the page as it is shown now, each with the width and mode. After a click wait for it first."""
    page.wait_for_load_state()  # the whole of it
    width = page.viewport_size["width"] if page.viewport_size else 0
    where = f"{width} {mode}:"
    violations = Axe().run(page, options=AXE).response["violations"]
    problems = [f"{where} {v['id']} {[node['html'][:90] for node in v['nodes']][:3]}" for v in violations]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        problems.append(f"{where} wider than the screen")
    small = page.evaluate(_SMALL_TARGETS, 60 if mode == "elder" else 44)
    return problems + [f"{where} small target {target}" for target in small]
