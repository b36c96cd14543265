"""What a letter says, gathered from the rows of its request: the office, the clock, the decision, the inquiry.

What an officer adds by hand stands above what is found here, name by name. Nothing is invented: a fact that no row
holds stays out, and the letter is not made without it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.urls import reverse
from django.utils import translation

from govportal.calendar import load_calendar
from govportal.html import clean_line, clean_values
from govportal.models import Agency, AgencyKind
from govportal.site import absolute_url
from requests_app import clock, clock_words, letters
from requests_app.clock import ClockKind, StepKey
from requests_app.clock_terms import TermKey, term_on
from requests_app.enums import Action, ApplicantKind, Channel, FeeMode, InquiryAnswer, InquiryKind
from requests_app.letter_rules import LETTER_RULES, Addressee, LetterKind
from requests_app.models import Applicant, Correction, FeeNotice, Inquiry, Letter, RequestOffice
from requests_app.rules import REPLY_RULES
from requests_app.services import converse, procedure
from requests_app.services.letter_matter import Matter, day_words, office_of
from requests_app.services.reply_checks import THIRD_PARTY_REASONS
from requests_app.services.reply_facts import facts_of_reply

SUBJECT_LENGTH = 60  # of a description that stands in for a name


def facts_for(matter: Matter, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Every fact that is known, without the number. `extra` as an officer typed it, or already of its type.

    Raises ValueError for one that cannot be read.
    """
    with translation.override("zh-hans"):
        found = _of_office(matter) | _of_addressee(matter) | _of_request(matter)
        if gather := _GATHERERS.get(matter.kind):
            found |= gather(matter)
        if matter.kind.value in REPLY_RULES:
            found |= facts_of_reply(matter)
    known = letters.known_facts(matter.kind)
    typed = letters.from_json(matter.kind, clean_values({**matter.said.facts, **(extra or {})}))
    return {name: value for name, value in {**found, **typed}.items() if name in known and value not in (None, "", [])}


def missing(matter: Matter, extra: Mapping[str, Any] | None = None) -> list[str]:
    """The Chinese labels of what the letter would lack. Raises ValueError as `facts_for` does."""
    return letters.missing_facts(matter.kind, facts_for(matter, extra))


# --- every letter --------------------------------------------------------------------------------------------------


def _of_office(matter: Matter) -> dict[str, Any]:
    agency, office = matter.agency, office_of(matter.agency)
    parts = {
        "承办": office.office or agency.office,
        "电话": office.phone or agency.phone,
        "地址": agency.address,
        "邮政编码": agency.postcode,
    }
    return {
        "issuer": agency.name,
        "issued_on": matter.on,
        "contact": "　".join(f"{label}：{value}" for label, value in parts.items() if value),
        "review_body": office.review_body or _government_above(agency),
        "court": office.court,
        "return_to": _return_to(agency, office),
    }


def _government_above(agency: Agency) -> str:
    """Who reviews what a department or township does (《行政复议法》第二十四条); of a government, the one above it."""
    above = agency.parent
    while above and above.kind != AgencyKind.GOVERNMENT:
        above = above.parent
    return above.name if above else ""


def _return_to(agency: Agency, office: RequestOffice) -> str:
    where = f"{agency.name}{office.office or agency.office}"
    details = [f"地址：{agency.address}" if agency.address else "", f"传真：{agency.fax}" if agency.fax else ""]
    return f"{where}（{'，'.join(filter(None, details))}）" if any(details) else where


def _of_addressee(matter: Matter) -> dict[str, Any]:
    if LETTER_RULES[matter.kind].addressee is Addressee.APPLICANT:
        # Without an applicant (purged, or out of a ledger) nobody is addressed, and the letter is not made.
        applicant = Applicant.objects.filter(request=matter.row).first()
        is_organisation = matter.row.applicant_kind != ApplicantKind.NATURAL_PERSON
        return {"addressee": applicant.name if applicant else "", "is_organisation": is_organisation}
    party = matter.inquiry.party if matter.inquiry else ""
    # A name of more than four characters without the point of minority and foreign names is a body's.
    is_organisation = len(party) > 4 and "·" not in party
    return {"addressee": party, "is_organisation": is_organisation}


def _of_request(matter: Matter) -> dict[str, Any]:
    row = matter.row
    return {
        "request_number": row.number,
        "received_on": row.received_on,
        "subject": row.subject or clean_line(row.description)[:SUBJECT_LENGTH],
    }


# --- steps ---------------------------------------------------------------------------------------------------------


def _receipt(matter: Matter) -> dict[str, Any]:
    row = matter.row
    address = absolute_url(reverse("request_lookup")) if row.channel == Channel.WEB else ""
    basis = row.get_receipt_basis_display() if row.receipt_basis else ""
    found = {"receipt_basis": basis, "due_on": row.due_on, "query_address": address}
    return found | _provisional(row.is_provisional)


def _provisional(is_provisional: bool) -> dict[str, Any]:
    """Said where it is so, and of no other date."""
    return {"is_provisional": True} if is_provisional else {}


def _correction(matter: Matter) -> dict[str, Any]:
    correction = Correction.objects.filter(request=matter.row).first()
    return {"items": correction.items.splitlines(), "correct_by": correction.due_on} if correction else {}


def _reasons(matter: Matter) -> dict[str, Any]:
    asked = matter.row.events.filter(action=Action.ASK_REASONS).last()
    if asked is None:
        return {}
    return {"excess": asked.public_note, "reply_by": converse.reasons_due(matter.row)}


