"""Cases in which each of the 24 kinds of reply is lawful."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from disclosure.enums import WithholdingGround
from requests_app.enums import InquiryAnswer, ReplyKind, State
from requests_app.models import InformationRequest
from requests_app.services import charge, converse, decide, triage
from tests.factories import make_agency, make_item
from tests.factories.requests import (
    AT,
    TODAY,
    ask_correction,
    ask_party,
    bring_to,
    deliver_correction,
    file_request,
    hear_party,
    make_person,
    make_proposal,
    officer_of,
    request_in,
)

K, N, G = ReplyKind, InquiryAnswer, WithholdingGround


def on(day: date) -> datetime:
    """Ten o'clock in Beijing."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


type Ready = tuple[InformationRequest, decide.Proposal, datetime]
REASONED_ON = AT + timedelta(hours=1)


def in_review(kind: ReplyKind, **values: Any) -> Ready:
    return request_in(State.IN_REVIEW), make_proposal(kind, **values), AT


def objected(kind: ReplyKind, answer: InquiryAnswer = N.OBJECTION, **values: Any) -> Ready:
    row = request_in(State.IN_REVIEW)
    hear_party(ask_party(row), answer)
    return row, make_proposal(kind, **values), AT


def corrected() -> Ready:
    row = request_in(State.CORRECTED)
    triage.begin_review(row.pk, actor=officer_of(row.agency), at=AT)
    return row, make_proposal(K.STILL_UNCLEAR), AT


def uncorrected() -> Ready:
    row = request_in(State.IN_REVIEW)
    ask_correction(row, due_on=date(2026, 3, 12))
    deliver_correction(row)
    return row, make_proposal(K.NOT_CORRECTED), on(date(2026, 3, 13))


def unpaid() -> Ready:
    row = request_in(State.FEE_NOTIFIED)
    charge.note_delivery(row.pk, TODAY, actor=officer_of(row.agency), at=AT)
    return row, make_proposal(K.NOT_PAID), on(date(2026, 3, 31))


def asked_for_reasons(row: InformationRequest | None = None, *, given: bool = True) -> InformationRequest:
    row = row or request_in(State.IN_REVIEW)
    converse.ask_reasons(row.pk, "一个月内提出64件内容相近的申请。", actor=officer_of(row.agency), at=AT)
    if given:
        converse.give_reasons(row.pk, "研究需要。", actor=None, at=REASONED_ON)
    return row


def repeated() -> Ready:
    agency, person = make_agency(), make_person()
    first = bring_to(State.REPLIED, file_request(agency, person=person).request)
    again = bring_to(State.IN_REVIEW, file_request(agency, person=person).request)
    return again, make_proposal(K.DUPLICATE, duplicate_of=first), AT


LAWFUL: Mapping[ReplyKind, Callable[[], Ready]] = {
    **{kind: partial(in_review, kind) for kind in ReplyKind},
    K.ALREADY_PUBLIC: lambda: in_review(K.ALREADY_PUBLIC, items=[make_item()]),
    K.PARTIAL: lambda: in_review(K.PARTIAL, facts={"grounds": [G.STATE_SECRET], "withheld": "账号"}),
    K.THIRD_PARTY: lambda: objected(K.THIRD_PARTY),
    K.STILL_UNCLEAR: corrected,
    K.DUPLICATE: repeated,
    K.EXCESSIVE: lambda: (asked_for_reasons(), make_proposal(K.EXCESSIVE), REASONED_ON),
    K.NOT_CORRECTED: uncorrected,
    K.NOT_PAID: unpaid,
}
