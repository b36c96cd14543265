"""Members of staff in a browser: signed in, with a mouse and a wide screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from govportal.models import User
from tests.disclosure.admin.drafts import signed_in
from tests.e2e.journey import PATIENCE


def signed_in_context(browser: Browser, live_server: LiveServer, user: User, **how: Any) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **how)
    session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    context.set_default_timeout(PATIENCE)
    return context


@dataclass
class Desk:
    """The desk of one request or complaint."""

    page: Page

    def due_on(self) -> str:
        """As the page says that has come last."""
        self.page.wait_for_load_state()
        return self.page.locator(".facts-line b").first.inner_text()

    def do(self, label: str, of: str = "", **fields: Any) -> None:
        """One step, `of` which letter; `fields` as `fill` takes them."""
        self.page.get_by_role("link", name=label, exact=True).click()
        if of:
            option = self.page.locator("form select option", has_text=of)
            self.page.locator("form select").select_option(value=option.get_attribute("value"))
        self.fill(**fields)
        self.press(label)

    def fill(self, **fields: Any) -> None:
        """By the names of the form: a text, a file, or a list of what is to be ticked."""
        for name, value in fields.items():
            field = self.page.locator(f"[name={name}]")
            if isinstance(value, list):
                for one in value:
                    self.page.locator(f"[name={name}][value={one}]").check()
            elif isinstance(value, Path):
                field.set_input_files(value)
            else:
                field.fill(value)

    def press(self, label: str) -> None:
        self.page.locator("input[type=submit].default").click()
        expect(self.page.locator(".messagelist")).to_contain_text(f"已完成：{label}")


@dataclass
class Staff:
    browser: Browser
    live_server: LiveServer

    @contextmanager
    def page(self, user: User, path: str) -> Iterator[Page]:
        """Signed in anew, as everybody is on another day."""
        context = signed_in_context(self.browser, self.live_server, user, locale="zh-CN")
        try:
            page = context.new_page()
            page.goto(self.live_server.url + path)
            yield page
        finally:
            context.close()

    @contextmanager
    def desk(self, user: User, number: str, queue: str = "open", *, of: str = "informationrequest") -> Iterator[Desk]:
        """Of one request, or of another case, out of a list."""
        cases = reverse(f"admin:requests_app_{of}_changelist")
        with self.page(user, f"{cases}?queue={queue}") as page:
            page.get_by_role("link", name=number).click()
            page.wait_for_url("**/change/**")
            yield Desk(page)
