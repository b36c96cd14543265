"""Decisions: what waits for whose signature."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from govportal import access
from govportal.permissions import Permission
from requests_app.enums import DecisionState

if TYPE_CHECKING:
    from requests_app.models import Decision  # noqa: F401  (named in strings below)


class DecisionQuerySet(models.QuerySet["Decision"]):
    def waiting(self) -> Self:
        return self.filter(state=DecisionState.SUBMITTED)

    def waiting_for(self, user: Any) -> Self:
        """Handed in at an agency for which this person signs, and not drafted by himself."""
        agencies = access.agencies_with(user, Permission.RELEASE_REPLY)
        return self.waiting().filter(request__agency__in=agencies).exclude(drafted_by=user.pk)
