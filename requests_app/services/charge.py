"""信息处理费: notified within the period, paid within twenty working days, or the case is closed.

Source: 《政府信息公开条例》第四十二条; 国办函〔2020〕109号 (its articles 6–9 unverified).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal.calendar import load_calendar
from govportal.html import clean_line
from govportal.models import User
from requests_app import clock, fees
from requests_app.clock import ClockKind
from requests_app.enums import Action, FeeMode, State
from requests_app.models import FeeNotice, InformationRequest, RequestEvent
from requests_app.services import procedure
from requests_app.services.applicants import others_of
from requests_app.services.procedure import Words, check

BASIS = "《政府信息公开条例》第四十二条、国办函〔2020〕109号"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """按件: `quantity` requests in this one, `earlier` in the same month before it; 按量: `quantity` pages.

    `earlier` None: as the portal counts; another number, of what it does not know, needs a reason.
    """

    mode: FeeMode | str
    quantity: int
    earlier: int | None = None
    earlier_reason: str = ""
    notified_on: date | None = None
    delivered_on: date | None = None


def counted(row: InformationRequest, demand: Demand) -> Demand:
    """The demand with the number of earlier pieces it is charged by; by volume there are none."""
    if demand.mode != FeeMode.BY_ITEM:
        return replace(demand, earlier=0, earlier_reason="")
    known = earlier_in_month(row)
    if demand.earlier in (None, known):
        return replace(demand, earlier=known, earlier_reason="")
    return demand


def charge_of(demand: Demand) -> fees.Charge:
    """What the tariff gives for a demand that was `counted`: by item, its share on top of the month's earlier ones.

    Raises ValueError for a quantity below zero or beyond what the tariff is asked for.
    """
    if demand.mode == FeeMode.BY_ITEM:
        return fees.by_item(demand.quantity, earlier=demand.earlier or 0)
    return fees.by_volume(demand.quantity)


def earlier_in_month(row: InformationRequest) -> int:
    """Pieces that the same applicant asked of this agency in the same calendar month before this request.

    同一申请人一个自然月内累计: an agency charges and counts for itself. A request that was charged as several pieces
    (一事一申请) counts as so many.
    """
    if row.received_on is None:
        return 0
    before = Q(received_on__lt=row.received_on) | Q(received_on=row.received_on, pk__lt=row.pk)
    month = others_of(row).filter(before, received_on__gte=row.received_on.replace(day=1))
    fees_of = month.values_list("fee__mode", "fee__quantity")
    return sum(quantity if mode == FeeMode.BY_ITEM else 1 for mode, quantity in fees_of)


def reasons_against_notifying(row: InformationRequest, demand: Demand, actor: Any, today: date) -> list[str]:
    """Why this fee cannot be notified now; empty when it can."""
    reasons = procedure.reasons_against(row, Action.NOTIFY_FEE, actor)
    if FeeNotice.objects.filter(request=row).exists():
        reasons.append(_("收费通知只能发一次。"))
    reasons += _against_earlier(row, demand) + _against_amount(counted(row, demand))
    notified_on = demand.notified_on or today
    reasons += procedure.reasons_against_day(row, notified_on, today)
    if demand.delivered_on and not notified_on <= demand.delivered_on <= today:
        reasons.append(_("送达日期不能早于通知日期，也不能晚于今天。"))
    return reasons or procedure.clock_faults(row, [_notified(demand, today)], load_calendar())


def _against_earlier(row: InformationRequest, demand: Demand) -> list[str]:
    if demand.mode != FeeMode.BY_ITEM or demand.earlier is None or clean_line(demand.earlier_reason):
        return []
    known = earlier_in_month(row)
    if demand.earlier == known:
        return []
    return [_("当月在前的件数按系统统计是 %s 件，另填的须写明理由。") % known]


def _against_amount(demand: Demand) -> list[str]:
    earlier = demand.earlier or 0
    if demand.quantity < 1 or earlier < 0:
        return [_("数量须大于零。")]
    if demand.quantity + earlier > fees.LARGEST_QUANTITY:
        return [_("数量太大，请核对。")]
    return [] if charge_of(demand).amount > 0 else [_("这一数量按标准不收费，不能发收费通知。")]


def _notified(demand: Demand, today: date) -> clock.Event:
    return clock.Event(ClockKind.FEE_NOTIFIED, demand.notified_on or today, delivered_on=demand.delivered_on)


@transaction.atomic
def notify(request_id: int, demand: Demand, *, actor: User, at: datetime) -> FeeNotice:
    """通知缴费: the clock stops. Raises ValidationError."""
    row, today = procedure.locked(request_id), localdate(at)
    check(reasons_against_notifying(row, demand, actor, today))
    demand = counted(row, demand)
    charge, fact = charge_of(demand), _notified(demand, today)
    notice = FeeNotice.objects.create(
        request=row,
        mode=demand.mode,
        quantity=demand.quantity,
        earlier=demand.earlier or 0,
        amount=charge.amount,
        working=[str(line) for line in charge.lines],
        notified_on=fact.on,
        notified_by=actor,
        delivered_on=fact.delivered_on,
        pay_by=clock.payment_due(fact.delivered_on or fact.on, load_calendar()).due_on,
    )
    why = {"earlier": notice.earlier, "reason": clean_line(demand.earlier_reason)}
    words = Words(note=_("当月在前的件数按 %(earlier)s 件计：%(reason)s") % why if why["reason"] else "")
    procedure.move(row, Action.NOTIFY_FEE, actor=actor, at=at, on=fact.on, facts=[fact], words=words, basis=BASIS)
    return notice


def reasons_against_delivery(row: InformationRequest, actor: Any) -> list[str]:
    """Why the arrival of the notice cannot be recorded now; empty when it can. `actor` None: the applicant has opened
    it on his page, which nobody but the portal records."""
    if actor:
        return procedure.reasons_against(row, Action.NOTE_DELIVERY, actor)
    return [] if row.state == State.FEE_NOTIFIED else [_("没有等待缴费的收费通知。")]


@transaction.atomic
def note_delivery(request_id: int, delivered_on: date, *, actor: User | None, at: datetime) -> FeeNotice:
    """登记送达: the twenty working days for payment run from the day after. The reply clock stands still either way."""
    row, today = procedure.locked(request_id), localdate(at)
    notice = FeeNotice.objects.select_for_update().filter(request=row).first()
    reasons = reasons_against_delivery(row, actor)
    if notice is None or notice.paid_on:
        raise ValidationError([*reasons, _("没有等待缴费的收费通知。")])
    if not notice.notified_on <= delivered_on <= today:
        reasons.append(_("送达日期不能早于通知日期，也不能晚于今天。"))
    check(reasons)
    notice.delivered_on, notice.pay_by = delivered_on, clock.payment_due(delivered_on, load_calendar()).due_on
    notice.save(update_fields=["delivered_on", "pay_by"])
    procedure.move(
        row, Action.NOTE_DELIVERY, actor=actor, at=at, on=delivered_on, by_applicant=actor is None, basis=BASIS
    )
    return notice


def reasons_against_payment(row: InformationRequest, paid_on: date, actor: Any, today: date) -> list[str]:
    """Why a payment of this day cannot be recorded; empty when it can. Taken after the period too, while the case is
    open: the measure lets the office stop, it does not make it."""
    reasons = procedure.reasons_against(row, Action.RECORD_PAYMENT, actor)
    reasons += procedure.reasons_against_day(row, paid_on, today)
    return reasons or procedure.clock_faults(row, [clock.Event(ClockKind.FEE_PAID, paid_on)], load_calendar())


@transaction.atomic
def record_payment(
    request_id: int, *, actor: User, at: datetime, paid_on: date | None = None, reference: str = ""
) -> RequestEvent:
    """登记缴费: the period begins anew on the day after. Raises ValidationError."""
    row, today = procedure.locked(request_id), localdate(at)
    paid_on = paid_on or today
    check(reasons_against_payment(row, paid_on, actor, today))
    notice = FeeNotice.objects.select_for_update().get(request=row)
    notice.paid_on, notice.payment_reference = paid_on, clean_line(reference)
    notice.clean_fields(exclude={"request", "notified_by"})
    notice.save(update_fields=["paid_on", "payment_reference"])
    fact = clock.Event(ClockKind.FEE_PAID, paid_on)
    return procedure.move(row, Action.RECORD_PAYMENT, actor=actor, at=at, on=paid_on, facts=[fact], basis=BASIS)
