"""Accountability: who may see a case at all, and which of them wait for something."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from disclosure.models import Item
from evaluation.accountability_enums import ENDED_CASES, RULED_CASES, CaseState
from govportal import access
from govportal.permissions import Permission

if TYPE_CHECKING:
    from evaluation.models import AccountabilityCase  # noqa: F401  (named in a string below)


class AccountabilityCaseQuerySet(models.QuerySet["AccountabilityCase"]):
    def visible_to(self, user: Any) -> Self:
        """For those who hold to account at the agency the case is about, and never for anybody who is of it."""
        if not access.can(user, Permission.HOLD_ACCOUNTABLE):
            return self.none()
        reached = access.agencies_under(user, Permission.HOLD_ACCOUNTABLE)
        return self.filter(agency__in=reached).exclude(agency__in=access.own_agencies(user))

    def told_to(self, user: Any) -> Self:
        """Decided cases for the heads of the agency and of its disclosure office: they answer the decision."""
        return self.ruled().filter(agency__in=access.agencies_with(user, Permission.OBJECT))

    def ruled(self) -> Self:
        return self.filter(state__in=RULED_CASES)

    def without_summary(self) -> Self:
        """None was drafted, or the draft was thrown away and never public: one may be drafted, again."""
        return self.filter(Q(summary=None) | Q(summary__in=Item.objects.discarded()))

    def ended(self) -> Self:
        return self.filter(state__in=ENDED_CASES)

    def waiting_for_correction(self) -> Self:
        return self.filter(state=CaseState.DECIDED)

    def overdue(self, today: date) -> Self:
        return self.waiting_for_correction().filter(correction_due_on__lt=today)
