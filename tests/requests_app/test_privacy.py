"""One whole case, from the form to the purge: who asked and what he described stand nowhere but where they belong.

Watched is whatever leaves the encrypted columns: the log, the audit trail, the outbox, the arguments of jobs, the
addresses of pages and the cookies of the browser.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from govportal import notices
from govportal.models import AuditEvent, Heartbeat, Notice
from govportal.now import now
from requests_app.enums import DecisionKind, DeliveryWay, FeeMode, InquiryKind, ReplyKind
from requests_app.letter_rules import LetterKind
from requests_app.models import InformationRequest, RequestOffice
from requests_app.services import (
    applicants,
    charge,
    converse,
    convert,
    correct,
    inquire,
    letter_delivery,
    letters,
    publication_tasks,
    purge,
    triage,
)
from tests.factories.requests import (
    make_officer,
    make_proposal,
    make_releaser,
    release_decision,
    reread_request,
)
from tests.requests_app.filing_journey import IDENTITY, PERSON, Citizen, scan

pytestmark = pytest.mark.django_db(transaction=True)

DESCRIPTION = "我家门前那段路塌了，我要看这一段的合同"
PURPOSE = "准备打官司用"
ANSWER = "补正：我说的是老屋前二百米"
SECRETS = (PERSON["name"], PERSON["phone"], PERSON["email"], PERSON["address"], IDENTITY, DESCRIPTION, PURPOSE, ANSWER)


@pytest.fixture(autouse=True)
def jobs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings) -> list[str]:
    """What the broker is told, which no worker hears here."""
    told: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **given: told.append(f"{name} {given}"))
    settings.MEDIA_ROOT = tmp_path / "media"
    return told


class Watched(Client):
    """A browser that remembers every address it was at or was sent to."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        self.addresses += [f"{request.get('PATH_INFO')}?{request.get('QUERY_STRING')}", response.get("Location", "")]
        return response


def filed(browser: Watched) -> InformationRequest:
    citizen = Citizen(browser)
    citizen.fill(
        applicant={"proofs": scan(name=f"{PERSON['name']}的身份证.pdf")},
        information={"description": DESCRIPTION, "purpose": PURPOSE},
    )
    response = citizen.send()
    page = browser.get(response["Location"])
    row = InformationRequest.objects.get()
    answer = browser.post(reverse("request_lookup"), {"number": row.number, "code": page.context["code"]})
    assert answer.status_code == 302
    return row


def worked_on(row: InformationRequest, browser: Watched, at: datetime) -> None:
    """Every step that touches what is personal, by officer, applicant and third party."""
    RequestOffice.objects.create(
        agency=row.agency, review_body="某县人民政府", court="某县人民法院", phone="0399-6000000"
    )
    officer, head = make_officer(row.agency, email="officer@agency.example"), make_releaser(row.agency)
    triage.register(row.pk, triage.Receipt(), actor=officer, at=at)
    applicants.unmask(row.pk, "核对身份证明", actor=officer)
    applicants.search(applicants.Wanted(name=PERSON["name"], phone=PERSON["phone"]), actor=head)
    correct.ask(
        row.pk, correct.Demand(items="请写明路段。", due_on=at.date() + timedelta(days=15)), actor=officer, at=at
    )
    assert browser.post(reverse("request_correct"), {"text": ANSWER}).status_code == 302
    triage.begin_review(row.pk, actor=officer, at=at)
    assert (
        browser.post(reverse("request_message"), {"text": f"我是{PERSON['name']}，电话{PERSON['phone']}"}).status_code
        == 302
    )
    converse.note(row.pk, f"{PERSON['name']}来过电话", actor=officer, at=at)
    question = inquire.Question(
        kind=InquiryKind.THIRD_PARTY,
        party="顺通路桥公司",
        matter="合同单价",
        contact="party@firm.example",
        delivered_on=None,
    )
    inquiry = inquire.ask(row.pk, question, actor=officer, at=at)
    letter = letters.issue(
        row.pk, letters.Order(kind=LetterKind.THIRD_PARTY_INQUIRY, inquiry=inquiry), actor=officer, at=at
    )
    letter_delivery.send(letter.pk, letter_delivery.Dispatch(way=DeliveryWay.EMAIL), actor=officer, at=at)
    inquire.record_answer(inquiry.pk, inquire.Reply(answer="consent"), actor=officer, at=at)
    charge.notify(row.pk, charge.Demand(mode=FeeMode.BY_VOLUME, quantity=250), actor=officer, at=at)
    charge.record_payment(row.pk, actor=officer, at=at, reference=f"{PERSON['name']}缴")
    release_decision(row, make_proposal(kind=DecisionKind.EXTENSION), at=at)
    release_decision(row, make_proposal(ReplyKind.DISCLOSED, content=f"{PERSON['name']}：合同见附件。"), at=at)
    reply = letters.issue(row.pk, letters.Order(kind=LetterKind.DISCLOSED), actor=officer, at=at)
    letters.file_of(reply.pk)
    letter_delivery.send(reply.pk, letter_delivery.Dispatch(way=DeliveryWay.EMAIL), actor=officer, at=at)
    publication_tasks.suggest(row.pk, actor=None, at=at, text=f"{PERSON['name']}建议公开")
    convert.convert(row.pk, convert.Wanted(title="养护合同", body="合同单价。"), actor=officer, at=at)


def found_in(texts: list[str]) -> list[str]:
    return [secret for secret in SECRETS if any(secret in text for text in texts)]


def test_whole_case_leaves_no_trace_of_who_asked(
    caplog: pytest.LogCaptureFixture, jobs: list[str], settings: Settings
) -> None:
    settings.REQUEST_RETENTION_YEARS = 1
    caplog.set_level(logging.DEBUG)
    browser = Watched()

    row = filed(browser)
    worked_on(row, browser, now())
    outbox = [f"{notice.key} {notice.subject} {notice.body} {notice.last_error}" for notice in Notice.objects.all()]
    notices.sweep(now())
    purge.purge(now() + timedelta(days=800))
    current_app.tasks["requests_app.purge"]()

    assert reread_request(row).purged_at is not None
    assert len(outbox) >= 8 and len(mail.outbox) >= 8 and len(jobs) >= 2
    assert AuditEvent.objects.count() >= 20
    assert found_in([record.getMessage() for record in caplog.records]) == []
    assert found_in([str(event) for event in AuditEvent.objects.values_list()]) == []
    assert found_in(outbox) == []
    assert found_in([f"{message.subject} {message.body}" for message in mail.outbox]) == []
    assert found_in(jobs) == []
    assert found_in(browser.addresses) == []
    assert found_in([morsel.value for morsel in browser.cookies.values()]) == []
    assert found_in([beat.note for beat in Heartbeat.objects.all()]) == []


def test_mail_to_a_third_party_is_its_own_letter_alone() -> None:
    browser = Watched()
    row = filed(browser)
    worked_on(row, browser, now())

    to_party = Notice.objects.exclude(key__endswith=":applicant").get(key__startswith="letter-delivery")
    assert to_party.address == "party@firm.example"
    assert "合同单价" in to_party.body
    assert found_in([to_party.subject, to_party.body]) == []
    assert row.number not in to_party.body