def _reading(matter: Matter, kind: ClockKind | None = None) -> clock.Reading | None:
    """The clock as it stands; with a step of `kind` that is only drafted, as it would stand then."""
    row = matter.row
    if row.received_on is None:
        return None
    events = procedure.history(row)
    if kind and matter.said.days and not any(event.kind is kind for event in events):
        events.append(clock.Event(kind, matter.on, days=matter.said.days))
        try:
            return clock.fold(
                row.received_on, events, load_calendar(), today=matter.on, counts_receipt_day=row.counts_receipt_day
            )
        except clock.ImpossibleHistory:
            return None  # the decision will be refused with its reasons
    return procedure.reading(row, load_calendar(), matter.on)


def _explained(reading: clock.Reading | None) -> list[str]:
    return [str(line) for line in clock_words.explain(reading)] if reading else []


def _longer(kind: ClockKind, key: StepKey) -> Callable[[Matter], dict[str, Any]]:
    def gather(matter: Matter) -> dict[str, Any]:
        reading = _reading(matter, kind)
        steps = reading.steps if reading else ()
        places = [place for place, step in enumerate(steps) if step.key is key]
        if not places:
            return {"reasons": matter.said.reasons}
        return {
            "reasons": matter.said.reasons,
            "due_on": steps[places[-1] - 1].due_on,
            "new_due_on": reading.due_on if reading else None,
            "explanation": _explained(reading),
            **_provisional(bool(reading and reading.is_provisional)),
        }

    return gather


def _inquiry(matter: Matter) -> dict[str, Any]:
    inquiry = matter.inquiry
    if inquiry is None:
        return {}
    key = TermKey.THIRD_PARTY if inquiry.kind == InquiryKind.THIRD_PARTY else TermKey.CO_AGENCY
    return {
        "information": inquiry.matter,
        "interest": "商业秘密、个人隐私等权益",  # 第十五条 by its own words; the officer may name which
        "answer_days": term_on(key, inquiry.asked_on).days,
    }


def _pause(matter: Matter) -> dict[str, Any]:
    inquiry = matter.inquiry
    if inquiry is None:
        return {}
    consulted = "第三方" if inquiry.kind == InquiryKind.THIRD_PARTY else "共同制作机关"
    return {"consulted": consulted, "paused_from": inquiry.asked_on, "explanation": _explained(_reading(matter))}


def _third_party_decision(matter: Matter) -> dict[str, Any]:
    inquiry = matter.inquiry
    if inquiry is None:
        return {}
    asked = Letter.objects.filter(inquiry=inquiry, kind=LetterKind.THIRD_PARTY_INQUIRY).last()
    return {
        "inquiry_number": asked.number if asked else "",
        "opinion": _opinion(inquiry),
        "content": matter.said.content,
        # What the applicant is told is not for the third party to read.
        "reasons": str(matter.said.facts.get(THIRD_PARTY_REASONS) or ""),
        "open_on": matter.said.on,
    }


def _opinion(inquiry: Inquiry) -> str:
    if not inquiry.answered_on or inquiry.answer == InquiryAnswer.SILENCE:
        return "征询书规定的期限内没有收到意见" if inquiry.answered_on else ""
    return f"本机关于{day_words(inquiry.answered_on)}收到的意见是{InquiryAnswer(inquiry.answer).label}"


def _fee(matter: Matter) -> dict[str, Any]:
    notice = FeeNotice.objects.filter(request=matter.row).first()
    if notice is None:
        return {}
    unit = "件" if notice.mode == FeeMode.BY_ITEM else "页"
    earlier = f"（同一自然月此前已经申请{notice.earlier}{unit}）" if notice.earlier else ""
    return {
        "mode": notice.get_mode_display(),
        "quantity": f"{notice.quantity}{unit}{earlier}",
        "working": list(notice.working),
        "amount": notice.amount,
        "payment_days": term_on(TermKey.PAYMENT, notice.notified_on).days,
        "payment_way": office_of(matter.agency).payee,
    }


def _transfer(matter: Matter) -> dict[str, Any]:
    moved = matter.row.assignments.filter(from_agency=matter.agency).exclude(to_agency=matter.agency).last()
    if moved is None:
        return {}
    receiver = moved.to_agency
    contact = "，".join(filter(None, (office_of(receiver).phone or receiver.phone, receiver.address)))
    return {
        "reasons": moved.reason,
        "receiver": receiver.name,
        "receiver_contact": contact,
        "transferred_on": moved.on,
    }


_K = LetterKind
_GATHERERS: Mapping[LetterKind, Callable[[Matter], dict[str, Any]]] = MappingProxyType(
    {
        _K.REGISTRATION_RECEIPT: _receipt,
        _K.CORRECTION: _correction,
        _K.REASONS: _reasons,
        _K.EXTENSION: _longer(ClockKind.EXTENDED, StepKey.EXTENDED),
        _K.DELAY: _longer(ClockKind.DELAYED, StepKey.DELAYED),
        _K.THIRD_PARTY_INQUIRY: _inquiry,
        _K.CO_AGENCY_INQUIRY: _inquiry,
        _K.PAUSE: _pause,
        _K.THIRD_PARTY_DECISION: _third_party_decision,
        _K.FEE: _fee,
        _K.TRANSFER: _transfer,
    }
)
