"""Pages that only a complainant sees: axe finds nothing on them, nothing overflows, every target is large enough."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, ConsoleMessage
from pytest_django.live_server_helper import LiveServer

from govportal.models import SiteProfile
from govportal.now import now
from requests_app.complaint_enums import ComplaintState
from requests_app.services import complaint_handling
from tests.e2e.accessibility import MODES, WIDTHS, new_context, problems_of
from tests.factories import make_item, make_private_file
from tests.factories.complaints import (
    bring_complaint_to,
    complaint_officer_of,
    file_complaint,
    make_answer,
    order_after_complaint,
)
from tests.requests_app.complaints.complaint_journey import ANONYMOUS, NAMED, Complainer, open_case
from tests.requests_app.filing_journey import scan

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def _step(step: str, contact: dict[str, str] = NAMED) -> Callable[[], tuple[Client, str]]:
    def make() -> tuple[Client, str]:
        citizen = Complainer()
        item = make_item(agency=citizen.agency)
        citizen.fill(contact, evidence=[scan(name="公开栏照片.pdf")], item_number=item.index_number, board="村口公开栏")
        return citizen.client, citizen.path(step)

    return make


def _wrong_step(step: str, **values: str) -> Callable[[], tuple[Client, str]]:
    def make() -> tuple[Client, str]:
        citizen = Complainer()
        citizen.post("matter", **(values if step == "matter" else {}))
        citizen.post(step, **values)
        return citizen.client, citizen.path(step)

    return make


def _receipt() -> tuple[Client, str]:
    citizen = Complainer()
    citizen.fill(ANONYMOUS)
    return citizen.client, citizen.send()["Location"]


def _case(state: ComplaintState, name: str = "complaint_case") -> Callable[[], tuple[Client, str]]:
    def make() -> tuple[Client, str]:
        filed = file_complaint(at=now(), evidence=[make_private_file(name="照片.pdf")])
        row = bring_complaint_to(state, filed.complaint, at=now())
        return open_case(row, filed.query_code), reverse(name)

    return make


def _answered() -> tuple[Client, str]:
    """With all an answered case can show: a file and a rectification."""
    filed = file_complaint(at=now(), is_named=False)
    row = bring_complaint_to(ComplaintState.INVESTIGATING, filed.complaint, at=now())
    answer = make_answer(files=[make_private_file(name="调查情况.pdf")])
    complaint_handling.answer(row.pk, answer, actor=complaint_officer_of(row), at=now())
    order_after_complaint(row, at=now())
    return open_case(row, filed.query_code), reverse("complaint_case")


PAGES = {
    "matter": _step("matter"),
    "matter_wrong": _wrong_step("matter", agency="", ground="", facts="不行", item_number="x", board="栏" * 201),
    "contact": _step("contact"),
    "contact_wrong": _wrong_step("contact", is_named="named", name="", phone="1", email="x"),
    "check": _step("check", ANONYMOUS),
    "receipt": _receipt,
    "case_received": _case(ComplaintState.RECEIVED),
    "case_answered": _answered,
    "case_redirected": _case(ComplaintState.REDIRECTED),
    "case_not_accepted": _case(ComplaintState.NOT_ACCEPTED),
    "supplement": _case(ComplaintState.ACCEPTED, "complaint_supplement"),
    "withdrawal": _case(ComplaintState.ACCEPTED, "complaint_withdraw"),
}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(browser: Browser, live_server: LiveServer, name: str) -> None:
    SiteProfile.objects.create(pk=1, name="某县政务公开", phone="0399-6612001", host="某县人民政府")
    client, path = PAGES[name]()
    cookies = [{"name": key, "value": morsel.value, "url": live_server.url} for key, morsel in client.cookies.items()]
    problems: list[str] = []
    console: list[ConsoleMessage] = []

    for width in WIDTHS:
        for mode in MODES:
            context = new_context(browser, live_server.url, width, mode)
            context.add_cookies(cookies)  # type: ignore[arg-type]
            page = context.new_page()
            page.on("console", lambda message: console.append(message))  # Playwright takes no builtin
            page.goto(live_server.url + path)
            assert page.url.endswith(path)
            problems += problems_of(page, mode)
            context.close()

    problems += [message.text for message in console if "Content Security" in message.text]
    assert problems == []
