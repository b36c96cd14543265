"""Complaints and messages in English: Chinese stands only where it is marked as Chinese (WCAG 3.1.2)."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pytest_django import Settings

from govportal.mails import as_html
from govportal.models import Notice, SiteProfile
from govportal.now import now
from requests_app.complaint_enums import ComplaintFileKind, ComplaintState, OtherPath
from requests_app.feedback_enums import FeedbackKind, FeedbackState
from requests_app.models import Feedback
from requests_app.services import complaint_handling, feedback
from tests.factories import make_agency, make_private_file
from tests.factories.complaints import (
    bring_complaint_to,
    complaint_officer_of,
    file_complaint,
    make_answer,
    make_complaint,
    make_complaint_file,
    order_after_complaint,
)
from tests.factories.feedback import make_feedback
from tests.factories.published import publish_one
from tests.requests_app.complaints.complaint_journey import ANONYMOUS, NAMED, Complainer, open_case
from tests.requests_app.filing_journey import PDF, scan, text_of
from tests.test_english import chinese_outside_records

pytestmark = pytest.mark.django_db

FACTS = "The list has not been updated since March, and nobody answered my calls."


@pytest.fixture(autouse=True)
def english_name() -> None:
    SiteProfile.objects.create(pk=1, name="某县政务公开", name_en="County Open Government")


def english(client: Client, path: str, sent: Any = None, status: int = 200) -> str:
    """The page, or what is answered to what was sent, with no Chinese outside the records."""
    with override("en"):
        path = path if path.startswith("/en/") else f"/en{path}"
        response = client.get(path) if sent is None else client.post(path, sent)
    page = text_of(response)
    assert response.status_code == status, (path, page)
    assert '<html lang="en"' in page, path
    assert chinese_outside_records(page) == [], path
    return page


# --- complaints ----------------------------------------------------------------------------------------------------


def test_pages_for_everybody_are_english() -> None:
    make_complaint(ComplaintState.CLOSED)
    make_complaint(ComplaintState.REDIRECTED)

    for name in ("complaints", "complaint_statistics"):
        english(Client(), reverse(name))


def test_steps_and_receipt_are_english() -> None:
    """A field holds whatever language somebody wrote in it, so nothing is written in this one."""
    for contact in (NAMED, ANONYMOUS):
        somebody = Complainer()
        item = publish_one(agency=somebody.agency)
        somebody.fill(contact, facts=FACTS, item_number=item.index_number, evidence=[scan()])
        for step in ("matter", "contact", "check"):
            english(somebody.client, somebody.path(step))
        page = somebody.client.get(somebody.send()["Location"])
        english(somebody.client, page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"])


def test_what_is_wrong_is_said_in_english() -> None:
    alone = Complainer(agency=make_agency())  # nobody handles complaints about it
    matter = {"d": alone.d, "agency": alone.agency.code, "ground": "other", "facts": FACTS}
    assert "No office on this portal" in english(alone.client, alone.path("matter"), matter)
    somebody, item = Complainer(), publish_one()
    matters: list[dict[str, Any]] = [
        {},
        {"agency": somebody.agency.code, "ground": "other", "facts": FACTS, "item_number": item.index_number},
        {"agency": "nobody", "ground": "none", "facts": "short", "item_number": "none", "board": "x" * 999},
    ]
    for wrong in matters:
        english(somebody.client, somebody.path("matter"), {"d": somebody.d} | wrong)
    somebody.post("matter", facts=FACTS)
    for contact in ({}, {"is_named": "named"}, {"is_named": "named", "phone": "12", "email": "nobody"}):
        english(somebody.client, somebody.path("contact"), {"d": somebody.d} | contact)
    somebody.fill(facts=FACTS)
    english(somebody.client, somebody.path("check"), {"d": somebody.d, "seen": "", "website": "http://spam.example"})


def test_why_a_file_is_not_taken_is_said_in_english() -> None:
    somebody = Complainer()
    wrong = {
        "is larger than 10 MB": scan(PDF + b"x" * 10 * 1024 * 1024),
        "is empty": scan(b"", "empty.pdf"),
        "has a password": scan(PDF + b"trailer << /Encrypt 1 0 R >>"),
        "The content is PDF, but the file name ends in “.png”": scan(PDF, "a.png"),
        "is no picture": scan(b"\xff\xd8\xff\xe0", "a.jpg"),
        "scripts are not accepted. Only PDF, JPEG, PNG files": scan(b"<html>", "a.html"),
    }
    for reason, file in wrong.items():
        sent = {"d": somebody.d, "agency": somebody.agency.code, "ground": "other", "facts": FACTS, "evidence": [file]}
        assert reason in english(somebody.client, somebody.path("matter"), sent), reason


def test_case_is_english_wherever_it_stands() -> None:
    for state in ComplaintState:
        filed = file_complaint(at=now(), facts=FACTS)
        row = bring_complaint_to(state, filed.complaint, at=now())
        english(open_case(row, filed.query_code), reverse("complaint_case"))
    for path in OtherPath:
        filed = file_complaint(at=now(), is_named=False)
        officer = complaint_officer_of(filed.complaint)
        complaint_handling.redirect(filed.complaint.pk, path=path, actor=officer, at=now(), notice="请走这个途径。")
        english(open_case(filed.complaint, filed.query_code), reverse("complaint_case"))


def test_whole_case_and_what_its_complainant_does_are_english() -> None:
    filed = file_complaint(at=now(), board="柳园村村委会门口")
    row = bring_complaint_to(ComplaintState.INVESTIGATING, filed.complaint, at=now())
    make_complaint_file(row, kind=ComplaintFileKind.EVIDENCE)
    client, officer = open_case(row, filed.query_code), complaint_officer_of(row)
    for name in ("complaint_supplement", "complaint_withdraw"):
        english(client, reverse(name))
    english(client, reverse("complaint_supplement"), {})
    english(client, reverse("complaint_withdraw"), {"reason": "x" * 5000})
    complaint_handling.supplement(row.pk, text="还有一张照片。", files=(), at=now())
    answer = make_answer(files=[make_private_file(name="答复.pdf")])
    complaint_handling.answer(row.pk, answer, actor=officer, at=now())
    order_after_complaint(row, at=now())

    page = english(client, reverse("complaint_case"))

    assert "Papers added" in page and "Upheld" in page and "A rectification was ordered: " in page
    for typed in ({}, {"number": row.number, "code": "2222-2222"}):
        assert "Complaint number</label>" in english(Client(), reverse("complaint_lookup"), typed)
    english(Client(), reverse("complaint_supplement"), {"text": FACTS}, status=403)


# --- messages and error reports ------------------------------------------------------------------------------------


def test_form_and_receipt_are_english(settings: Settings) -> None:
    settings.REQUEST_FILINGS_PER_ADDRESS = 1
    client, agency, item = Client(), make_agency(), publish_one()
    address = reverse("feedback_new")
    shown = english(client, f"{address}?kind=correction&item={item.slug}")
    sheet = re.findall(r'name="sheet" value="([^"]*)"', shown)[0]
    filled = {"sheet": sheet, "kind": "message", "agency": agency.code, "text": FACTS, "email": "lin@mail.example"}

    for wrong in ({"sheet": sheet}, filled | {"agency": "x", "kind": "x", "text": "x" * 5001, "phone": "1"}):
        english(client, address, wrong)
    english(client, address, filled | {"website": "http://spam.example"})  # to wait
    english(client, address, filled | {"sheet": ""}, status=403)
    with override("en"):
        receipt = client.post(f"/en{address}", filled)["Location"]
    english(client, receipt)
    english(client, address, filled | {"text": f"{FACTS} Again."}, status=429)
    notice = Notice.objects.get(key__endswith=":writer")
    assert f"Your message has been received under number {Feedback.objects.get().number}." == notice.subject
    assert "Open it with number and query code: " in notice.body
    assert "This mail was sent automatically" in as_html(notice.subject, notice.body)


def test_answer_is_english_wherever_it_stands() -> None:
    number = 0
    for kind in FeedbackKind:
        for state in FeedbackState:
            paths = [*feedback.PATHS] if state == FeedbackState.REDIRECTED else [""]
            for path in paths:
                number += 1
                own, code = f"LY-2026-{number:05}", "7K4M-92PX"
                key = feedback.query_key(own, code)
                make_feedback(kind=kind, state=state, number=own, other_path=path, query_key=key)
                english(Client(), reverse("feedback_lookup"), {"number": own, "code": code})
    english(Client(), reverse("feedback_lookup"), {"number": "LY-2026-1", "code": "2222-2222"})
    english(Client(), reverse("feedback_lookup"), {})
