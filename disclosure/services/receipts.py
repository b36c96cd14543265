"""阳光票据: recorded by one person of an agency, checked by another, read by its staff alone (domain §4.8).

The audit trail names kind, day and amount, never payee or purpose, which may name people.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.models import Receipt
from disclosure.services import procedure
from govportal import access, audit
from govportal.html import clean_line
from govportal.models import Agency, Attachment, User
from govportal.permissions import Permission
from govportal.site import site_profile

OLDEST = timedelta(days=3653)  # ten years


@dataclass(frozen=True, slots=True, kw_only=True)
class Expense:
    """One receipt. `amount` in yuan; `people`: how many were received or travelled, where it matters."""

    kind: str
    spent_on: date
    amount: Decimal
    purpose: str
    handled_by_name: str
    payee: str = ""
    people: int | None = None
    scan: Attachment | None = None


def faults(expense: Expense, today: date, *, scan_from: Decimal) -> list[str]:
    """What is wrong with the entry itself, whoever makes it. From `scan_from` yuan on the scan is needed."""
    found = []
    if expense.amount <= 0:
        found.append(_("金额须大于零。"))
    if expense.spent_on > today:
        found.append(_("发生日期还没有到。"))
    if expense.spent_on < today - OLDEST:
        found.append(_("发生日期早于十年前，请核对。"))
    if not (expense.purpose.strip() and expense.handled_by_name.strip()):
        found.append(_("须写明事由和经手人。"))
    if expense.amount >= scan_from and expense.scan is None:
        found.append(_("金额达到%s元的，须附票据扫描件。") % f"{scan_from:.2f}")
    return found


def reasons_against_recording(agency: Agency, expense: Expense, actor: Any, today: date) -> list[str]:
    """Why this person cannot record this receipt for the agency; empty when he can."""
    return [*_without_role(agency, actor), *faults(expense, today, scan_from=site_profile().receipt_scan_from)]


def _without_role(agency: Agency, actor: Any) -> list[str]:
    is_publisher = access.can(actor, Permission.DRAFT_ITEM, agency)
    return [] if is_publisher else [_("您不是%s的承办人。") % agency.display_name]


@transaction.atomic
def record(agency: Agency, expense: Expense, *, actor: User, at: datetime) -> Receipt:
    """Enter a receipt. Raises ValidationError with every reason against it."""
    procedure.check(reasons_against_recording(agency, expense, actor, localdate(at)))
    row = Receipt(agency=agency)
    _write(row, expense, actor=actor, at=at)
    _record(actor, "receipt.record", row)
    return row


def reasons_against_correcting(row: Receipt, actor: Any) -> list[str]:
    """Why this person cannot correct this receipt, whatever he would write; empty when he can."""
    if row.checked_at:
        return [_("已复核的票据不能再改。")]
    return _without_role(row.agency, actor)


@transaction.atomic
def correct(receipt_id: int, expense: Expense, *, actor: User, at: datetime) -> Receipt:
    """Write an unchecked receipt anew, in the name of whoever corrects it."""
    row = _locked(receipt_id)
    reasons = reasons_against_correcting(row, actor)
    found = faults(expense, localdate(at), scan_from=site_profile().receipt_scan_from)
    procedure.check(reasons or found)
    _write(row, expense, actor=actor, at=at)
    _record(actor, "receipt.correct", row)
    return row


def reasons_against_checking(row: Receipt, actor: Any) -> list[str]:
    """Why this person cannot check this receipt; empty when he can."""
    if row.checked_at:
        return [_("这张票据已经复核。")]
    reasons = []
    if not access.can(actor, Permission.CHECK_RECEIPT, row.agency):
        reasons.append(_("您不是%s的公开机构负责人。") % row.agency.display_name)
    if actor.pk == row.recorded_by_id:
        reasons.append(_("登记人不能复核自己登记的票据。"))
    return reasons


@transaction.atomic
def check(receipt_id: int, *, actor: User, at: datetime) -> Receipt:
    """复核: somebody else has compared entry and paper. Raises ValidationError with every reason against it."""
    row = _locked(receipt_id)
    procedure.check(reasons_against_checking(row, actor))
    row.checked_by, row.checked_at = actor, at
    row.save(update_fields=["checked_by", "checked_at"])
    _record(actor, "receipt.check", row)
    return row


def _locked(receipt_id: int) -> Receipt:
    return Receipt.objects.select_for_update(of=("self",)).select_related("agency").get(pk=receipt_id)


def _write(row: Receipt, expense: Expense, *, actor: User, at: datetime) -> None:
    row.kind, row.spent_on, row.amount = expense.kind, expense.spent_on, expense.amount
    row.purpose, row.payee = clean_line(expense.purpose), clean_line(expense.payee)
    row.people, row.handled_by_name = expense.people, clean_line(expense.handled_by_name)
    row.attachment, row.recorded_by, row.recorded_at = expense.scan, actor, at
    row.clean_fields(exclude={"agency", "attachment", "recorded_by", "checked_by"})
    row.save()


def _record(actor: User, action: str, row: Receipt) -> None:
    after = {"kind": row.kind, "spent_on": row.spent_on.isoformat(), "amount": str(row.amount)}
    audit.record(actor, action, row, agency=row.agency, after=after)
