"""Requests: whose they are, what is late, what waits for whom."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q

from govportal import access
from govportal.permissions import Permission
from requests_app.enums import OPEN_STATES, State

if TYPE_CHECKING:
    from requests_app.models import InformationRequest  # noqa: F401  (named in strings below)


class InformationRequestQuerySet(models.QuerySet["InformationRequest"]):
    def visible_to(self, user: Any) -> Self:
        """Of the agencies at which this person sees requests; nobody from above or beside, administrators included."""
        return self.filter(agency__in=access.agencies_with(user, Permission.VIEW_REQUESTS))

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def overdue(self, today: date) -> Self:
        """Open, with the last day behind them."""
        return self.open().filter(due_on__lt=today)

    def by_due_day(self) -> Self:
        """The most urgent first; what waits for the applicant has no day and comes last."""
        return self.order_by(F("due_on").asc(nulls_last=True), "id")

    def to_register_for(self, user: Any) -> Self:
        """Just come in, at an agency where this person handles requests."""
        return self.filter(state=State.RECEIVED, agency__in=access.agencies_with(user, Permission.HANDLE_REQUEST))

    def handled_by(self, user: Any) -> Self:
        """Open, at an agency where this person handles requests, and given to him or to nobody yet."""
        agencies = access.agencies_with(user, Permission.HANDLE_REQUEST)
        return self.open().filter(Q(handler=user.pk) | Q(handler=None), agency__in=agencies)
