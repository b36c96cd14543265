"""Registers kept for staff: withheld matters, rectifications, receipts."""

from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from disclosure.enums import RectificationState, WithholdingState
from govportal import access, contributions
from govportal.permissions import Permission

if TYPE_CHECKING:
    from disclosure.models import Receipt, Rectification, Withholding  # noqa: F401  (named in strings below)

WAITING_FOR_REPORT = (RectificationState.ORDERED, RectificationState.RETURNED)


class WithholdingQuerySet(models.QuerySet["Withholding"]):
    def visible_to(self, user: Any) -> Self:
        """Of the agencies at which this person may read what is withheld, and what was filed with them (备案)."""
        agencies = access.agencies_with(user, Permission.VIEW_WITHHELD)
        return self.filter(Q(agency__in=agencies) | Q(filed_with__in=agencies))

    def in_force(self) -> Self:
        return self.filter(state=WithholdingState.IN_FORCE)

    def review_due(self, today: date) -> Self:
        """In force and to be looked at again by today (《政府信息公开条例》第十八条)."""
        return self.in_force().filter(review_on__lte=today)

    def review_due_for(self, user: Any, today: date) -> Self:
        """Due, and for this person to look at: the queue of those who decide at the agency."""
        deciding = access.agencies_with(user, Permission.APPROVE_ITEM)
        return self.review_due(today).filter(agency__in=deciding).exclude(proposed_by=user)

    def to_decide_for(self, user: Any) -> Self:
        """Proposed without a text, and for this person to decide."""
        deciding = access.agencies_with(user, Permission.APPROVE_ITEM)
        proposed = self.filter(state=WithholdingState.PROPOSED, edition=None, agency__in=deciding)
        return proposed.exclude(proposed_by=user)

    def to_file_for(self, user: Any) -> Self:
        """In force and filed nowhere, for this person to file (备案)."""
        return self.in_force().filter(filed_on=None, agency__in=access.agencies_with(user, Permission.DRAFT_ITEM))

    def counts(self) -> dict[str, int]:
        """How many are in force, by ground: all that the public learns of them."""
        return dict(self.in_force().order_by().values_list("ground").annotate(n=models.Count("pk")))


def mandated_to(user: Any) -> Q:
    """Rectifications this person sees through wherever he sits: his own orders, and where he has the matter behind."""
    own = Q(ordered_by=user.pk)
    return reduce(or_, (Q(pk__in=mandate.rows(user)) for mandate in contributions.rectification_mandates), own)


class RectificationQuerySet(models.QuerySet["Rectification"]):
    def public(self) -> Self:
        """What the public list shows: all but orders that were taken back."""
        return self.exclude(state=RectificationState.CANCELLED)

    def unfinished(self) -> Self:
        return self.exclude(state__in=[RectificationState.VERIFIED, RectificationState.CANCELLED])

    def overdue(self, today: date) -> Self:
        """The agency has not reported and its last day has passed."""
        return self.filter(state__in=WAITING_FOR_REPORT, due_on__lt=today)

    def to_report_for(self, user: Any) -> Self:
        """Waiting for the report of an agency at which this person may write it."""
        writing = [
            agency
            for permission in (Permission.DRAFT_ITEM, Permission.CHECK_RECEIPT)
            for agency in access.agencies_with(user, permission)
        ]
        return self.filter(state__in=WAITING_FOR_REPORT, agency__in=writing)

    def to_verify_for(self, user: Any) -> Self:
        """Reported, and for this person to verify: of an agency he oversees, or by a mandate."""
        ordering = access.agencies_under(user, Permission.ORDER_RECTIFICATION)
        his = Q(agency__in=ordering.values("pk")) | mandated_to(user)
        reported = self.filter(his, state=RectificationState.REPORTED)
        return reported.exclude(agency__in=user.memberships.values("agency")).exclude(reported_by=user)


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def visible_to(self, user: Any) -> Self:
        """Receipts of the agencies whose staff this person is; nobody else sees a single one (domain §4.8)."""
        return self.filter(agency__in=access.agencies_with(user, Permission.VIEW_INTERNAL))

    def to_check_for(self, user: Any) -> Self:
        """Recorded by somebody else, and for this person to check."""
        checking = access.agencies_with(user, Permission.CHECK_RECEIPT)
        return self.filter(agency__in=checking, checked_at=None).exclude(recorded_by=user)
