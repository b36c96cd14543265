"""An office, and cases brought to the point at which their letter is due."""

from typing import Any

from govportal.models import Agency, AuditEvent
from requests_app.enums import InquiryKind, State
from requests_app.letter_rules import LetterKind
from requests_app.models import InformationRequest, Letter, RequestOffice
from requests_app.services import letters
from requests_app.services.letters import Order
from tests.factories import make_agency
from tests.factories.requests import AT, ask_party, officer_of, release_decision, request_in

SCAN = b"%PDF-1.7\n%sealed\n%%EOF\n"


def make_office(prefix: str = "澄交公复", **values: Any) -> Agency:
    agency = make_agency(**{"office": "政务公开室", "phone": "0399-6613320", "address": "交通路9号"} | values)
    RequestOffice.objects.create(
        agency=agency, letter_prefix=prefix, court="澄明县人民法院", review_body="澄明县人民政府"
    )
    return agency


def corrected(agency: Agency) -> InformationRequest:
    """A request of which a correction was asked: the cheapest that has a letter to issue."""
    return request_in(State.CORRECTION_ASKED, agency=agency)


def issued(agency: Agency, **values: Any) -> Letter:
    return letters.issue(
        corrected(agency).pk, Order(kind=LetterKind.CORRECTION, **values), actor=officer_of(agency), at=AT
    )


def answered(agency: Agency) -> Letter:
    row = request_in(State.IN_REVIEW, agency=agency)
    release_decision(row)
    return letters.issue(row.pk, Order(kind=LetterKind.DISCLOSED), actor=officer_of(agency), at=AT)


def inquired(agency: Agency, **values: Any) -> Letter:
    row = request_in(State.IN_REVIEW, agency=agency)
    inquiry = ask_party(row, InquiryKind.THIRD_PARTY, **values)
    order = Order(kind=LetterKind.THIRD_PARTY_INQUIRY, inquiry=inquiry)
    return letters.issue(row.pk, order, actor=officer_of(agency), at=AT)


def said(action: str) -> list[str]:
    """Everything the audit trail holds of a deed."""
    events = AuditEvent.objects.filter(action=action)
    return [f"{event.subject_name} {event.before} {event.after} {event.note}" for event in events]
