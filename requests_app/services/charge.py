"""信息处理费: notified within the period, paid within twenty working days, or the case is closed.

Source: 《政府信息公开条例》第四十二条; 国办函〔2020〕109号 (its articles 6–9 unverified).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal.calendar import load_calendar
from govportal.html import clean_line
from govportal.models import User
from requests_app import clock, fees
from requests_app.clock import ClockKind
from requests_app.enums import Action, FeeMode
from requests_app.models import Applicant, FeeNotice, InformationRequest, RequestEvent
from requests_app.services import procedure
from requests_app.services.procedure import check

BASIS = "《政府信息公开条例》第四十二条、国办函〔2020〕109号"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """按件: `quantity` requests in this one, `earlier` in the same month before it; 按量: `quantity` pages."""

    mode: FeeMode | str
    quantity: int
    earlier: int = 0
    notified_on: date | None = None
    delivered_on: date | None = None


def charge_of(demand: Demand) -> fees.Charge:
    """What the tariff gives: by item, this request's share on top of the month's earlier ones."""
    if demand.mode == FeeMode.BY_ITEM:
        return fees.by_item(demand.quantity, earlier=demand.earlier)
    return fees.by_volume(demand.quantity)


def earlier_in_month(row: InformationRequest) -> int:
    """Requests of the same applicant to any agency here in the same calendar month, before this one: by fingerprint."""
    applicant = Applicant.objects.filter(request=row).first()
    if applicant is None or row.received_on is None:
        return 0
    same = Applicant.objects.exclude(pk=applicant.pk)
    if applicant.identity_key:
        same = same.filter(identity_key=applicant.identity_key)
    elif applicant.contact_key:
        same = same.filter(contact_key=applicant.contact_key)
    else:
        return 0
    month = InformationRequest.objects.filter(
        received_on__year=row.received_on.year, received_on__month=row.received_on.month, agency=row.agency_id
    )
    return month.filter(applicant__in=same, id__lt=row.pk).count()


def reasons_against_notifying(row: InformationRequest, demand: Demand, actor: Any, today: date) -> list[str]:
    """Why this fee cannot be notified now; empty when it can."""
    reasons = procedure.reasons_against(row, Action.NOTIFY_FEE, actor)
    if FeeNotice.objects.filter(request=row).exists():
        reasons.append(_("收费通知只能发一次。"))
    if demand.quantity < 1:
        reasons.append(_("数量须大于零。"))
    elif charge_of(demand).amount <= 0:
        reasons.append(_("这一数量按标准不收费，不能发收费通知。"))
    notified_on = demand.notified_on or today
    reasons += procedure.reasons_against_day(row, notified_on, today)
    if demand.delivered_on and not notified_on <= demand.delivered_on <= today:
        reasons.append(_("送达日期须在通知之日以后、今天以前。"))
    return reasons


@transaction.atomic
def notify(request_id: int, demand: Demand, *, actor: User, at: datetime) -> FeeNotice:
    """通知缴费: the clock stops. Raises ValidationError."""
    row, today = procedure.locked(request_id), localdate(at)
    check(reasons_against_notifying(row, demand, actor, today))
    charge, notified_on = charge_of(demand), demand.notified_on or today
    notice = FeeNotice.objects.create(
        request=row,
        mode=demand.mode,
        quantity=demand.quantity,
        earlier=demand.earlier if demand.mode == FeeMode.BY_ITEM else 0,
        amount=charge.amount,
        working=[str(line) for line in charge.lines],
        notified_on=notified_on,
        notified_by=actor,
        delivered_on=demand.delivered_on,
        pay_by=clock.payment_due(demand.delivered_on or notified_on, load_calendar()).due_on,
    )
    fact = clock.Event(ClockKind.FEE_NOTIFIED, notified_on, delivered_on=demand.delivered_on)
    procedure.move(row, Action.NOTIFY_FEE, actor=actor, at=at, on=notified_on, facts=[fact], basis=BASIS)
    return notice


@transaction.atomic
def note_delivery(request_id: int, delivered_on: date, *, actor: User, at: datetime) -> FeeNotice:
    """登记送达: the twenty working days for payment run from the day after. The reply clock stands still either way."""
    row, today = procedure.locked(request_id), localdate(at)
    notice = FeeNotice.objects.select_for_update().get(request=row)
    reasons = procedure.reasons_against(row, Action.NOTE_DELIVERY, actor)
    if not notice.notified_on <= delivered_on <= today:
        reasons.append(_("送达日期须在通知之日以后、今天以前。"))
    check(reasons)
    notice.delivered_on, notice.pay_by = delivered_on, clock.payment_due(delivered_on, load_calendar()).due_on
    notice.save(update_fields=["delivered_on", "pay_by"])
    procedure.move(row, Action.NOTE_DELIVERY, actor=actor, at=at, on=today)
    return notice


@transaction.atomic
def record_payment(
    request_id: int, *, actor: User, at: datetime, paid_on: date | None = None, reference: str = ""
) -> RequestEvent:
    """登记缴费: the period begins anew on the day after. Raises ValidationError."""
    row, today = procedure.locked(request_id), localdate(at)
    paid_on = paid_on or today
    check(
        [
            *procedure.reasons_against(row, Action.RECORD_PAYMENT, actor),
            *procedure.reasons_against_day(row, paid_on, today),
        ]
    )
    notice = FeeNotice.objects.select_for_update().get(request=row)
    notice.paid_on, notice.payment_reference = paid_on, clean_line(reference)
    notice.clean_fields(exclude={"request", "notified_by"})
    notice.save(update_fields=["paid_on", "payment_reference"])
    fact = clock.Event(ClockKind.FEE_PAID, paid_on)
    return procedure.move(row, Action.RECORD_PAYMENT, actor=actor, at=at, on=paid_on, facts=[fact], basis=BASIS)
