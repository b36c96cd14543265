"""查询码: shown once, kept as a fingerprint, opened however it is typed, and found in a time that tells nothing."""

import hmac

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from govportal.models import AuditEvent
from govportal.permissions import Role
from requests_app.services import intake, receipts
from tests.factories import make_agency, make_member, make_officer, make_request
from tests.factories.requests import AT, file_request

pytestmark = pytest.mark.django_db


def typed(code: str) -> list[str]:
    """The same code as people type it."""
    wide = code.translate({ord(sign): ord(sign) + 0xFEE0 for sign in code})
    bare = code.replace("-", "")
    return [code.lower(), bare, f" {code} ", wide, code.replace("-", "—"), code.replace("-", " "), bare.lower()]


def test_code_opens_its_case_however_it_is_typed() -> None:
    filed = file_request(make_agency(code="CM-MZJ"))
    number = filed.request.number

    found = [intake.find(number, code) for code in typed(filed.query_code)]
    found += [
        intake.find(text, filed.query_code)
        for text in (number.lower(), f" {number}", "ＣＭ－ＭＺＪ－２０２６－００００１")
    ]

    assert found == [filed.request] * 10


def test_code_of_an_agency_in_small_letters_opens_its_case_too() -> None:
    filed = file_request(make_agency(code="cm-mzj"))

    assert intake.find(filed.request.number.upper(), filed.query_code) == filed.request


@pytest.mark.parametrize("code", ["", "-", "AAAA-AAAA", "\x00", "长" * 5000])
def test_wrong_code_opens_nothing(code: str) -> None:
    filed = file_request()

    assert intake.find(filed.request.number, code) is None
    assert intake.find(file_request().request.number, filed.query_code) is None
    assert intake.find("T-2026-99999", filed.query_code) is None
    assert intake.find("", "") is None


def test_case_without_a_code_is_opened_by_none() -> None:
    row = make_request()  # out of a ledger: no key

    assert intake.find(row.number, "") is None


def test_unknown_number_costs_the_same_comparison_and_no_decryption(monkeypatch: pytest.MonkeyPatch) -> None:
    filed = file_request()
    compared: list[str] = []
    real = hmac.compare_digest

    def compare(one: str, two: str) -> bool:
        compared.append(two)
        return real(one, two)

    monkeypatch.setattr(hmac, "compare_digest", compare)

    with CaptureQueriesContext(connection) as known:
        intake.find(filed.request.number, "WRONG")
    with CaptureQueriesContext(connection) as unknown:
        intake.find("T-2026-99999", "WRONG")

    assert (len(compared), len(known), len(unknown)) == (2, 1, 1)
    assert "description" not in known[0]["sql"]


def test_codes_are_told_by_telephone_without_a_mistake() -> None:
    codes = {receipts.new_code() for _number in range(200)}

    assert len(codes) == 200
    assert not set("".join(codes)) & set("01OIL")
    assert all(len(code) == 9 and code[4] == "-" for code in codes)


def test_new_code_takes_the_place_of_the_old_one() -> None:
    filed = file_request()
    officer = make_officer(filed.request.agency)

    code = intake.renew_code(filed.request.pk, actor=officer, at=AT)

    assert intake.find(filed.request.number, filed.query_code) is None
    assert intake.find(filed.request.number, code) == filed.request
    assert code not in str(list(AuditEvent.objects.values_list("after", "note")))


def test_new_code_is_given_by_officers_alone_and_not_after_the_purge() -> None:
    row = make_request()
    officer = make_officer(row.agency)
    purged = make_request(agency=row.agency, has_applicant=False, purged_at=AT)

    for stranger in (make_member(Role.OFFICE_HEAD, row.agency), make_officer()):
        with pytest.raises(PermissionDenied):
            intake.renew_code(row.pk, actor=stranger, at=AT)
    with pytest.raises(ValidationError, match="已按保存期限清除"):
        intake.renew_code(purged.pk, actor=officer, at=AT)
