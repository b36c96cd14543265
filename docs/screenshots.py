"""Take the pictures of README from a running portal: `.venv/bin/python docs/screenshots.py http://127.0.0.1:8000`."""

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent / "screenshots"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
ITEM = "/items/CM-ZFB-2026-00005/"
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 760}}


def take(browser: Browser, base: str, name: str, path: str, *, display: str = "", **context: Any) -> None:
    with browser.new_context(locale="zh-CN", **context) as session:
        if display:
            session.add_cookies([{"name": "display", "value": display, "url": base}])
        page = session.new_page()
        page.goto(base + path)
        page.screenshot(path=FOLDER / f"{name}.png")


def main(base: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        take(browser, base, "home", "/", **WIDE)
        take(browser, base, "search", "/search/?q=低保", **WIDE)
        take(browser, base, "difference", f"{ITEM}history/3/", **WIDE)
        take(browser, base, "log", "/log/", **WIDE)
        take(browser, base, "item-elder", ITEM, display="elder", **PHONE)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
