"""Signed public words in the place of an item: 本期无此类信息, 已复核，无需更新 (domain §5). Append-only."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import READABLE_STATES, Audience, ObligationKind, StatementKind
from disclosure.models import Item, Obligation, Statement
from disclosure.services.fulfil import locked
from govportal import access, audit
from govportal.html import clean_text
from govportal.models import PublicRevision, User
from govportal.permissions import Permission

# A nil statement is a word about a whole period: not before its last days.
LAST_DAYS = 15
_KINDS = {
    StatementKind.NIL: {ObligationKind.PRESENCE, ObligationKind.RECURRING},
    StatementKind.UNCHANGED: {ObligationKind.REVIEW},
}


def reasons_against(obligation: Obligation, kind: StatementKind, actor: Any, at: datetime) -> list[str]:
    """Why this person cannot sign this word for the obligation now; empty when he can."""
    reasons = []
    if obligation.cancelled_at:
        reasons.append(_("这项义务已取消。"))
    if obligation.met_on:
        reasons.append(_("这项义务已经履行。"))
    if obligation.kind not in _KINDS[kind]:
        words = {"kind": obligation.get_kind_display(), "statement": StatementKind(kind).label}
        reasons.append(_("“%(kind)s”义务不能以“%(statement)s”履行。") % words)
    elif kind == StatementKind.NIL:
        reasons += _reasons_against_nil(obligation, at)
    elif not _items(obligation).filter(state__in=READABLE_STATES).exists():
        reasons.append(_("这一事项还没有公开的信息，无从复核。"))
    if not access.can(actor, Permission.APPROVE_ITEM, obligation.agency):
        reasons.append(_("声明须由本单位审定人签署。"))
    return reasons


def _reasons_against_nil(obligation: Obligation, at: datetime) -> list[str]:
    reasons = []
    first = obligation.period_end - timedelta(days=LAST_DAYS - 1)
    if localdate(at) < first:
        reasons.append(_("期间还没有结束，%s 起可以声明本期无此类信息。") % first.isoformat())
    if number := _published_in_period(obligation):
        reasons.append(_("本期已公开 %s，不能声明本期无此类信息。") % number)
    return reasons


def _items(obligation: Obligation) -> Any:
    return Item.objects.filter(
        catalogue_entry=obligation.entry_id, agency=obligation.agency_id, audience=Audience.PUBLIC
    )


def _published_in_period(obligation: Obligation) -> str:
    """The index number of an item of the entry published in the period, or amended in substance; else empty."""
    found = Obligation.objects.filter(pk=obligation.pk).published_in_period()
    return found.order_by("entry__items__pk").values_list("entry__items__index_number", flat=True).first() or ""


@transaction.atomic
def sign(obligation_id: int, kind: StatementKind, *, actor: User, at: datetime, note: str = "") -> Statement:
    """Sign, and so meet the obligation today. Raises ValidationError with every reason against it."""
    obligation = locked(obligation_id)
    if reasons := reasons_against(obligation, kind, actor, at):
        raise ValidationError(reasons)
    statement = Statement(obligation=obligation, kind=kind, note=clean_text(note), signed_by=actor, signed_at=at)
    statement.clean_fields(exclude={"obligation", "signed_by"})
    statement.save(force_insert=True)
    obligation.met_on = localdate(at)
    obligation.save(update_fields=["met_on"])
    PublicRevision.raise_number()
    after = {"obligation": obligation.pk, "kind": kind, "met_on": obligation.met_on.isoformat()}
    audit.record(actor, "statement.sign", statement, agency=obligation.agency, after=after, note=statement.note)
    return statement
