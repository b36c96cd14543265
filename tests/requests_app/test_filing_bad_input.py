"""What people and programs really send: pasted books, photographs called .pdf, bombs, old forms, forged cookies."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from govportal.models import PrivateFile
from govportal.now import now
from requests_app.models import InformationRequest, RequestDraft
from requests_app.services import drafts
from requests_app.views import browser
from requests_app.views.sent import receipt_path
from tests.markup import faults
from tests.requests_app.filing_journey import PERSON, Citizen, request_of, scan, text_of

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
MEGABYTE = 1024 * 1024


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"\0" * (64 * MEGABYTE))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (lambda: scan(b"%PDF-1.7\n" + b"0" * (50 * MEGABYTE)), "文件超过 10 MB"),
        (lambda: scan(PNG, "照片.pdf"), "文件内容是 PNG，扩展名却是“.pdf”"),
        (lambda: scan(bomb(), "身份证.pdf"), "没有收下"),
        (lambda: scan(bomb(), "身份证.zip"), "没有收下"),
        (lambda: scan(b"<svg onload=alert(1)>", "身份证.png"), "没有收下"),
        (lambda: scan(b"", "身份证.pdf"), "文件是空的"),
        (lambda: scan(b"hello", "../../etc/passwd"), "没有收下"),
    ],
)
def test_unfit_file_is_refused_with_its_reason_and_nothing_else_is_lost(
    upload: Callable[[], SimpleUploadedFile], words: str
) -> None:
    citizen = Citizen()

    response = citizen.post("applicant", proofs=[scan(name="好的.pdf"), upload()])

    page = text_of(response)
    assert response.status_code == 200
    assert words in page
    assert PERSON["name"] in page and "好的.pdf" in page
    assert PrivateFile.objects.count() == 1
    assert faults(page) == []


def test_hundred_thousand_characters_are_told_and_kept() -> None:
    citizen = Citizen()
    citizen.post("applicant")
    text = "述" * 99_999 + "完"

    response = citizen.post("information", description=text)
    again = citizen.get("information")

    for page in (text_of(response), text_of(again)):
        assert "最多 5000 个字，现有 100000 个字" in page
        assert text in page
    assert citizen.get("check")["Location"].startswith(reverse("request_step", args=["information"]))


def test_more_than_any_form_takes_gets_a_page_that_says_so() -> None:
    citizen = Citizen()
    citizen.post("applicant")

    response = citizen.post("information", description="x" * 5 * MEGABYTE)

    assert response.status_code == 400
    assert "提交的文字超过 4 MB" in text_of(response)
    assert "后退" in text_of(response)
    assert citizen.draft.values["applicant"]["name"] == PERSON["name"]


def test_characters_nobody_types_are_taken_out() -> None:
    citizen = Citizen()

    row = citizen.file(
        applicant={"name": "林\0试\x07一"},
        information={"subject": "养护\0资金", "description": "一\x0b二\u202e三"},
    )

    assert row.applicant.name == "林试一"
    assert row.subject == "养护资金"
    assert row.description == "一\n二三"


@pytest.mark.parametrize("value", ["\0", "' OR 1=1 --", "../x", "0" * 10_000, "ffffffffff", "{{7*7}}"])
def test_draft_that_a_stranger_names_is_not_found(value: str) -> None:
    Citizen().fill()
    stranger = Citizen(Client())

    response = stranger.client.get(reverse("request_check"), {"d": value})
    posted = stranger.client.post(reverse("request_check"), {"d": value, "seen": value})

    assert response.status_code == posted.status_code == 302
    assert not InformationRequest.objects.exists()


def test_name_of_a_draft_opens_nothing_without_its_cookie() -> None:
    citizen = Citizen()
    citizen.fill()
    stranger = Client()
    stranger.get(reverse("request_new"))

    page = stranger.get(citizen.path("applicant"))
    check = stranger.get(citizen.path("check"))

    assert PERSON["name"] not in text_of(page)
    assert check["Location"] == reverse("request_new") + "?lost=1"


@pytest.mark.parametrize("name", [browser.DRAFT, browser.RECEIPTS, browser.REMEMBERED, browser.CASE])
@pytest.mark.parametrize("value", ["", "x", "a:b:c", "\\000", "eyJhIjoxfQ:1tQ:x", "é"])
def test_forged_cookie_is_none(name: str, value: str) -> None:
    citizen = Citizen()
    citizen.fill()
    citizen.client.cookies[name] = value

    for address in (citizen.path(), reverse("request_lookup"), reverse("request_case"), citizen.path("check")):
        assert citizen.client.get(address).status_code in {200, 302}


def test_cookie_of_one_use_is_none_for_another() -> None:
    citizen = Citizen()
    citizen.file()
    citizen.client.cookies[browser.CASE] = citizen.client.cookies[browser.DRAFT].value

    assert citizen.client.get(reverse("request_case")).status_code == 302


def cookies_of(citizen: Citizen) -> list[Any]:
    return [citizen.client.cookies[name] for name in (browser.DRAFT, browser.RECEIPTS, browser.CASE)]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_cookies_are_one_for_both_languages_and_out_of_reach_of_scripts(prefix: str) -> None:
    """Django's test browser does not mind paths; a real one would send a cookie of /requests/ to no English page."""
    citizen = Citizen()
    citizen.fill()
    check = prefix + citizen.path("check")
    seen = citizen.client.get(check).context["seen"]
    sent = citizen.client.post(check, {"d": citizen.d, "seen": seen})
    receipt = citizen.client.get(sent["Location"])
    form = {"number": receipt.context["row"].number, "code": receipt.context["code"]}
    citizen.client.post(f"{prefix}/requests/lookup/", form)

    for morsel in cookies_of(citizen):
        assert (morsel["path"], morsel["httponly"], morsel["samesite"]) == (settings.BASE_PATH, True, "Lax")


