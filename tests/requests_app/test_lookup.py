"""Number and code open a case; nothing else does, and nobody learns which of them was wrong."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from govportal.models import ThrottleCount
from govportal.now import now
from requests_app.forms.lookup import LookupForm, door_of
from requests_app.services import intake
from requests_app.views import browser
from tests.factories import make_request
from tests.factories.requests import file_request, make_officer
from tests.markup import faults
from tests.requests_app.filing_journey import text_of

pytestmark = pytest.mark.django_db

ADDRESS = "/requests/lookup/"


def look_up(client: Client, number: str, code: str) -> Any:
    return client.post(reverse("request_lookup"), {"number": number, "code": code})


def look_up_in(filed: intake.Filed) -> Client:
    """A browser that has opened the case."""
    client = Client()
    look_up(client, filed.request.number, filed.query_code)
    return client


def test_number_and_code_open_the_case_without_the_code_in_any_address() -> None:
    filed = file_request()
    client = Client()

    response = look_up(client, filed.request.number, filed.query_code)

    assert (response.status_code, response["Location"]) == (302, reverse("request_case"))
    cookie = client.cookies[browser.CASE]
    assert cookie["httponly"] and cookie["path"] == "/" and cookie["max-age"] == 1800
    assert filed.request.subject in text_of(client.get(response["Location"]))


@pytest.mark.parametrize("change", ["lower", "dashless", "full width", "spaced"])
def test_code_is_taken_as_people_type_it(change: str) -> None:
    filed = file_request()
    code, number = filed.query_code, filed.request.number
    typed = {
        "lower": code.lower(),
        "dashless": code.replace("-", ""),
        "full width": "".join(chr(ord(sign) + 0xFEE0) for sign in code.replace("-", "")),
        "spaced": f" {code[:4]} {code[5:]} ",
    }[change]

    assert look_up(Client(), number.lower(), typed).status_code == 302


def test_unknown_number_and_wrong_code_get_one_and_the_same_answer() -> None:
    filed = file_request()
    number = filed.request.number

    wrong = look_up(Client(), number, "2222-2222")
    unknown = look_up(Client(), "X" * len(number), "2222-2222")

    assert wrong.status_code == unknown.status_code == 200
    assert without_token(text_of(wrong)).replace(number, "N") == without_token(text_of(unknown)).replace(
        "X" * len(number), "N"
    )
    assert "编号或者查询码不对" in text_of(wrong)
    assert faults(text_of(wrong)) == []


def without_token(page: str) -> str:
    before, _name, after = page.partition('name="csrfmiddlewaretoken" value="')
    return before + after.partition('"')[2]


@pytest.mark.parametrize("number", ["", "\0", "'; DROP TABLE x", "x" * 10_000, "%", "CM-2026-0%"])
def test_strange_number_opens_nothing(number: str) -> None:
    file_request()

    response = look_up(Client(), number, number)

    assert response.status_code == 200
    assert "<title>错误：" in text_of(response)


def test_case_out_of_the_ledger_has_no_code_to_find() -> None:
    row = make_request()

    assert look_up(Client(), row.number, "").status_code == 200
    assert look_up(Client(), row.number, "0" * 64).status_code == 200


def test_guessing_from_one_address_ends_and_begins_anew(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REQUEST_LOOKUPS_PER_ADDRESS = 3
    filed = file_request()
    client = Client()
    for _guess in range(3):
        look_up(client, filed.request.number, "2222-2222")

    closed = look_up(client, filed.request.number, filed.query_code)
    later = now() + timedelta(minutes=10)
    monkeypatch.setattr("requests_app.views.lookup.now", lambda: later)
    opened = look_up(client, filed.request.number, filed.query_code)

    assert closed.status_code == 429
    assert 0 < int(closed["Retry-After"]) <= 600
    assert "查询次数太多" in text_of(closed)
    assert opened.status_code == 302


def test_guessing_at_one_number_from_everywhere_ends_alike_for_unknown_numbers(settings: Settings) -> None:
    settings.REQUEST_LOOKUPS_PER_NUMBER = 2
    number = file_request().request.number

    for guessed in (number, "T-2099-00001"):
        answers = [look_up(Client(REMOTE_ADDR=f"203.0.113.{n}"), guessed, "2222-2222").status_code for n in range(4)]

        assert answers == [200, 200, 429, 429]


def test_right_code_costs_nothing_of_the_limit(settings: Settings) -> None:
    settings.REQUEST_LOOKUPS_PER_ADDRESS = 2
    filed = file_request()

    answers = [look_up(Client(), filed.request.number, filed.query_code).status_code for _time in range(5)]

    assert answers == [302] * 5
    assert sum(ThrottleCount.objects.values_list("count", flat=True)) == 0


def test_one_address_cannot_close_the_case_of_another_person(settings: Settings) -> None:
    """As the settings come: guesses of ten minutes, six times an hour."""
    assert settings.REQUEST_LOOKUPS_PER_NUMBER > 6 * settings.REQUEST_LOOKUPS_PER_ADDRESS


def test_renewed_code_closes_the_case_everywhere() -> None:
    filed = file_request()
    client = Client()
    look_up(client, filed.request.number, filed.query_code)

    code = intake.renew_code(filed.request.pk, actor=make_officer(filed.request.agency), at=now())

    ended = client.get(reverse("request_case"))
    assert ended["Location"] == ADDRESS + "?ended=1"
    assert "请重新输入" in text_of(client.get(ended["Location"]))
    assert look_up(Client(), filed.request.number, filed.query_code).status_code == 200
    assert look_up(Client(), filed.request.number, code).status_code == 302


def test_case_closes_half_an_hour_after_the_last_page(monkeypatch: pytest.MonkeyPatch) -> None:
    filed = file_request()
    client = Client()
    look_up(client, filed.request.number, filed.query_code)
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + 1700)
    in_time = client.get(reverse("request_case"))
    monkeypatch.setattr(time, "time", lambda: start + 3400)
    renewed = client.get(reverse("request_case"))
    monkeypatch.setattr(time, "time", lambda: start + 3400 + 1801)
    too_late = client.get(reverse("request_case"))

    assert (in_time.status_code, renewed.status_code, too_late.status_code) == (200, 200, 302)


def test_leaving_closes_the_case() -> None:
    filed = file_request()
    client = Client()
    look_up(client, filed.request.number, filed.query_code)

    response = client.post(reverse("request_leave"))

    assert response["Location"] == ADDRESS
    assert client.get(reverse("request_case")).status_code == 302


def test_leaving_by_the_form_of_another_site_leaves_the_case_open() -> None:
    filed = file_request()
    client = Client(enforce_csrf_checks=True)
    client.cookies = look_up_in(filed).cookies

    response = client.post(reverse("request_leave"))

    assert response["Location"] == reverse("request_case")
    assert client.get(reverse("request_case")).status_code == 200


def test_leaving_by_a_link_does_nothing() -> None:
    assert Client().get(reverse("request_leave")).status_code == 405


def test_old_form_is_asked_for_again() -> None:
    filed = file_request()

    response = look_up(Client(enforce_csrf_checks=True), filed.request.number, filed.query_code)

    assert response.status_code == 403
    assert filed.request.number in text_of(response)
    assert browser.CASE not in response.cookies


def test_address_of_the_receipt_fills_in_the_number() -> None:
    page = Client().get(reverse("request_lookup"), {"number": "CM-2026-00012"})

    assert 'value="CM-2026-00012"' in text_of(page)
    assert "no-store" in page["Cache-Control"]
    assert faults(text_of(page)) == []


def test_number_of_another_matter_is_led_to_its_page_before_anybody_looks() -> None:
    numbers = {
        "request_lookup": ("CM-MZJ-2026-00012", "LY-MZJ-2026-00012", "TS-01-2026-00012"),
        "complaint_lookup": ("TS-2026-00012", "ts-2026-00012", "ＴＳ－２０２６－０００１２"),
        "feedback_lookup": ("LY-2026-00012",),
    }
    for page in numbers:
        for owner, typed in ((owner, number) for owner, own in numbers.items() for number in own if owner != page):
            with CaptureQueriesContext(connection) as asked:
                answer = text_of(Client().post(reverse(page), {"number": typed, "code": "2222-2222"}))
            assert f'<a class="btn" href="{reverse(owner)}">' in answer, (page, typed)
            assert not any(word in query["sql"] for query in asked for word in ("requests_app_", "throttle")), typed
            assert typed in answer and faults(answer) == [], (page, typed)
        for typed in ("", "TS", "TS-2026", "甲-2026-00001", "-2026-00001"):
            assert LookupForm({"number": typed, "code": "x"}).is_valid() == bool(typed), typed


def test_number_of_the_page_itself_is_never_judged_by_its_shape() -> None:
    assert [door_of(number) for number in ("TS-2026-00012", "LY-2026-00012", "CM-GOV-2026-00012", "?")] == [
        "complaint",
        "feedback",
        "request",
        "",
    ]
