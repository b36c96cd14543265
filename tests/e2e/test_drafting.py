"""The drafting form in a browser: the editor gives a text back as it was, typing survives, scripts may be off."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from disclosure.models import Edition
from govportal.models import Agency, User
from govportal.permissions import Role
from tests.disclosure.admin.drafts import edit_url, signed_in, typed
from tests.e2e.staff import signed_in_context
from tests.factories import make_agency, make_member
from tests.factories.published import draft_one

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

BODY = (
    "<p>一、公示期不少于五个工作日。</p><p>二、标准见下表。</p>"
    '<table><caption>表1 标准</caption><thead><tr><th scope="col">类别</th><th scope="col">项目</th>'
    '<th scope="col">元</th></tr></thead><tbody><tr><td rowspan="2">低保</td><td>城镇</td><td>738</td></tr>'
    '<tr><td>农村</td><td>560</td></tr><tr><td colspan="2">合计</td><td>1298</td></tr></tbody></table>'
)


@pytest.fixture
def agency() -> Agency:
    return make_agency(parent=make_agency())


@pytest.fixture
def publisher(agency: Agency) -> User:
    return make_member(Role.PUBLISHER, agency)


@pytest.fixture
def edition(agency: Agency, publisher: User) -> Edition:
    return draft_one(agency=agency, author=publisher, body=BODY, content={"category": "affairs"})


@pytest.fixture
def complaints(context: BrowserContext) -> list[str]:
    """What the console has to say, from the first page on: breaches of the content security policy among it."""
    found: list[str] = []
    context.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: found.append(str(error.error)))
    return found


@pytest.fixture
def context(browser: Browser, live_server: LiveServer, publisher: User) -> Iterator[BrowserContext]:
    context = signed_in_context(browser, live_server, publisher)
    yield context
    context.close()


def open_form(context: BrowserContext, live_server: LiveServer, edition: Edition) -> Page:
    page = context.new_page()
    page.goto(live_server.url + edit_url(edition))
    return page


def editor_of(page: Page) -> Any:
    return page.get_by_role("textbox", name="正文")


def save(page: Page) -> None:
    page.get_by_role("button", name="保存草稿").first.click()


def test_editor_keeps_numbers_and_merged_cells(
    context: BrowserContext, live_server: LiveServer, edition: Edition, complaints: list[str]
) -> None:
    page = open_form(context, live_server, edition)
    first = editor_of(page).get_by_text("一、公示期不少于五个工作日。")

    first.click()
    page.keyboard.press("End")
    page.keyboard.type("一、逾期的补报。")
    expect(page.locator("textarea[name=body]")).to_be_hidden()
    save(page)
    page.wait_for_url("**/change/**")

    edition.refresh_from_db()
    text = edition.body.replace("\n", "")
    assert "<p>一、公示期不少于五个工作日。一、逾期的补报。</p><p>二、标准见下表。</p>" in text
    assert text.split("<table>")[1] == BODY.split("<table>")[1]
    assert complaints == []


def test_fault_of_the_body_leads_into_the_editor(
    context: BrowserContext, live_server: LiveServer, edition: Edition
) -> None:
    page = open_form(context, live_server, edition)
    # Past the check before sending, as a form of an older script would be.
    page.evaluate("""() => {
      const form = document.querySelector("form[data-autosave]");
      form.elements.body.value = `<p>${"字".repeat(750000)}</p>`;
      form.submit();
    }""")

    expect(page.locator(".errornote")).to_be_visible()
    page.wait_for_load_state()  # of the page that says so, and its scripts with it
    expect(editor_of(page)).to_be_visible()
    page.locator(".errornote a[href='#id_body']").click()

    expect(editor_of(page)).to_be_focused()


def test_autosave_keeps_what_is_typed_and_offers_it(
    context: BrowserContext, live_server: LiveServer, edition: Edition, complaints: list[str]
) -> None:
    page = context.new_page()
    page.clock.install(time=datetime.now().astimezone())
    page.goto(live_server.url + edit_url(edition))
    page.get_by_label("内容概述").fill("打了一半的概述")
    with page.expect_response("**/buffer/") as kept:
        page.clock.fast_forward(31_000)
    expect(page.locator(".autosave")).to_contain_text("已暂存")
    page.close()

    again = open_form(context, live_server, edition)
    before = again.get_by_label("内容概述").input_value()
    again.get_by_role("link", name="恢复", exact=True).click()

    assert kept.value.status == 200 and before == ""
    expect(again.get_by_label("内容概述")).to_have_value("打了一半的概述")
    edition.refresh_from_db()
    assert edition.summary == "" and complaints == []


def test_form_saves_without_scripts(
    browser: Browser, live_server: LiveServer, edition: Edition, publisher: User
) -> None:
    with signed_in_context(browser, live_server, publisher, java_script_enabled=False) as context:
        page = open_form(context, live_server, edition)

        page.locator("#id_title").fill("关于低保|标准的通知")
        page.locator("textarea[name=body]").fill("一、每人每月 738 元。\n二、自印发之日起施行。")
        save(page)
        page.wait_for_url("**/change/**")

    edition.refresh_from_db()
    assert (edition.title, edition.title_breaks) == ("关于低保标准的通知", [4])
    assert edition.body == "<p>一、每人每月 738 元。</p>\n<p>二、自印发之日起施行。</p>"


def test_conflict_shows_both_texts_and_saves_knowingly(
    context: BrowserContext, live_server: LiveServer, edition: Edition, agency: Agency
) -> None:
    page = open_form(context, live_server, edition)
    colleague = make_member(Role.PUBLISHER, agency)
    signed_in(colleague).post(edit_url(edition), typed(title="同事的标题", body="同事写的一段。"))

    page.locator("#id_title").fill("我的标题")
    save(page)
    for text in ("同事写的一段", "公示期不少于五个工作日", "我的标题"):
        expect(page.locator(".conflict")).to_contain_text(text, use_inner_text=True)
    page.get_by_role("button", name="覆盖保存").first.click()
    page.wait_for_url("**/change/**")

    edition.refresh_from_db()
    assert edition.title == "我的标题" and "公示期不少于五个工作日" in edition.body
