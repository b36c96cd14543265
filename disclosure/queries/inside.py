"""Registers kept for staff: withheld matters, rectifications, receipts."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from disclosure.enums import RectificationState, WithholdingState
from govportal import access
from govportal.permissions import Permission

if TYPE_CHECKING:
    from disclosure.models import Receipt, Rectification, Withholding  # noqa: F401  (named in strings below)


class WithholdingQuerySet(models.QuerySet["Withholding"]):
    def visible_to(self, user: Any) -> Self:
        """Of the agencies at which this person may read what is withheld."""
        return self.filter(agency__in=access.agencies_with(user, Permission.VIEW_WITHHELD))

    def in_force(self) -> Self:
        return self.filter(state=WithholdingState.IN_FORCE)

    def review_due(self, today: date) -> Self:
        """In force and to be looked at again by today (《政府信息公开条例》第十八条)."""
        return self.in_force().filter(review_on__lte=today)


class RectificationQuerySet(models.QuerySet["Rectification"]):
    def public(self) -> Self:
        """What the public list shows: all but orders that were taken back."""
        return self.exclude(state=RectificationState.CANCELLED)

    def unfinished(self) -> Self:
        return self.exclude(state__in=[RectificationState.VERIFIED, RectificationState.CANCELLED])

    def overdue(self, today: date) -> Self:
        """The agency has not reported and its last day has passed."""
        waiting = [RectificationState.ORDERED, RectificationState.RETURNED]
        return self.filter(state__in=waiting, due_on__lt=today)


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def visible_to(self, user: Any) -> Self:
        """Receipts of the agencies whose staff this person is; nobody else sees a single one (domain §4.8)."""
        return self.filter(agency__in=access.agencies_with(user, Permission.VIEW_INTERNAL))
