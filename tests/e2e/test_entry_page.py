"""The entry page by keys alone: what is typed is saved on Enter and on going on, and nothing is lost in silence."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from evaluation.models import Finding, SampleItem
from tests.e2e.staff import Staff
from tests.factories.kernel import make_agency
from tests.factories.published import publish_one
from tests.factories.rounds import make_office, open_round

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def focus_of(line: Locator, name: str) -> None:
    expect(line.locator(f"[name$=-{name}]")).to_be_focused()


def ask_for_the_keys(page: Page) -> None:
    help_line = page.locator(".entry-keys")
    expect(help_line).to_be_visible()
    assert help_line.get_attribute("open") is None
    page.keyboard.press("?")
    expect(help_line).to_contain_text("Shift+回车")
    expect(help_line).to_have_attribute("open", "")


def note_what_a_sample_shows(page: Page) -> None:
    keys = page.keyboard
    sample = page.locator("[data-line^=s-]")
    sample.focus()
    keys.press("2")
    focus_of(sample, "note")  # nothing is sent before something says what was found
    expect(sample.locator(".entry-says")).to_have_text("")
    keys.press("Enter")
    expect(sample.locator(".entry-says")).to_have_text("没有保存：还缺说明")
    keys.type("附件打不开")
    keys.press("Enter")
    expect(sample.locator(".entry-says")).to_contain_text("已保存")


def test_keys_save_a_finding_and_leaving_loses_none(browser: Browser, live_server: LiveServer, clock: Any) -> None:
    office = make_office()
    agency = make_agency(parent=office)
    publish_one(agency=agency)
    row = open_round(agency, office=office, sample_size=1)
    path = reverse("admin:evaluation_entry_agency", args=[row.slug, row.assessments.get().agency.code])
    with Staff(browser, live_server).page(row.made_by, path) as page:
        keys = page.keyboard
        first, second = (page.locator(".entry-line", has_text=code).first for code in ("M1", "M3"))
        ask_for_the_keys(page)

        keys.press("j")
        expect(first).to_be_focused()
        keys.press("Enter")  # nothing entered is nothing saved
        expect(first.locator(".entry-says")).to_have_text("")
        keys.press("ArrowDown")
        keys.press("ArrowUp")
        expect(first).to_be_focused()
        keys.press("2")
        focus_of(first, "text")
        keys.type("公开指南没有电话")
        keys.press("Shift+Enter")
        keys.type("也没有地址")
        keys.press("Enter")
        focus_of(first, "unit")
        expect(first.locator(".entry-says")).to_have_text("没有保存：还缺每次扣分")
        second.focus()  # incomplete: it stays, and says so
        expect(first.locator(".entry-says")).to_have_text("没有保存：还缺每次扣分")
        first.locator("[name$=-unit]").focus()
        first.locator("[name$=-unit]").select_option("0.50")
        keys.press("Enter")
        expect(first.locator(".entry-found")).to_contain_text("也没有地址")
        expect(first).to_be_focused()

        second.focus()
        keys.press("2")
        focus_of(second, "text")
        keys.type("目录没有更新")
        first.focus()  # complete, for its clause leaves no choice of points
        expect(second.locator(".entry-found")).to_contain_text("目录没有更新")
        expect(first).to_be_focused()

        note_what_a_sample_shows(page)
    assert SampleItem.objects.get().note == "附件打不开"
    texts = [one.text.splitlines()[0] for one in Finding.objects.standing().order_by("pk")]
    assert texts == ["公开指南没有电话", "目录没有更新"]
    assert Finding.objects.get(indicator__code="M1").deduction == Decimal("0.50")
