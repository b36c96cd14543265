"""整改: ordered with a deadline, reported by the agency, verified by somebody else (domain §2).

Public from the first day. A row does not know what it came from; who orders and verifies is never of the agency.
Whoever oversees is named as the government above the agency, on the page and in the trail: his own name or office would
tell a complaint (its desk) from an assessment (inspector). The row has the person.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import READABLE_STATES, Audience, TargetGroup
from disclosure.models import IndexCounter, Item, Obligation, Rectification
from disclosure.queries.inside import mandated_to
from disclosure.services.procedure import check
from disclosure.workflow_rectification import RectificationAction, next_state
from govportal import access, audit, contributions, notices
from govportal.calendar import load_calendar
from govportal.html import clean_text
from govportal.models import Agency, AuditEvent, PublicRevision, User
from govportal.models.agency import AgencyKind
from govportal.permissions import ROLE_PERMISSIONS, Permission, Role
from govportal.workdays import add_working_days

LONGEST = timedelta(days=366)  # a year
DEFAULT_WORKING_DAYS = 10  # practice, not law; the order may name another day
_REPORTING_ROLES = [
    Role.OFFICE_HEAD, *(role for role, granted in ROLE_PERMISSIONS.items() if Permission.DRAFT_ITEM in granted),
]  # fmt: skip
_GOVERNMENTS = (AgencyKind.GOVERNMENT, AgencyKind.TOWNSHIP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wrong and what is asked, in words anybody may read. `due_on` None: in DEFAULT_WORKING_DAYS."""

    agency: Agency
    problem: str
    requirement: str
    basis: str
    due_on: date | None = None
    item: Item | None = None
    obligation: Obligation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """核实: done, or returned with a new last day."""

    is_done: bool
    finding: str
    due_on: date | None = None


# --- order ---------------------------------------------------------------------------------------------------


def reasons_against_ordering(order: Order, actor: Any, today: date, *, has_mandate: bool = False) -> list[str]:
    """Why this person cannot give this order; empty when he can.

    `has_mandate`: the permission rests on the matter behind the order, which the caller has looked at and this module
    does not know; so it need not reach down to the agency.
    """
    reasons = _reasons_against_overseeing(order.agency, actor, has_mandate=has_mandate)
    if not (order.problem.strip() and order.requirement.strip() and order.basis.strip()):
        reasons.append(_("须写明问题、整改要求和依据。"))
    if order.due_on and order.due_on <= today:
        reasons.append(_("整改期限须在今天以后。"))
    reasons += _too_late(order.due_on, today)
    if order.item and not _is_public_of(order.item, order.agency):
        reasons.append(_("涉及的信息须是责任单位已经向社会公开的信息。"))
    if order.obligation and not _is_owed_to_all(order.obligation, order.agency):
        reasons.append(_("涉及的公开义务须是责任单位向社会公开的义务。"))
    return reasons


def _too_late(due_on: date | None, today: date) -> list[str]:
    return [_("整改期限不能超过一年。")] if due_on and due_on > today + LONGEST else []


def _reasons_against_overseeing(agency: Agency, actor: Any, *, has_mandate: bool) -> list[str]:
    """Ordering and verifying are for those who oversee the agency or have a mandate, and are not of it."""
    reasons = []
    if not access.can(actor, Permission.ORDER_RECTIFICATION, None if has_mandate else agency):
        reasons.append(_("您没有对%s交办整改的职责。") % agency.display_name)
    if actor.memberships.filter(agency=agency).exists():
        reasons.append(_("责任单位的人员不能交办、核实本单位的整改。"))
    return reasons


def _is_public_of(item: Item, agency: Agency) -> bool:
    is_public = item.audience == Audience.PUBLIC and item.state in READABLE_STATES
    return is_public and item.agency_id == agency.pk


def _is_owed_to_all(obligation: Obligation, agency: Agency) -> bool:
    return obligation.agency_id == agency.pk and obligation.entry.target != TargetGroup.INTERNAL


