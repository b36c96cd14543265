"""Pages that only one citizen sees: axe finds nothing on them, nothing overflows, every target is large enough."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, ConsoleMessage
from pytest_django.live_server_helper import LiveServer

from govportal.models import SiteProfile
from govportal.now import now
from requests_app.enums import State
from requests_app.models import InformationRequest
from requests_app.services import converse
from tests.e2e.accessibility import MODES, WIDTHS, new_context, problems_of
from tests.e2e.journey import PATIENCE
from tests.factories.requests import officer_of, request_in
from tests.requests_app.filing_journey import Citizen, scan
from tests.requests_app.open_cases import reader

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def _step(step: str) -> Callable[[], tuple[Client, str]]:
    def make() -> tuple[Client, str]:
        citizen = Citizen()
        citizen.fill(applicant={"proofs": [scan()]})
        return citizen.client, citizen.path(step)

    return make


def _wrong_step(step: str, **values: str) -> Callable[[], tuple[Client, str]]:
    def make() -> tuple[Client, str]:
        citizen = Citizen()
        citizen.post("applicant", **(values if step == "applicant" else {}))
        citizen.post(step, **values)
        return citizen.client, citizen.path(step)

    return make


def _receipt() -> tuple[Client, str]:
    citizen = Citizen()
    citizen.fill()
    return citizen.client, citizen.send()["Location"]


def _case(state: State, name: str = "request_case") -> Callable[[], tuple[Client, str]]:
    def make() -> tuple[Client, str]:
        row = request_in(state, at=now())
        if state == State.IN_REVIEW:
            converse.write(row.pk, "请问办到哪一步了？", actor=None, at=now())
            converse.ask_reasons(row.pk, "本月第31件，请说明理由。", actor=officer_of(row.agency), at=now())
        return reader(row), reverse(name)

    return make


PAGES = {
    "applicant": _step("applicant"),
    "applicant_wrong": _wrong_step("applicant", name="", phone="1", email="x", address=""),
    "organisation_wrong": _wrong_step("applicant", applicant_kind="business", credit_code="9"),
    "information": _step("information"),
    "information_wrong": _wrong_step("information", subject="", description="述" * 5001, period_to="2199"),
    "supply": _step("supply"),
    "check": _step("check"),
    "receipt": _receipt,
    "case_received": _case(State.RECEIVED),
    "case_correction": _case(State.CORRECTION_ASKED),
    "case_in_review": _case(State.IN_REVIEW),
    "case_consulting": _case(State.CONSULTING_THIRD_PARTY),
    "case_extended": _case(State.EXTENDED),
    "case_fee": _case(State.FEE_NOTIFIED),
    "case_replied": _case(State.REPLIED),
    "correction": _case(State.CORRECTION_ASKED, "request_correct"),
    "reasons": _case(State.IN_REVIEW, "request_reasons"),
    "message": _case(State.IN_REVIEW, "request_message"),
    "withdrawal": _case(State.IN_REVIEW, "request_withdraw"),
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


def test_refused_check_page_is_accessible(browser: Browser, live_server: LiveServer) -> None:
    """Changed in another window meanwhile: it is not sent, and says so."""
    citizen = Citizen()
    citizen.fill()
    cookies = [
        {"name": key, "value": morsel.value, "url": live_server.url} for key, morsel in citizen.client.cookies.items()
    ]
    problems: list[str] = []

    for width in WIDTHS:
        for mode in MODES:
            context = new_context(browser, live_server.url, width, mode)
            context.add_cookies(cookies)  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(live_server.url + citizen.path("check"))
            citizen.post("information", purpose=f"{width} {mode}")
            page.get_by_role("button", name="确认并送出").click()
            page.get_by_role("heading", name="还没有送出").wait_for()
            problems += problems_of(page, mode)
            context.close()

    assert not InformationRequest.objects.exists()
    assert problems == []


def test_waiting_page_lets_the_browser_prove_instead(browser: Browser, live_server: LiveServer) -> None:
    """A suspicious filing, with script: the number is found and the form is taken before the wait is over."""
    citizen = Citizen()
    citizen.fill()
    context = new_context(browser, live_server.url, 360, "light")
    context.add_cookies(
        [{"name": key, "value": morsel.value, "url": live_server.url} for key, morsel in citizen.client.cookies.items()]
    )
    page = context.new_page()
    page.goto(live_server.url + citizen.path("check"))
    page.evaluate("document.getElementById('id_website').value = 'x'")

    page.get_by_role("button", name="确认并送出").click()
    page.get_by_text("现在可以按“确认并送出”了").wait_for(timeout=5 * PATIENCE)  # how long is a matter of luck
    problems = problems_of(page, "light")
    page.get_by_role("button", name="确认并送出").click()
    page.wait_for_url("**/requests/sent/**")

    assert InformationRequest.objects.count() == 1
    assert problems == []
    context.close()
