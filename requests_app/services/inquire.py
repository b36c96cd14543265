"""征求意见: of third parties and of agencies that made the information with us; the days between do not count.

Sources: 《政府信息公开条例》第三十二、三十四条, 第三十三条第三款. Silence 15 working days after the
letter arrived leaves the decision to us where a third party was asked, and is consent where an agency was.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal.calendar import load_calendar
from govportal.html import clean_line, clean_text
from govportal.models import User
from requests_app import clock
from requests_app.clock import ClockKind
from requests_app.enums import CONSULTING_STATES, Action, InquiryAnswer, InquiryKind
from requests_app.models import InformationRequest, Inquiry, RequestEvent
from requests_app.services import applicants, procedure
from requests_app.services.procedure import Words, check

logger = logging.getLogger(__name__)

ARTICLES = {
    InquiryKind.THIRD_PARTY: "《政府信息公开条例》第三十二条",
    InquiryKind.CO_AGENCY: "《政府信息公开条例》第三十四条",
}
ASK = {
    InquiryKind.THIRD_PARTY: (Action.ASK_THIRD_PARTY, ClockKind.THIRD_PARTY_ASKED),
    InquiryKind.CO_AGENCY: (Action.ASK_CO_AGENCY, ClockKind.CO_AGENCY_ASKED),
}
_ANSWER = {
    InquiryKind.THIRD_PARTY: (Action.ANSWER_THIRD_PARTY, ClockKind.THIRD_PARTY_ANSWERED),
    InquiryKind.CO_AGENCY: (Action.ANSWER_CO_AGENCY, ClockKind.CO_AGENCY_ANSWERED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who is asked what. Never who applied: the third party is not told."""

    kind: InquiryKind | str
    party: str
    matter: str
    contact: str = ""
    asked_on: date | None = None
    delivered_on: date | None = None


def reasons_against_asking(row: InformationRequest, question: Question, actor: Any, today: date) -> list[str]:
    """Why this cannot be asked now; empty when it can."""
    action, _kind = ASK[InquiryKind(question.kind)]
    reasons = procedure.reasons_against(row, action, actor)
    if not clean_line(question.party) or not clean_text(question.matter):
        reasons.append(_("须写明征求谁的意见、征求什么意见。"))
    if applicants.is_named_in(row, question.matter):
        reasons.append(_("征求意见的内容里有申请人的姓名、名称或者联系方式，请删去：不告诉被征求意见的人谁申请。"))
    asked_on = question.asked_on or today
    reasons += procedure.reasons_against_day(row, asked_on, today)
    if question.delivered_on and not asked_on <= question.delivered_on <= today:
        reasons.append(_("送达日期不能早于发出日期，也不能晚于今天。"))
    return reasons or procedure.clock_faults(row, [_fact_of(row, question, today)], load_calendar())


def _fact_of(row: InformationRequest, question: Question, today: date) -> clock.Event:
    _action, kind = ASK[InquiryKind(question.kind)]
    ref = f"{row.inquiries.count() + 1}"  # nothing is ever deleted
    return clock.Event(kind, question.asked_on or today, ref=ref, delivered_on=question.delivered_on)


@transaction.atomic
def ask(request_id: int, question: Question, *, actor: User, at: datetime) -> Inquiry:
    """发出征求意见书: from the next day on nothing is counted until the answer or the end of the 15 working days."""
    row, today = procedure.locked(request_id), localdate(at)
    check(reasons_against_asking(row, question, actor, today))
    kind, fact = InquiryKind(question.kind), _fact_of(row, question, today)
    inquiry = Inquiry(
        request=row,
        kind=kind,
        ref=fact.ref,
        party=clean_line(question.party),
        contact=clean_text(question.contact),
        matter=clean_text(question.matter),
        asked_on=fact.on,
        asked_by=actor,
        delivered_on=fact.delivered_on,
        due_on=clock.silence_ends(fact, load_calendar()).due_on,
    )
    inquiry.clean_fields(exclude={"request", "asked_by"})
    inquiry.save(force_insert=True)
    action, _fact_kind = ASK[kind]
    procedure.move(row, action, actor=actor, at=at, on=fact.on, facts=[fact], basis=ARTICLES[kind])
    return inquiry


