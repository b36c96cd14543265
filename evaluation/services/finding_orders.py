"""交办整改 of what was found: a rectification is public from the first day and does not know what it came from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.models import Item, Rectification
from disclosure.services import rectify
from evaluation.models import Assessment, Finding
from evaluation.services.evidence import locked_finding
from evaluation.services.findings import reasons_against
from evaluation.services.procedure import check
from evaluation.workflow import FindingAction
from govportal import audit, personal_data
from govportal.models import User

# 日常指导和监督检查: what any agency may be told to put right upon.
BASIS = "《中华人民共和国政府信息公开条例》第四十七条第一款"
# Words by which everybody would know where it comes from.
_BETRAYING = ("考核", "扣分", "监督员", "交叉检查", "第三方评估")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the agency is told in public. `due_on` None: the usual term of a rectification."""

    problem: str
    requirement: str
    basis: str = BASIS
    due_on: date | None = None


def reasons_against_ordering(finding: Finding, order: Order, actor: Any, today: date) -> list[str]:
    """Why this order cannot be given because of this finding; empty when it can."""
    if reasons := reasons_against(finding, FindingAction.ORDER, actor):
        return reasons
    text = f"{order.problem}\n{order.requirement}\n{order.basis}"
    reasons = []
    if any(word in text for word in _BETRAYING):
        reasons.append(_("整改向社会公开，不写它从何而来：请删去考核、扣分、监督员、交叉检查、第三方评估等字样。"))
    if personal_data.find(text):
        reasons.append(_("整改向社会公开：请删去身份证号、手机号或者银行卡号。"))
    # Whoever inspects may order, wherever he sits.
    return reasons + rectify.reasons_against_ordering(_as_order(finding, order), actor, today, has_mandate=True)


def _as_order(finding: Finding, order: Order) -> rectify.Order:
    item = finding.item
    if item and not Item.objects.visible_to(AnonymousUser()).filter(pk=item.pk).exists():
        item = None  # withdrawn since it was found
    return rectify.Order(
        agency=finding.assessment.agency,
        problem=order.problem,
        requirement=order.requirement,
        basis=order.basis,
        due_on=order.due_on,
        item=item,
        obligation=finding.obligation,
    )


@transaction.atomic
def order(finding_id: int, order: Order, *, actor: User, at: datetime) -> Rectification:
    """交办整改, at any time after the round was opened. Raises ValidationError with reasons."""
    row = locked_finding(finding_id)
    check(reasons_against_ordering(row, order, actor, localdate(at)))
    made = rectify.order(_as_order(row, order), actor=actor, at=at, has_mandate=True)
    row.rectification = made
    row.save(update_fields=["rectification"])
    audit.record(actor, f"finding.{FindingAction.ORDER}", row, after={"rectification": made.number})
    return made


def mandated(user: Any) -> QuerySet[Any]:
    """Ids of the rectifications that this person sees through because he inspects the agency (contributions)."""
    inspected = Assessment.objects.inspected_by(user).order_by().values("pk")
    return Finding.objects.filter(rectification__isnull=False, assessment__in=inspected).values("rectification")


def people_of(made: Rectification) -> Iterable[User]:
    """Who inspects the agency; whoever ordered is told anyway."""
    found = Finding.objects.filter(rectification=made.pk, assessment__inspector__is_active=True)
    row = found.select_related("assessment__inspector").first()
    return [row.assessment.inspector] if row and row.assessment.inspector else []