@transaction.atomic
def order(wanted: Order, *, actor: User, at: datetime, has_mandate: bool = False) -> Rectification:
    """交办整改: numbered, public at once, told to those of the agency who report; `has_mandate` as above.

    Raises ValidationError with reasons.
    """
    day = localdate(at)
    check(reasons_against_ordering(wanted, actor, day, has_mandate=has_mandate))
    row = Rectification(
        number=allocate_number(day.year),
        agency=wanted.agency,
        problem=clean_text(wanted.problem),
        requirement=clean_text(wanted.requirement),
        basis=clean_text(wanted.basis),
        item=wanted.item,
        obligation=wanted.obligation,
        ordered_by=actor,
        ordered_on=day,
        due_on=wanted.due_on or add_working_days(day, DEFAULT_WORKING_DAYS, load_calendar()),
    )
    row.clean_fields(exclude={"agency", "item", "obligation", "ordered_by"})
    row.save(force_insert=True)
    office = office_over(row.agency)
    event = _publish(row, "rectification.order", signed=office, before="", basis=row.basis)
    _tell(row, reporters(row.agency), _("整改通知：%(number)s，%(day)s前报告") % _words(row), event)
    return row


def allocate_number(year: int) -> str:
    """整改〔2026〕3号. Call inside a transaction: the counter row stays locked until it ends, and never goes back."""
    counter = IndexCounter.locked(f"整改〔{year}〕")
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{counter.prefix}{counter.last}号"


# --- report, verify, cancel -------------------------------------------------------------------------------------


def reasons_against(row: Rectification, action: RectificationAction, actor: Any) -> list[str]:
    """Why this person cannot do this now, whatever he would write; empty when he can."""
    if next_state(row.state, action) is None:
        words = {"state": row.get_state_display(), "action": RectificationAction(action).label}
        return [_("整改的状态是“%(state)s”，不能%(action)s。") % words]
    if action == RectificationAction.REPORT:
        return [] if _may_report(row.agency, actor) else [_("您不是责任单位的承办人或公开机构负责人。")]
    # Who ordered sees to it that it is done, wherever he sits; and with him whoever has the matter behind it.
    reasons = _reasons_against_overseeing(row.agency, actor, has_mandate=_has_mandate(row, actor))
    if actor.pk == row.reported_by_id:
        reasons.append(_("报告人不能核实、撤销自己报告的整改。"))
    return reasons


def _has_mandate(row: Rectification, actor: Any) -> bool:
    if actor.pk == row.ordered_by_id:
        return True
    if access.can(actor, Permission.ORDER_RECTIFICATION, row.agency) or not access.can(
        actor, Permission.ORDER_RECTIFICATION
    ):
        return False  # needs none, or could do nothing with it
    return Rectification.objects.filter(mandated_to(actor), pk=row.pk).exists()


def _may_report(agency: Agency, actor: Any) -> bool:
    """承办人, or the head of its disclosure office, who is the one to check receipts."""
    return any(
        access.can(actor, permission, agency) for permission in (Permission.DRAFT_ITEM, Permission.CHECK_RECEIPT)
    )


@transaction.atomic
def report(rectification_id: int, *, actor: User, at: datetime, text: str) -> Rectification:
    """报告整改情况 by the agency. An earlier finding stays to be read until the next one."""
    row = _locked(rectification_id)
    reasons = reasons_against(row, RectificationAction.REPORT, actor)
    check(reasons if reasons or text.strip() else [_("须写明整改情况。")])
    row.report, row.reported_by, row.reported_on = clean_text(text), actor, localdate(at)
    row.verified_by, row.verified_on = None, None
    columns = ("report", "reported_by", "reported_on", "verified_by", "verified_on")
    event = _move(row, RectificationAction.REPORT, columns, signed=actor)
    # Its address would say in the outbox who ordered.
    people = [row.ordered_by, *_mandated(row)]
    _tell(row, people, _("整改待核实：%(number)s") % _words(row), event, is_confidential=True)
    return row


def reasons_against_finding(row: Rectification, finding: Finding, actor: Any, today: date) -> list[str]:
    """Why this person cannot find so; empty when he can."""
    reasons = reasons_against(row, action_of(finding), actor)
    if not finding.finding.strip():
        reasons.append(_("须写明核实意见。"))
    if not finding.is_done and (finding.due_on is None or finding.due_on <= today):
        reasons.append(_("核实未通过的，须确定今天以后的新期限。"))
    return reasons + _too_late(finding.due_on, today)


def action_of(finding: Finding) -> RectificationAction:
    return RectificationAction.ACCEPT if finding.is_done else RectificationAction.RETURN


