"""The receipt: what it shows, to whom, and for how long a browser remembers it."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
import segno
from django.core import mail, signing
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from govportal import notices, pdf
from govportal.now import now
from requests_app.enums import ReceiptBasis
from requests_app.models import InformationRequest
from requests_app.services import intake
from requests_app.views import browser, sent
from tests.factories.requests import file_request, make_officer
from tests.markup import faults
from tests.requests_app.filing_journey import PERSON, Citizen, request_of, text_of

pytestmark = pytest.mark.django_db


def test_receipt_shows_number_code_and_the_next_days() -> None:
    citizen = Citizen()
    citizen.fill()

    response = citizen.send()
    page = citizen.client.get(response["Location"])

    row = request_of(response)
    code = browser_code(page)
    assert intake.find(row.number, code) == row
    assert row.due_on is not None
    assert f'datetime="{row.due_on.isoformat()}"' in text_of(page)
    assert faults(text_of(page)) == []
    assert "no-store" in page["Cache-Control"]


def browser_code(page: object) -> str:
    return str(page.context["code"])  # type: ignore[attr-defined]


def test_receipt_shows_no_code_to_another_browser_nor_who_asked() -> None:
    citizen = Citizen()
    citizen.fill()
    address = citizen.send()["Location"]
    code = browser_code(citizen.client.get(address))

    page = text_of(Client().get(address))

    assert code and code not in page
    assert PERSON["name"] not in page and "养护资金" not in page
    assert request_of_address(address) in page


def request_of_address(address: str) -> str:
    return address.split("/")[-3]


@pytest.mark.parametrize("seal", ["0000000000000000", "x"])
def test_receipt_is_not_found_by_its_number_alone(seal: str) -> None:
    row = file_request().request

    for name in ("request_sent", "request_receipt"):
        assert Client().get(reverse(name, args=[row.number, seal])).status_code == 404


def test_receipt_without_confirmation_reckons_as_if_today(settings: Settings) -> None:
    settings.REQUEST_PORTAL_CONFIRMS_RECEIPT = False
    citizen = Citizen()
    citizen.fill()

    page = text_of(citizen.client.get(citizen.send()["Location"]))

    row = InformationRequest.objects.get()
    assert (row.received_on, row.receipt_basis) == (None, ReceiptBasis.CONFIRMED)
    assert "与您确认" in page and "如今天确认" in page


def test_receipt_names_a_date_of_an_unannounced_year_provisional() -> None:
    row = file_request(at=datetime(2099, 12, 20, tzinfo=UTC)).request

    page = text_of(Client().get(sent.receipt_path(row)))

    assert "（暂估）" in page


def test_clearing_a_public_computer_forgets_the_code() -> None:
    citizen = Citizen()
    citizen.fill()
    address = citizen.send(remember="1")["Location"]

    citizen.client.post(address)
    page = citizen.client.get(address)

    assert browser_code(page) == ""
    assert not {browser.RECEIPTS, browser.REMEMBERED, browser.DRAFT, browser.CASE} & {
        name for name, morsel in citizen.client.cookies.items() if morsel.value
    }


def test_clearing_by_an_old_form_is_asked_for_again() -> None:
    citizen = Citizen()
    citizen.fill()
    address = citizen.send()["Location"]
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = citizen.client.cookies

    response = strict.post(address)

    assert response.status_code == 403
    assert "没有清除，请再按一次" in text_of(response)
    assert browser_code(citizen.client.get(address))


def closed(client: Client) -> Client:
    """The same browser, closed and opened again: what it was not told to keep is gone."""
    for name, morsel in list(client.cookies.items()):
        if not morsel["max-age"]:
            del client.cookies[name]
    return client


def test_code_stays_while_the_browser_is_open_and_no_longer() -> None:
    citizen = Citizen()
    citizen.fill()
    check, receipt = citizen.path("check"), citizen.send()["Location"]

    codes = [browser_code(citizen.client.get(receipt)) for _reload in range(2)]
    after = closed(citizen.client).get(receipt)
    back = citizen.client.get(check, follow=True)

    assert codes[0] and codes[0] == codes[1]
    assert browser_code(after) == ""
    assert codes[0] not in text_of(back)


def test_receipt_is_remembered_for_thirty_days_where_asked_for() -> None:
    citizen = Citizen()
    citizen.fill()
    receipt = citizen.send(remember="1")["Location"]
    code = browser_code(citizen.client.get(receipt))

    after = closed(citizen.client).get(receipt)

    assert code and browser_code(after) == code
    assert "30天" in text_of(after)
    assert citizen.client.cookies[browser.REMEMBERED]["max-age"] == 30 * 24 * 3600


def test_remembering_one_receipt_keeps_no_other() -> None:
    citizen = Citizen()
    citizen.fill()
    mine = citizen.send(remember="1")["Location"]
    second = citizen.tab()
    second.fill()
    neighbours = second.send()["Location"]

    client = closed(citizen.client)

    assert browser_code(client.get(mine))
    assert browser_code(client.get(neighbours)) == ""


def test_wish_to_remember_stays_when_the_page_is_shown_again() -> None:
    citizen = Citizen()
    citizen.fill()

    page = text_of(citizen.client.post(citizen.path("check"), {"d": citizen.d, "seen": "x", "remember": "1"}))

    assert 'name="remember" value="1" checked' in page
    assert 'name="remember" value="1" checked' not in text_of(citizen.get("check"))


def test_cookies_tell_nobody_who_looks_into_the_browser() -> None:
    citizen = Citizen()
    citizen.fill()
    page = citizen.client.get(citizen.send(remember="1")["Location"])
    code, number = browser_code(page), page.context["row"].number

    kept = " ".join(morsel.value for morsel in citizen.client.cookies.values())
    with pytest.raises(signing.BadSignature):
        signing.loads(citizen.client.cookies[browser.REMEMBERED].value, salt=f"requests_app.{browser.REMEMBERED}")

    for form in (code, number):
        assert form not in kept and base64.b64encode(form.encode()).decode().rstrip("=") not in kept


def test_receipt_pdf_has_the_code_only_where_it_was_filed() -> None:
    citizen = Citizen()
    citizen.fill()
    page = citizen.client.get(citizen.send()["Location"])

    with_code = citizen.client.get(page.context["receipt_url"])
    without = Client().get(page.context["receipt_url"])

    assert with_code.content.startswith(b"%PDF-")
    assert without.content.startswith(b"%PDF-")
    assert with_code.content != without.content
    assert "no-store" in with_code["Cache-Control"]


def test_receipt_pdf_is_set_once_for_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    citizen = Citizen()
    citizen.fill()
    address = citizen.client.get(citizen.send()["Location"]).context["receipt_url"]
    rendered: list[str] = []
    render = pdf.render

    def noted(html: str, **kwargs: Any) -> bytes:
        rendered.append(html)
        return render(html, **kwargs)

    monkeypatch.setattr(pdf, "render", noted)

    with_code = {citizen.client.get(address).content for _press in range(3)}
    without = {Client().get(address).content for _press in range(3)}

    assert (len(rendered), len(with_code), len(without)) == (2, 1, 1)
    assert with_code != without


def test_qr_code_of_the_receipt_carries_the_number_and_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    make = segno.make

    def noted(text: str, **kwargs: Any) -> object:
        drawn.append(text)
        return make(text, **kwargs)

    monkeypatch.setattr(segno, "make", noted)
    citizen = Citizen()
    citizen.fill()
    page = citizen.client.get(citizen.send()["Location"])

    citizen.client.get(page.context["receipt_url"])

    assert drawn == [f"http://testserver/requests/lookup/?number={page.context['row'].number}"]


def test_filing_tells_office_and_applicant_without_the_code_or_the_wish() -> None:
    citizen = Citizen()
    make_officer(citizen.agency, email="officer@county.example")
    citizen.fill()
    code = browser_code(citizen.client.get(citizen.send()["Location"]))

    notices.sweep(now())

    assert {message.to[0] for message in mail.outbox} == {"officer@county.example", PERSON["email"]}
    for message in mail.outbox:
        words = f"{message.subject}{message.body}"
        assert code not in words and PERSON["name"] not in words and "养护资金" not in words
