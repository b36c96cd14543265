"""报送: a report handed to the superior body meets its obligation (feature row 42). Append-only."""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import ObligationKind
from disclosure.models import Filing, Obligation
from disclosure.services.fulfil import locked, reasons_against_meeting
from govportal import audit
from govportal.html import clean_line
from govportal.models import Agency, Attachment, PublicRevision, User


def reasons_against(
    obligation: Obligation,
    actor: Any,
    at: datetime,
    *,
    filed_with: Agency | None = None,
    filed_on: date | None = None,
) -> list[str]:
    """Why this person cannot enter this filing; without a body and a day, whether he can enter any."""
    reasons = reasons_against_meeting(obligation, actor)
    if obligation.kind != ObligationKind.FILING:
        reasons.append(_("这项义务不以报送履行。"))
    if filed_with and filed_with.pk == obligation.agency_id:
        reasons.append(_("收件机关不能是本单位。"))
    if filed_on and filed_on > localdate(at):
        reasons.append(_("报送日期不能晚于今天。"))
    if filed_on and filed_on < obligation.period_start:
        reasons.append(_("报送日期不能早于本期开始（%s）。") % obligation.period_start.isoformat())
    return reasons


@transaction.atomic
def file(
    obligation_id: int,
    *,
    filed_with: Agency,
    filed_on: date,
    title: str,
    actor: User,
    at: datetime,
    number: str = "",
    attachment: Attachment | None = None,
) -> Filing:
    """Enter a filing; the obligation is met on the day it was filed. Raises ValidationError with every reason."""
    obligation = locked(obligation_id)
    if reasons := reasons_against(obligation, actor, at, filed_with=filed_with, filed_on=filed_on):
        raise ValidationError(reasons)
    filing = Filing(
        obligation=obligation,
        filed_with=filed_with,
        filed_on=filed_on,
        number=clean_line(number),
        title=clean_line(title),
        attachment=attachment,
        recorded_by=actor,
        recorded_at=at,
    )
    filing.clean_fields(exclude={"obligation", "filed_with", "attachment", "recorded_by"})
    filing.save(force_insert=True)
    obligation.met_on = filed_on
    obligation.save(update_fields=["met_on"])
    PublicRevision.raise_number()
    after = {"obligation": obligation.pk, "filed_with": filed_with.code, "filed_on": filed_on.isoformat()}
    audit.record(actor, "filing.file", filing, agency=obligation.agency, after=after)
    return filing
