"""What the journeys share: a clock moved by hand, and a citizen with the keyboard of a telephone."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.e2e.keyboard import Keyboard

BEIJING = ZoneInfo("Asia/Shanghai")
PATIENCE = 60_000  # milliseconds for what takes a second on a machine that does nothing else


def says(page: Page, *words: str) -> None:
    """Waits for each of them: after a click the next page has hardly begun, or not yet."""
    for one in words:
        expect(page.locator("main")).to_contain_text(one, use_inner_text=True)


class Clock:
    """The only clock of the portal, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.set(9, 11)
        monkeypatch.setattr(timezone, "now", lambda: self.at)

    def set(self, month: int, day: int, hour: int = 10, *, year: int = 2026) -> None:
        self.at = datetime(year, month, day, hour, 0, tzinfo=BEIJING)


@dataclass
class Citizen:
    """With the keyboard of a telephone. `number` and `code`: what he has written down, of a `thing`."""

    address: str
    page: Page
    number: str = ""
    code: str = ""
    thing: str = "request"

    def __post_init__(self) -> None:
        self.keys = Keyboard(self.page)

    def open(self, name: str) -> None:
        self.page.goto(self.address + reverse(name))

    def is_at(self, name: str) -> bool:
        return self.page.url.partition("?")[0] == self.address + reverse(name)

    def words(self) -> str:
        """Of a page that is there: after goto, or what `keys.follow` led to."""
        return self.page.locator("main").inner_text()

    def write_down(self) -> None:
        """Number and code, from the page that says that it was sent.

        Its address is asked for again and again: to wait for one navigation fails when a second press ends that one.
        """
        expect(self.page).to_have_url(re.compile(f"/{self.thing}s/sent/"))
        self.page.wait_for_load_state()
        self.number, self.code = (self.page.locator(".receipt dd").nth(place).inner_text() for place in (0, 1))

    def look_up(self, number: str, code: str) -> str:
        """What the page says then: the case, or what is wrong."""
        self.open(f"{self.thing}_lookup")
        self.keys.type_into("#id_number", number)
        self.keys.type_into("#id_code", code)
        with self.page.expect_navigation():
            self.keys.press("Enter")
        return self.words() if self.is_at(f"{self.thing}_case") else self.page.locator(".errors").inner_text()

    def open_case(self) -> str:
        words = self.look_up(self.number, self.code)
        assert self.is_at(f"{self.thing}_case")
        return words

    def due_on(self) -> str:
        return self.page.locator(".due-date time").get_attribute("datetime") or ""
