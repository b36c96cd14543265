"""A step and the letters that tell of it, in one transaction: neither is there without the other.

The desk and the demo take every step that has a letter from here. `facts` of each are what the officer adds to or puts
in the place of what the portal knows, by the names of the letter. All raise ValidationError with every reason; what a
letter lacks refuses the step.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from govportal.models import Agency, User
from requests_app.enums import Channel, InquiryKind
from requests_app.letter_rules import INQUIRY_LETTERS, LetterKind
from requests_app.models import Correction, Decision, FeeNotice, InformationRequest, Inquiry, Letter, RequestEvent
from requests_app.services import charge, converse, correct, decide, inquire, letters, triage
from requests_app.services.letter_matter import Matter, said_by
from requests_app.services.letters import Order
from requests_app.services.procedure import check
from requests_app.services.reply_checks import Proposal, objectors

type Facts = Mapping[str, Any]

NO_FACTS: Facts = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Told[Deed]:
    """What was done, and the letters that say so in the order of their numbers."""

    deed: Deed
    letters: tuple[Letter, ...] = ()


# --- steps ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def register(request_id: int, receipt: triage.Receipt, *, actor: User, at: datetime) -> Told[RequestEvent]:
    """登记受理, with 登记回执 for what came on paper: whoever filed on the portal has its receipt."""
    event = triage.register(request_id, receipt, actor=actor, at=at)
    if event.request.channel == Channel.WEB:
        return Told(event)
    return Told(event, (_issue(request_id, LetterKind.REGISTRATION_RECEIPT, actor, at),))


@transaction.atomic
def ask_correction(
    request_id: int, demand: correct.Demand, *, actor: User, at: datetime, facts: Facts = NO_FACTS
) -> Told[Correction]:
    """告知补正."""
    asked = correct.ask(request_id, demand, actor=actor, at=at)
    return Told(asked, (_issue(request_id, LetterKind.CORRECTION, actor, at, facts=facts),))


@transaction.atomic
def ask_reasons(
    request_id: int,
    text: str,
    *,
    actor: User,
    at: datetime,
    answer_by: date | None = None,
    facts: Facts = NO_FACTS,
) -> Told[RequestEvent]:
    """要求说明理由."""
    event = converse.ask_reasons(request_id, text, actor=actor, at=at, answer_by=answer_by)
    return Told(event, (_issue(request_id, LetterKind.REASONS, actor, at, facts=facts),))


@transaction.atomic
def ask_party(
    request_id: int, question: inquire.Question, *, actor: User, at: datetime, facts: Facts = NO_FACTS
) -> Told[Inquiry]:
    """征求意见: the letter to whoever is asked, and the one that tells the applicant that the clock stands still."""
    inquiry = inquire.ask(request_id, question, actor=actor, at=at)
    kinds = (INQUIRY_LETTERS[InquiryKind(question.kind)], LetterKind.PAUSE)
    written = [_issue(request_id, kind, actor, at, inquiry=inquiry, facts=facts) for kind in kinds]
    return Told(inquiry, tuple(written))


@transaction.atomic
def charge_fee(
    request_id: int, demand: charge.Demand, *, actor: User, at: datetime, facts: Facts = NO_FACTS
) -> Told[FeeNotice]:
    """通知缴费."""
    notice = charge.notify(request_id, demand, actor=actor, at=at)
    return Told(notice, (_issue(request_id, LetterKind.FEE, actor, at, facts=facts),))


@transaction.atomic
def transfer(
    request_id: int, agency: Agency, *, actor: User, at: datetime, reason: str, facts: Facts = NO_FACTS
) -> Told[RequestEvent]:
    """转交: the letter comes from the agency that had the request."""
    event = triage.transfer(request_id, agency, actor=actor, at=at, reason=reason)
    return Told(event, (_issue(request_id, LetterKind.TRANSFER, actor, at, facts=facts),))


# --- decisions -----------------------------------------------------------------------------------------------------


@transaction.atomic
def submit(request_id: int, proposal: Proposal, *, actor: User, at: datetime) -> Decision:
    """送签: refused as well for what its letters would lack, so that nobody is asked to sign what cannot go out."""
    decision = decide.submit(request_id, proposal, actor=actor, at=at)
    check(reasons_against_letters(decision, localdate(at)))
    return decision


def reasons_against_letters(decision: Decision, on: date) -> list[str]:
    """What the letters of this decision would lack, were it released on that day; empty when they are whole."""
    said = replace(said_by(decision), on=on)
    reasons: list[str] = []
    for order in _orders_of(decision):
        matter = Matter(row=decision.request, kind=order.kind, on=on, said=said, inquiry=order.inquiry)
        reasons += letters.reasons_against_facts(matter)
    return list(dict.fromkeys(reasons))


@transaction.atomic
def release(decision_id: int, *, seen: str, actor: User, at: datetime, note: str = "") -> Told[RequestEvent]:
    """签发, with the letter of the decision and, to every third party who objected in vain, why (第三十二条)."""
    event = decide.release(decision_id, seen=seen, actor=actor, at=at, note=note)
    decision = Decision.objects.get(pk=decision_id)
    decision.request = event.request
    written = [letters.issue(event.request_id, order, actor=actor, at=at) for order in _orders_of(decision)]
    return Told(event, tuple(written))


def _orders_of(decision: Decision) -> Iterator[Order]:
    yield Order(kind=letters.kind_of(decision))
    if decision.reply_kind:
        for inquiry in objectors(decision.request, decision.reply_kind, decision.facts or {}):
            yield Order(kind=LetterKind.THIRD_PARTY_DECISION, inquiry=inquiry)


def owed(row: InformationRequest) -> list[Order]:
    """The letters that a released reply gives cause for."""
    reply = letters.decision_of(row, LetterKind.THIRD_PARTY_DECISION)
    if reply is None:
        return []
    reply.request = row
    return list(_orders_of(reply))


def _issue(
    request_id: int,
    kind: LetterKind,
    actor: User,
    at: datetime,
    *,
    inquiry: Inquiry | None = None,
    facts: Facts = NO_FACTS,
) -> Letter:
    return letters.issue(request_id, Order(kind=kind, inquiry=inquiry, facts=facts), actor=actor, at=at)