def test_clearing_in_the_other_language_clears_the_same_cookies() -> None:
    citizen = Citizen()
    address = receipt_path(citizen.file())

    response = citizen.client.post(f"/en{address}")

    for name in (browser.DRAFT, browser.RECEIPTS, browser.CASE):
        assert (response.cookies[name].value, response.cookies[name]["path"]) == ("", settings.BASE_PATH)


def test_public_pages_are_kept_for_whoever_has_filed_too() -> None:
    citizen = Citizen()
    citizen.file()

    mine, anybodys = citizen.client.get("/help/"), Client().get("/help/")

    assert mine["ETag"] == anybodys["ETag"]
    assert "private" not in mine["Cache-Control"]


def test_cookies_are_secure_where_the_portal_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IS_HTTPS", True)
    citizen = Citizen()

    assert citizen.client.cookies[browser.DRAFT]["secure"]


def test_old_form_is_shown_again_with_all_that_was_typed() -> None:
    citizen = Citizen(Client(enforce_csrf_checks=True))

    response = citizen.post("applicant", name="只写在这里的名字")

    page = text_of(response)
    assert response.status_code == 403
    assert "只写在这里的名字" in page and "请再按一次" in page
    assert not RequestDraft.objects.exists()
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    assert citizen.post("applicant", csrfmiddlewaretoken=token).status_code == 302


def test_old_check_page_sends_nothing_and_is_shown_again() -> None:
    citizen = Citizen()
    citizen.fill()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = citizen.client.cookies

    response = strict.post(citizen.path("check"), {"d": citizen.d, "seen": citizen.get("check").context["seen"]})

    assert response.status_code == 403
    assert "没有送出" in text_of(response) and PERSON["name"] in text_of(response)
    assert not InformationRequest.objects.exists()


def test_browser_without_cookies_is_told() -> None:
    citizen = Citizen()
    citizen.client.cookies.clear()

    response = citizen.post("applicant")

    assert response.status_code == 403
    assert "浏览器不接受 Cookie" in text_of(response)
    assert PERSON["name"] in text_of(response)


def test_replayed_form_of_a_sent_draft_leads_to_the_receipt() -> None:
    citizen = Citizen()
    citizen.fill()
    form = {"d": citizen.d, "seen": citizen.get("check").context["seen"]}
    receipt = citizen.client.post(citizen.path("check"), form)["Location"]

    replayed = [citizen.client.post(citizen.path("check"), form)["Location"] for _time in range(3)]

    assert replayed == [receipt] * 3
    assert InformationRequest.objects.count() == 1


def test_draft_of_yesterday_is_gone_with_its_files() -> None:
    citizen = Citizen()
    citizen.post("applicant", proofs=[scan()])

    assert drafts.sweep(now() + drafts.LIFETIME - timedelta(minutes=1)) == 0
    assert drafts.sweep(now() + drafts.LIFETIME) == 1
    assert not RequestDraft.objects.exists() and not PrivateFile.objects.exists()
    assert citizen.get("information")["Location"] == reverse("request_new") + "?lost=1"


def test_sweep_leaves_the_request_and_its_proof() -> None:
    citizen = Citizen()
    row = citizen.file(applicant={"proofs": [scan()]})

    drafts.sweep(now() + drafts.LIFETIME)

    assert InformationRequest.objects.get() == row
    assert PrivateFile.objects.count() == row.files.count() == 1


def test_draft_is_unreadable_in_the_database() -> None:
    Citizen().fill()

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM requests_app_requestdraft")
        row = str(cursor.fetchone())

    assert PERSON["name"] not in row and PERSON["identity_number"] not in row


def test_nothing_personal_stands_in_addresses_or_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    citizen = Citizen()
    citizen.fill()
    sent = citizen.send()
    citizen.client.get(sent["Location"])

    logged = " ".join(record.getMessage() for record in caplog.records if "django.db" not in record.name)
    words = f"{sent['Location']} {citizen.path()} {logged}"

    assert request_of(sent).number in words
    for value in (*PERSON.values(), "养护资金"):
        if value not in {"natural_person", "resident"}:
            assert value not in words