@transaction.atomic
def verify(rectification_id: int, finding: Finding, *, actor: User, at: datetime) -> Rectification:
    """核实: the rectification is done, or goes back with a new last day. Raises ValidationError with reasons."""
    row, day = _locked(rectification_id), localdate(at)
    check(reasons_against_finding(row, finding, actor, day))
    row.finding, row.verified_by, row.verified_on = clean_text(finding.finding), actor, day
    if not finding.is_done and finding.due_on:
        row.due_on = finding.due_on
    columns = ("finding", "verified_by", "verified_on", "due_on")
    event = _move(row, action_of(finding), columns, signed=office_over(row.agency))
    subject = _("整改完成：%(number)s") if finding.is_done else _("整改未通过核实：%(number)s，%(day)s前再报告")
    _tell(row, reporters(row.agency), subject % _words(row), event)
    return row


@transaction.atomic
def cancel(rectification_id: int, *, actor: User, at: datetime, reason: str) -> Rectification:
    """撤销整改, with a reason. Its number and the reason stay public, its words do not."""
    row = _locked(rectification_id)
    reasons = reasons_against(row, RectificationAction.CANCEL, actor)
    check(reasons if reasons or reason.strip() else [_("须写明撤销的理由。")])
    row.finding, row.verified_by, row.verified_on = clean_text(reason), actor, localdate(at)
    columns = ("finding", "verified_by", "verified_on")
    event = _move(row, RectificationAction.CANCEL, columns, signed=office_over(row.agency))
    _tell(row, reporters(row.agency), _("整改已撤销：%(number)s") % _words(row), event)
    return row


# --- all verbs -------------------------------------------------------------------------------------------------


def reporters(agency: Agency) -> Iterable[User]:
    """Who at that very agency sees to it that something is done: its office heads, and those who report it."""
    return (
        User.objects.filter(is_active=True, memberships__agency=agency, memberships__role__in=_REPORTING_ROLES)
        .distinct()
        .order_by("pk")
    )


def _mandated(row: Rectification) -> Iterable[User]:
    """Whoever has the matter behind it: who ordered may have left."""
    return [person for mandate in contributions.rectification_mandates for person in mandate.people(row)]


def office_over(agency: Agency) -> str:
    """For whom anybody oversees this agency, as others read it: the nearest government above, wherever he sits."""
    above = [int(part) for part in agency.path.split("/") if part]
    governments = Agency.objects.filter(pk__in=above, kind__in=_GOVERNMENTS)
    nearest = max(governments, key=lambda government: above.index(government.pk), default=None)
    return nearest.display_name if nearest else _("上级主管部门")


def _locked(rectification_id: int) -> Rectification:
    rows = Rectification.objects.select_for_update(of=("self",)).select_related("agency", "ordered_by")
    return rows.get(pk=rectification_id)


def _move(row: Rectification, action: RectificationAction, columns: Iterable[str], *, signed: User | str) -> AuditEvent:
    before = row.state
    after = next_state(before, action)
    assert after is not None  # reasons_against has looked
    row.state = after
    row.clean_fields(exclude={"agency", "item", "obligation", "ordered_by", "reported_by", "verified_by"})
    row.save(update_fields=["state", *columns])
    return _publish(row, f"rectification.{action}", signed=signed, before=before)


def _publish(row: Rectification, action: str, *, signed: User | str, before: str, basis: str = "") -> AuditEvent:
    """`signed`: whom the trail names, a person of the agency or the government above it."""
    PublicRevision.raise_number()
    after = {"state": row.state, "due_on": row.due_on.isoformat()}
    return audit.record(signed, action, row, agency=row.agency, before={"state": before}, after=after, basis=basis)


def _words(row: Rectification) -> dict[str, str]:
    return {"number": row.number, "day": row.due_on.isoformat()}


def _tell(
    row: Rectification, people: Iterable[User], subject: str, event: AuditEvent, *, is_confidential: bool = False
) -> None:
    """Numbers and days only: what is wrong stands on the page."""
    notices.tell(
        [person for person in people if person.pk != event.actor_id],
        kind="rectifications",
        key=f"rectification:{event.pk}",
        subject=subject,
        path=reverse("admin:disclosure_rectification_change", args=[row.pk]),
        is_confidential=is_confidential,
    )