@transaction.atomic
def note_delivery(inquiry_id: int, delivered_on: date, *, actor: User, at: datetime) -> Inquiry:
    """登记送达: the 15 working days run from the day the letter arrived. A new event takes the place of the old one."""
    inquiry, row = _locked(inquiry_id)
    today = localdate(at)
    reasons = procedure.reasons_against(row, Action.NOTE_DELIVERY, actor)
    if inquiry.answered_on:
        reasons.append(_("已经答复，不能再改送达日期。"))
    if not inquiry.asked_on <= delivered_on <= today:
        reasons.append(_("送达日期不能早于发出日期，也不能晚于今天。"))
    check(reasons)
    _action, fact_kind = ASK[InquiryKind(inquiry.kind)]
    fact = clock.Event(fact_kind, inquiry.asked_on, ref=inquiry.ref, delivered_on=delivered_on)
    row.clock_events.filter(kind=fact_kind.value, ref=inquiry.ref, voided_at=None).update(
        voided_at=at, void_reason=_("登记送达日期")
    )
    inquiry.delivered_on, inquiry.due_on = delivered_on, clock.silence_ends(fact, load_calendar()).due_on
    inquiry.save(update_fields=["delivered_on", "due_on"])
    procedure.move(
        row, Action.NOTE_DELIVERY, actor=actor, at=at, on=delivered_on, facts=[fact],
        basis=ARTICLES[InquiryKind(inquiry.kind)],
    )  # fmt: skip
    return inquiry


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    answer: InquiryAnswer | str
    reasons: str = ""
    answered_on: date | None = None


def reasons_against_recording(inquiry: Inquiry, reply: Reply, actor: Any, today: date) -> list[str]:
    """Why this answer cannot be recorded; empty when it can."""
    action, kind = _ANSWER[InquiryKind(inquiry.kind)]
    reasons = procedure.reasons_against(inquiry.request, action, actor)
    if inquiry.answered_on:
        reasons.append(_("这一份征求意见已经有答复。"))
    if reply.answer not in InquiryAnswer.values:
        reasons.append(_("请选择意见。"))
    elif reply.answer == InquiryAnswer.SILENCE:
        reasons.append(_("逾期未提出意见由“%s”登记。") % Action.SETTLE_SILENCE.label)
    elif reply.answer != InquiryAnswer.CONSENT and not reply.reasons.strip():
        reasons.append(_("不同意公开、同意部分公开的，须登记理由和范围。"))
    answered_on = reply.answered_on or today
    reasons += procedure.reasons_against_day(inquiry.request, answered_on, today)
    if answered_on < (inquiry.delivered_on or inquiry.asked_on):
        reasons.append(_("答复日期不能早于发出、送达日期。"))
    is_late = inquiry.kind == InquiryKind.CO_AGENCY and answered_on > inquiry.due_on
    if is_late and reply.answer not in {InquiryAnswer.CONSENT, InquiryAnswer.SILENCE}:
        # A third party's late words may still be weighed: there the agency decides. Here the law has decided.
        words = _("答复期限 %s 已过，视为同意公开（条例第三十四条）；请登记逾期未提出意见，来函内容记入内部备注。")
        reasons.append(words % inquiry.due_on.isoformat())
    fact = clock.Event(kind, answered_on, ref=inquiry.ref)
    return reasons or procedure.clock_faults(inquiry.request, [fact], load_calendar())


