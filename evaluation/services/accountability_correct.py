"""改正: ordered as a rectification where it needs one, reported by the agency, verified by those who have the case.

A rectification is public from the first day and does not know what it came from (disclosure.services.rectify).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import RectificationState
from disclosure.models import Rectification
from disclosure.services import rectify
from evaluation.accountability_enums import CaseAction
from evaluation.accountability_rules import CORRECTION_BASIS
from evaluation.models import AccountabilityCase, AccountabilityEvent
from evaluation.services.accountability_decide import reasons_against_term, to_refer
from evaluation.services.accountability_notices import reasons_against_going_on
from evaluation.services.accountability_procedure import (
    LONGEST,
    check,
    locked,
    may_answer,
    move,
    reasons_against,
    reasons_against_day,
    reasons_against_paper,
    reasons_against_publishing,
    reasons_against_words,
)
from evaluation.services.accountability_tell import handlers
from govportal import private_files
from govportal.html import clean_text
from govportal.models import PrivateFile, User

MOST_VERIFICATION = 2000
_DONE = (RectificationState.VERIFIED, RectificationState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the agency is told in public. `due_on` None: the day of the decision."""

    problem: str
    requirement: str
    basis: str = CORRECTION_BASIS
    due_on: date | None = None


def _as_order(row: AccountabilityCase, order: Order) -> rectify.Order:
    return rectify.Order(
        agency=row.agency,
        problem=order.problem,
        requirement=order.requirement,
        basis=order.basis,
        due_on=order.due_on or row.correction_due_on,
        obligation=row.obligation,
    )


def reasons_against_ordering(row: AccountabilityCase, order: Order, actor: Any, today: date) -> list[str]:
    """Why this order cannot be given because of this case; empty when it can."""
    if reasons := reasons_against(row, CaseAction.ORDER, actor):
        return reasons
    if row.rectification_id:
        return [_("已经交办整改。")]
    reasons += reasons_against_publishing(row, f"{order.problem}\n{order.requirement}\n{order.basis}")
    return reasons + rectify.reasons_against_ordering(_as_order(row, order), actor, today, has_mandate=True)


@transaction.atomic
def order_rectification(case_id: int, order: Order, *, actor: User, at: datetime) -> Rectification:
    """交办整改. Raises ValidationError."""
    row = locked(case_id)
    check(reasons_against_ordering(row, order, actor, localdate(at)))
    made = rectify.order(_as_order(row, order), actor=actor, at=at, has_mandate=True)
    row.rectification = made
    after = {"rectification": made.number}
    move(row, CaseAction.ORDER, actor=actor, at=at, note=made.number, fields=("rectification",), after=after)
    return made


def mandated(user: Any) -> QuerySet[Any]:
    """Ids of the rectifications that this person sees through because he has the case (contributions)."""
    rows = AccountabilityCase.objects.visible_to(user).filter(rectification__isnull=False)
    return rows.values("rectification")


def people_of(made: Rectification) -> Iterable[User]:
    """Who has the case behind it."""
    row = AccountabilityCase.objects.filter(rectification=made.pk).select_related("office", "agency").first()
    return handlers(row) if row else []


# --- report and verify ----------------------------------------------------------------------------------------------


def reasons_against_reporting(row: AccountabilityCase, actor: Any) -> list[str]:
    """Why the agency cannot say yet that it is done; empty when it can."""
    if may_answer(row, actor) and row.closed_on:
        return [_("已于 %s 核实结案。") % row.closed_on.isoformat()]
    if may_answer(row, actor) and row.corrected_on:
        return [_("已于 %s 报告改正情况，等待核实。") % row.corrected_on.isoformat()]
    return reasons_against(row, CaseAction.REPORT, actor) or reasons_against_going_on(row)


@transaction.atomic
def report(
    case_id: int, *, text: str, actor: User, at: datetime, paper: PrivateFile | None = None
) -> AccountabilityEvent:
    """报告改正情况 by the agency (第十三条). `paper`: the report it has sealed, written and not yet kept. Raises
    ValidationError."""
    row = locked(case_id)
    reasons = reasons_against_reporting(row, actor)
    missing = _("须写明改正情况。")
    reasons += reasons_against_paper(paper)
    check(reasons or reasons_against_words(text, missing=missing, most=LONGEST, label=_("改正情况")))
    row.correction, row.corrected_by, row.corrected_on = clean_text(text), actor, localdate(at)
    columns = ("correction", "corrected_by", "corrected_on")
    kept = private_files.keep(paper) if paper else None
    return move(row, CaseAction.REPORT, actor=actor, at=at, paper=kept, fields=columns)


