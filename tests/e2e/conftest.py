"""The browser of the tests in this folder."""

import os
from collections.abc import Iterator

import pytest
from celery import current_app
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.journey import PATIENCE, Clock

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; Django would take it for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if not os.path.exists(CHROMIUM):
        pytest.skip(f"no Chromium at {CHROMIUM}")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Jobs are done at once, in the place of the worker."""
    monkeypatch.setattr(
        current_app, "send_task", lambda name, kwargs, **_how: current_app.tasks[name].apply(kwargs=kwargs)
    )
    return Clock(monkeypatch)


@pytest.fixture
def telephone(browser: Browser) -> Iterator[Page]:
    """A page 360 pixels wide."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, reduced_motion="reduce", locale="zh-CN")
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
