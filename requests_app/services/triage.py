"""登记、分派、转交、转入办理: from the letter box to the desk of whoever works on it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal import access, audit
from govportal.html import clean_line
from govportal.models import Agency, User
from govportal.permissions import Permission
from requests_app.enums import Action, Channel, ReceiptBasis
from requests_app.models import Assignment, InformationRequest, RequestEvent
from requests_app.rules import RECEIPT_ARTICLE
from requests_app.services import intake, procedure
from requests_app.services.procedure import Words, check


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The day of receipt, where the channel left it open (第三十一条). None: as it was recorded when it came in."""

    basis: ReceiptBasis | str | None = None
    received_on: date | None = None


def reasons_against_registering(row: InformationRequest, receipt: Receipt, actor: Any, today: date) -> list[str]:
    """Why this person cannot register this request with that day; empty when he can."""
    reasons = procedure.reasons_against(row, Action.REGISTER, actor)
    received_on = receipt.received_on or row.received_on
    if received_on is None:
        return [*reasons, _("请填写收到日期：与申请人确认收到的那一天（条例第三十一条）。")]
    arrival = intake.Arrival(channel=row.channel, basis=receipt.basis or row.receipt_basis, received_on=received_on)
    if row.receipt_basis == ReceiptBasis.PORTAL and (arrival.received_on, arrival.basis) != _recorded(row):
        # The applicant holds the portal's own receipt of that day.
        reasons.append(_("网上登记回执已经确认收到日期 %s，不能更改。") % row.received_on)
    elif row.channel == Channel.WEB and received_on < localdate(row.filed_at):
        reasons.append(_("收到日期不能早于网上提交的日期。"))
    return reasons + intake.reasons_against_receipt(arrival, today)


def _recorded(row: InformationRequest) -> tuple[date | None, str]:
    return row.received_on, row.receipt_basis


@transaction.atomic
def register(request_id: int, receipt: Receipt, *, actor: User, at: datetime) -> RequestEvent:
    """登记受理: the day of receipt is settled, the clock runs, the request has a handler. Raises ValidationError."""
    row, day = procedure.locked(request_id), localdate(at)
    check(reasons_against_registering(row, receipt, actor, day))
    before = _recorded(row)
    row.received_on = receipt.received_on or row.received_on
    row.receipt_basis = receipt.basis or row.receipt_basis
    row.handler = row.handler or actor
    if _recorded(row) != before:
        audit.record(
            actor, "request.settle_receipt", row, agency=row.agency, basis=RECEIPT_ARTICLE,
            before=_as_json(before), after=_as_json(_recorded(row)),
        )  # fmt: skip
    fields = ("received_on", "receipt_basis", "handler")
    return procedure.move(row, Action.REGISTER, actor=actor, at=at, on=day, fields=fields, basis=RECEIPT_ARTICLE)


def _as_json(recorded: tuple[date | None, str]) -> dict[str, str | None]:
    received_on, basis = recorded
    return {"received_on": received_on.isoformat() if received_on else None, "basis": str(basis)}


@transaction.atomic
def begin_review(request_id: int, *, actor: User, at: datetime) -> RequestEvent:
    """转入办理: the request is clear enough to be searched for and answered."""
    row = procedure.locked(request_id)
    check(procedure.reasons_against(row, Action.BEGIN_REVIEW, actor))
    return procedure.move(row, Action.BEGIN_REVIEW, actor=actor, at=at, on=localdate(at))


def reasons_against_assigning(row: InformationRequest, handler: User, actor: Any) -> list[str]:
    """Why this person cannot give the request to that one; empty when he can."""
    reasons = procedure.reasons_against(row, Action.ASSIGN, actor)
    if not access.can(handler, Permission.HANDLE_REQUEST, row.agency):
        reasons.append(_("%s不是本单位的依申请公开经办。") % handler)
    if row.handler_id == handler.pk:
        reasons.append(_("已经由%s经办。") % handler)
    return reasons


@transaction.atomic
def assign(request_id: int, handler: User, *, actor: User, at: datetime, reason: str = "") -> RequestEvent:
    """分派 to another officer of the same agency."""
    row = procedure.locked(request_id)
    check(reasons_against_assigning(row, handler, actor))
    _keep_lineage(row, row.agency, handler, actor=actor, at=at, reason=reason)
    row.handler = handler
    return procedure.move(
        row, Action.ASSIGN, actor=actor, at=at, on=localdate(at), words=Words(note=reason), fields=("handler",)
    )


def reasons_against_handing_on(row: InformationRequest, actor: Any) -> list[str]:
    """Why the request cannot go to any other agency now; empty when it can."""
    reasons = procedure.reasons_against(row, Action.TRANSFER, actor)
    if row.received_on is None:  # the letter names it, and the period runs from it whoever answers
        reasons.append(_("还没有确定收到申请的日期，请先登记受理，再转交。"))
    if row.decisions.waiting().exists():
        reasons.append(_("有待签发的决定，请先退回或者收回。"))
    return reasons


def reasons_against_transferring(row: InformationRequest, agency: Agency, reason: str, actor: Any) -> list[str]:
    """Why the request cannot go to that agency; empty when it can."""
    reasons = reasons_against_handing_on(row, actor)
    if agency.pk == row.agency_id:
        reasons.append(_("申请已经在%s。") % agency.display_name)
    elif not intake.open_agencies().filter(pk=agency.pk).exists():
        reasons.append(_("%s不受理信息公开申请。") % agency.display_name)
    if not reason.strip():
        reasons.append(_("须写明转交的理由。"))
    return reasons


@transaction.atomic
def transfer(request_id: int, agency: Agency, *, actor: User, at: datetime, reason: str) -> RequestEvent:
    """转交 within one government: the clock goes on from the first receipt, for the applicant asked only once."""
    row = procedure.locked(request_id)
    check(reasons_against_transferring(row, agency, reason, actor))
    words = Words(note=reason, public=_("转交%s办理，答复期限不变。") % agency.name)
    _keep_lineage(row, agency, None, actor=actor, at=at, reason=reason)
    before = row.agency
    row.agency, row.handler = agency, None
    event = procedure.move(
        row, Action.TRANSFER, actor=actor, at=at, on=localdate(at), words=words, fields=("agency", "handler")
    )
    # The receiving agency's trail has the event above; the one that gave it away keeps its own.
    audit.record(actor, "request.transfer", row, agency=before, after={"to": agency.code})
    return event


def _keep_lineage(
    row: InformationRequest, agency: Agency, handler: User | None, *, actor: User, at: datetime, reason: str
) -> None:
    Assignment.objects.create(
        request=row,
        from_agency=row.agency,
        to_agency=agency,
        from_handler=row.handler,
        to_handler=handler,
        reason=clean_line(reason)[:300],  # the event holds all of it
        by=actor,
        at=at,
        on=localdate(at),
    )