def reasons_against_receiving_at_all(row: AccountabilityCase, actor: Any) -> list[str]:
    """Why the office cannot note a report for the agency, whatever it says; empty when it can."""
    return reasons_against(row, CaseAction.RECEIVE, actor) or reasons_against_going_on(row)


def reasons_against_receiving(
    row: AccountabilityCase, text: str, paper: PrivateFile | None, on: date, actor: Any, today: date
) -> list[str]:
    """Why this report cannot be noted; empty when it can."""
    if reasons := reasons_against_receiving_at_all(row, actor):
        return reasons
    reasons += reasons_against_paper(paper)
    if paper is None:
        reasons.append(_("须附书面报告；单位已经撤销的，附承继单位的报告或者核查记录。"))
    if row.decided_on:
        reasons += reasons_against_day(on, since=row.decided_on, today=today)
    return reasons + reasons_against_words(text, missing=_("须写明改正情况。"), most=LONGEST, label=_("改正情况"))


@transaction.atomic
def receive(
    case_id: int, *, text: str, paper: PrivateFile | None, on: date, actor: User, at: datetime
) -> AccountabilityEvent:
    """登记书面改正报告: what came on paper, of an agency that nobody answers for here. Somebody else verifies it.
    Raises ValidationError."""
    row = locked(case_id)
    check(reasons_against_receiving(row, text, paper, on, actor, localdate(at)))
    assert paper is not None  # reasons_against_receiving has looked
    row.correction, row.corrected_by, row.corrected_on = clean_text(text), actor, on
    columns = ("correction", "corrected_by", "corrected_on")
    kept = private_files.keep(paper)
    return move(row, CaseAction.RECEIVE, actor=actor, at=at, on=on, paper=kept, fields=columns)


def reasons_against_returning(row: AccountabilityCase, due_on: date, note: str, actor: Any, today: date) -> list[str]:
    """Why the report cannot go back so; empty when it can."""
    if reasons := reasons_against(row, CaseAction.RETURN, actor):
        return reasons
    reasons += reasons_against_words(note, missing=_("须写明还要改正什么。"), most=MOST_VERIFICATION, label=_("意见"))
    reasons += reasons_against_term(due_on, today)
    return reasons + reasons_against_publishing(row, note)


@transaction.atomic
def send_back(case_id: int, *, due_on: date, note: str, actor: User, at: datetime) -> AccountabilityEvent:
    """退回改正报告, with a new last day. What was reported stays to be read until the next report."""
    row = locked(case_id)
    check(reasons_against_returning(row, due_on, note, actor, localdate(at)))
    row.corrected_by, row.corrected_on, row.correction_due_on = None, None, due_on
    row.verification = clean_text(note)
    columns = ("corrected_by", "corrected_on", "correction_due_on", "verification")
    return move(row, CaseAction.RETURN, actor=actor, at=at, note=note, fields=columns)


def reasons_against_verifying(row: AccountabilityCase, text: str, actor: Any) -> list[str]:
    """Why the case cannot be closed on this finding; empty when it can."""
    if reasons := reasons_against(row, CaseAction.VERIFY, actor):
        return reasons
    reasons += reasons_against_going_on(row)
    if row.corrected_by_id == actor.pk:
        reasons.append(_("登记改正报告的人不能核实，须由另一人核实。"))
    if to_refer(row):
        reasons.append(_("还有责任人需要移送，登记移送以后才能结案。"))
    if row.rectification and row.rectification.state not in _DONE:
        reasons.append(_("整改 %s 还没有核实，不能结案。") % row.rectification.number)
    missing = _("须写明核实意见。")
    return reasons + reasons_against_words(text, missing=missing, most=MOST_VERIFICATION, label=_("核实意见"))


@transaction.atomic
def verify(case_id: int, *, text: str, actor: User, at: datetime) -> AccountabilityEvent:
    """核实结案. Raises ValidationError."""
    row = locked(case_id)
    check(reasons_against_verifying(row, text, actor))
    row.verification, row.verified_by, row.verified_on = clean_text(text), actor, localdate(at)
    row.closed_on = localdate(at)
    columns = ("verification", "verified_by", "verified_on", "closed_on")
    return move(row, CaseAction.VERIFY, actor=actor, at=at, fields=columns)
