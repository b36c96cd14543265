"""撤回: the applicant no longer wants an answer. Counted as 其他处理 (国办公开办函〔2021〕30号)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from govportal.calendar import load_calendar
from govportal.models import User
from requests_app import clock
from requests_app.clock import ClockKind
from requests_app.enums import Action, DecisionState, Outcome, ReceiptBasis
from requests_app.models import InformationRequest, RequestEvent
from requests_app.services import decide, procedure
from requests_app.services.procedure import Words, check


def reasons_against(row: InformationRequest, on: date, note: str, actor: Any, today: date) -> list[str]:
    """Why the request cannot be taken back with that day; empty when it can. `actor` None is the applicant."""
    reasons = procedure.reasons_against(row, Action.WITHDRAW, actor) + procedure.reasons_against_day(row, on, today)
    if actor and not note.strip():
        reasons.append(_("须写明申请人怎样撤回（来电、来信、当面）。"))
    if reasons or row.received_on is None:
        return reasons
    return procedure.clock_faults(row, [clock.Event(ClockKind.WITHDRAWN, on)], load_calendar())


@transaction.atomic
def withdraw(
    request_id: int, *, actor: User | None, at: datetime, on: date | None = None, note: str = ""
) -> RequestEvent:
    """`actor` None: the applicant, by his code; an officer records what came on paper. What waits to be signed ends."""
    row, today = procedure.locked(request_id), localdate(at)
    on = on or today
    check(reasons_against(row, on, note, actor, today))
    fields = ["outcome", "reply_kind", "closed_on"]
    if row.received_on is None:
        # Taken back before anybody had confirmed it: it counts as received on the day it came in.
        row.received_on, row.receipt_basis = min(localdate(row.filed_at), on), ReceiptBasis.CONFIRMED
        fields += ["received_on", "receipt_basis"]
    for decision in row.decisions.waiting():
        decision.state, decision.decided_at = DecisionState.DROPPED, at
        decision.decided_by = actor or decision.drafted_by
        decision.save(update_fields=["state", "decided_at", "decided_by"])
    decide.close(row, Outcome.R6_3, reply_kind=None, on=on)
    return procedure.move(
        row, Action.WITHDRAW, actor=actor, at=at, on=on, facts=[clock.Event(ClockKind.WITHDRAWN, on)],
        words=Words(note=note), fields=fields, by_applicant=actor is None,
    )  # fmt: skip