@transaction.atomic
def record_answer(inquiry_id: int, reply: Reply, *, actor: User, at: datetime) -> RequestEvent:
    """登记意见: counting goes on from the next working day, unless somebody else is still being asked."""
    inquiry, row = _locked(inquiry_id)
    today = localdate(at)
    check(reasons_against_recording(inquiry, reply, actor, today))
    inquiry.answer, inquiry.reasons = InquiryAnswer(reply.answer), clean_text(reply.reasons)
    inquiry.answered_on = reply.answered_on or today
    inquiry.save(update_fields=["answer", "reasons", "answered_on"])
    action, fact_kind = _ANSWER[InquiryKind(inquiry.kind)]
    fact = clock.Event(fact_kind, inquiry.answered_on, ref=inquiry.ref)
    return procedure.move(
        row, action, actor=actor, at=at, on=inquiry.answered_on, facts=[fact], basis=ARTICLES[InquiryKind(inquiry.kind)]
    )


def is_silent(inquiry: Inquiry, today: date) -> bool:
    """Whether the letter is known to have arrived and the 15 working days are over without an answer."""
    return inquiry.answered_on is None and inquiry.delivered_on is not None and inquiry.due_on < today


def reasons_against_settling(inquiry: Inquiry, actor: Any, today: date) -> list[str]:
    """Why silence cannot be stated yet; empty when it can. `actor` None: the nightly round."""
    row, reasons = inquiry.request, []
    if actor:
        reasons = procedure.reasons_against(row, Action.SETTLE_SILENCE, actor)
    elif row.state not in CONSULTING_STATES:
        reasons = [_("申请的状态是“%s”。") % row.get_state_display()]
    if inquiry.answered_on:
        reasons.append(_("这一份征求意见已经有答复。"))
    elif inquiry.delivered_on is None:
        # The clock takes a letter of unknown arrival as delivered at once, so that we gain no time by not asking the
        # post. Against the other side nothing follows from its silence until it had the letter.
        reasons.append(_("还没有登记征求意见书的送达日期，不能认定逾期未提出意见。"))
    elif not is_silent(inquiry, today):
        reasons.append(_("答复期限到 %s，期满以后才能登记逾期未提出意见。") % inquiry.due_on.isoformat())
    return reasons


@transaction.atomic
def settle_silence(inquiry_id: int, *, actor: User | None, at: datetime) -> RequestEvent:
    """逾期未提出意见: states what the clock already counts. `actor` None: the nightly round, see `settle_all`."""
    inquiry, row = _locked(inquiry_id)
    check(reasons_against_settling(inquiry, actor, localdate(at)))
    inquiry.answer, inquiry.answered_on = InquiryAnswer.SILENCE, inquiry.due_on
    inquiry.save(update_fields=["answer", "answered_on"])
    consent = inquiry.kind == InquiryKind.CO_AGENCY
    words = Words(note=_("逾期未提出意见，视为同意公开。") if consent else _("逾期未提出意见，由本机关决定是否公开。"))
    return procedure.move(
        row, Action.SETTLE_SILENCE, actor=actor, at=at, on=inquiry.due_on, words=words,
        basis=ARTICLES[InquiryKind(inquiry.kind)],
    )  # fmt: skip


def settle_all(at: datetime) -> int:
    """Every inquiry whose 15 working days are over; answers how many were settled. Safe to repeat, and whatever
    happens to one concerns that one alone: it is logged and tried again the next night."""
    silent = Inquiry.objects.filter(answered_on=None, due_on__lt=localdate(at)).exclude(delivered_on=None)
    due = silent.filter(request__state__in=CONSULTING_STATES).order_by("pk")
    return sum(_settle_one(pk, at) for pk in list(due.values_list("pk", flat=True)))


def _settle_one(inquiry_id: int, at: datetime) -> bool:
    try:
        settle_silence(inquiry_id, actor=None, at=at)
    except ValidationError:
        return False  # answered in the meantime
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("inquiry %s could not be settled", inquiry_id)
        return False
    return True


def _locked(inquiry_id: int) -> tuple[Inquiry, InformationRequest]:
    row = procedure.locked(Inquiry.objects.values_list("request_id", flat=True).get(pk=inquiry_id))
    inquiry = Inquiry.objects.select_for_update().get(pk=inquiry_id)
    inquiry.request = row
    return inquiry, row
