"""Sending: once, whoever presses how often; and programs that file by the hundred."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from govportal.now import now
from govportal.throttle import Limit
from requests_app import filing_guard
from requests_app.enums import State
from requests_app.models import InformationRequest, RequestDraft, RequestOffice
from requests_app.services import drafts, intake
from requests_app.views import browser
from tests.factories import make_agency
from tests.factories.requests import make_person, make_wanted
from tests.markup import faults
from tests.requests_app.filing_journey import PERSON, Citizen, request_of, text_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db


# --- once --------------------------------------------------------------------------------------------------------


def test_pressing_twice_gives_the_first_receipt_with_its_code() -> None:
    citizen = Citizen()
    citizen.fill()
    seen = citizen.get("check").context["seen"]
    form = {"d": citizen.d, "seen": seen}

    first = citizen.client.post(citizen.path("check"), form)
    del citizen.client.cookies[browser.RECEIPTS]  # the answer to the first press was thrown away by the browser
    second = citizen.client.post(citizen.path("check"), form)
    page = citizen.client.get(second["Location"])

    assert first["Location"] == second["Location"]
    assert InformationRequest.objects.count() == 1
    assert intake.find(page.context["row"].number, str(page.context["code"]))


def test_going_back_after_sending_leads_to_the_receipt() -> None:
    citizen = Citizen()
    citizen.fill()
    receipt = citizen.send()["Location"]

    for step in ("applicant", "information", "supply", "check"):
        assert citizen.get(step)["Location"] == receipt
    assert citizen.post("information", subject="别的")["Location"] == receipt
    assert InformationRequest.objects.get().subject == "农村公路养护资金使用明细"


def test_next_application_of_a_browser_begins_empty() -> None:
    citizen = Citizen()
    citizen.file()

    page = citizen.tab().get()

    assert page.status_code == 200
    assert PERSON["name"] not in text_of(page)


def test_draft_that_was_sent_keeps_nothing_of_the_person() -> None:
    citizen = Citizen()
    citizen.fill()
    citizen.send()

    draft = RequestDraft.objects.get()

    assert list(draft.values) == [drafts.CODE]
    assert draft.files.count() == 0


def test_two_tabs_are_two_requests_that_do_not_mix() -> None:
    one = Citizen()
    two = one.tab()
    one.post("applicant")
    two.post("applicant", name="林试二")
    one.post("information", subject="甲信息")
    two.post("information", subject="乙信息")
    for tab in (one, two):
        tab.post("supply")

    first, second = request_of(one.send()), request_of(two.send())

    assert (first.subject, first.applicant.name) == ("甲信息", "林试一")
    assert (second.subject, second.applicant.name) == ("乙信息", "林试二")
    assert first.number != second.number


def test_what_was_changed_in_another_window_is_not_sent_unseen() -> None:
    citizen = Citizen()
    citizen.fill()
    seen = citizen.get("check").context["seen"]
    citizen.post("information", subject="在另一个窗口改的名称")

    response = citizen.client.post(citizen.path("check"), {"d": citizen.d, "seen": seen})

    assert "内容在另一个窗口里改过" in text_of(response)
    assert "在另一个窗口改的名称" in text_of(response)
    assert not InformationRequest.objects.exists()


def test_agency_closed_between_look_and_press_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    citizen = Citizen()
    citizen.fill()
    before = drafts.send

    def closed_meanwhile(*args: object, **kwargs: object) -> intake.Filed:
        RequestOffice.objects.create(agency=citizen.agency, is_open=False)
        return before(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(drafts, "send", closed_meanwhile)
    response = citizen.send()

    assert "不受理信息公开申请，请另选单位" in text_of(response)
    assert "<title>错误：" in text_of(response)
    assert RequestDraft.objects.get().values["applicant"]["name"] == PERSON["name"]


def test_discarding_forgets_all_of_it() -> None:
    citizen = Citizen()
    citizen.fill()

    response = citizen.client.post(citizen.path("check"), {"d": citizen.d, "discard": "1"})

    assert response["Location"] == reverse("requests") + "?deleted=1"
    assert "已删除" in text_of(citizen.client.get(response["Location"]))
    assert not RequestDraft.objects.exists()


def test_check_page_asks_before_it_forgets_anything() -> None:
    citizen = Citizen()
    citizen.fill()

    sending, _, asking = text_of(citizen.client.get(citizen.path("check"))).partition("<summary>不申请了</summary>")

    assert "确认并送出" in sending and 'name="discard"' not in sending
    assert "删除以后不能恢复" in asking and 'name="discard"' in asking


# --- many at once --------------------------------------------------------------------------------------------------


def numbers(outcomes: list[object]) -> list[int]:
    faults = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert faults == []
    return sorted(int(row.rpartition("-")[2]) for row in InformationRequest.objects.values_list("number", flat=True))


@pytest.mark.django_db(transaction=True)
def test_thirty_two_filings_at_once_have_consecutive_numbers() -> None:
    agency = make_agency()
    calls = [
        lambda key=f"{n:064}": intake.file_online(
            make_person(), make_wanted(agency), proofs=(), submission_key=key, at=now()
        )
        for n in range(32)
    ]

    outcomes = at_once(*calls)

    assert numbers(outcomes) == list(range(1, 33))


@pytest.mark.django_db(transaction=True)
def test_thirty_two_citizens_at_once_each_get_a_receipt(settings: Settings) -> None:
    settings.REQUEST_FILINGS_PER_ADDRESS = 0
    agency = make_agency()
    citizens = [Citizen(Client(REMOTE_ADDR=f"203.0.113.{n}"), agency) for n in range(32)]
    for citizen in citizens:
        citizen.fill()

    outcomes = at_once(*(citizen.send for citizen in citizens))

    assert numbers(outcomes) == list(range(1, 33))
    assert {response.status_code for response in outcomes} == {302}  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_sixteen_presses_at_once_are_one_request() -> None:
    citizen = Citizen()
    citizen.fill()
    form = {"d": citizen.d, "seen": citizen.get("check").context["seen"]}
    cookies = citizen.client.cookies

    def press() -> str:
        client = Client()
        client.cookies = cookies
        return str(client.post(citizen.path("check"), form)["Location"])

    outcomes = at_once(press, times=16)

    assert len(set(outcomes)) == 1, outcomes
    assert InformationRequest.objects.count() == 1


# --- programs ------------------------------------------------------------------------------------------------------


def test_ordinary_filing_meets_no_obstacle() -> None:
    citizen = Citizen()
    citizen.fill()

    page = text_of(citizen.get("check"))

    assert "proof.js" not in page
    assert citizen.send().status_code == 302


def test_filled_trap_asks_to_wait_and_then_takes_the_filing(monkeypatch: pytest.MonkeyPatch) -> None:
    citizen = Citizen()
    citizen.fill()
    held = citizen.send(website="http://spam.example")
    form = {"d": citizen.d, "seen": held.context["seen"], "hold": held.context["hold"].note}

    early = citizen.client.post(citizen.path("check"), form)
    later = now() + filing_guard.WAIT + timedelta(seconds=1)
    monkeypatch.setattr("requests_app.views.filing.now", lambda: later)
    response = citizen.client.post(citizen.path("check"), form)

    assert held.status_code == early.status_code == 200
    assert "请稍等一下再送出" in text_of(held)
    assert early.context["hold"].note == held.context["hold"].note  # the wait does not begin anew
    assert faults(text_of(held)) == []
    assert request_of(response).state == State.RECEIVED


def test_proof_takes_the_place_of_the_wait() -> None:
    citizen = Citizen()
    citizen.fill()
    held = citizen.send(website="x")
    note = held.context["hold"].note
    proof = next(str(number) for number in range(10**7) if filing_guard.is_proof(note, str(number)))

    response = citizen.client.post(
        citizen.path("check"), {"d": citizen.d, "seen": held.context["seen"], "hold": note, "proof": proof}
    )

    assert request_of(response).state == State.RECEIVED


def test_hold_of_another_draft_or_a_made_up_one_releases_nothing() -> None:
    citizen, other = Citizen(), Citizen()
    citizen.fill()
    other.fill()
    note = filing_guard.hold(other.draft.token_key, at=now() - timedelta(minutes=1)).note

    for made_up in (note, "x", "", "\0"):
        assert citizen.send(website="x", hold=made_up).status_code == 200
    assert not InformationRequest.objects.exists()


def test_many_filings_from_one_address_are_slowed_and_then_refused(settings: Settings) -> None:
    settings.REQUEST_FILINGS_PER_ADDRESS = 2
    citizen = Citizen()
    for _number in range(2):
        citizen.tab().file()

    last = citizen.tab()
    last.fill()
    response = last.send()

    assert response.status_code == 429
    assert "一天内已送出 2 件申请" in text_of(response)
    assert RequestDraft.objects.filter(request=None).count() == 1  # it can be sent tomorrow
    assert Citizen(Client(REMOTE_ADDR="203.0.113.9"), citizen.agency).file().number


def test_eleventh_filing_of_an_hour_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing_guard, "EASY", Limit("easy filings", 1, timedelta(hours=1)))
    citizen = Citizen()
    citizen.file()
    second = citizen.tab()
    second.fill()

    response = second.send()

    assert response.status_code == 200
    assert response.context["hold"]
