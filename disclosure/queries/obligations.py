"""Obligations by what can be asked of them on a day: nothing here is a stored state (domain §5)."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from disclosure.enums import ObligationKind

if TYPE_CHECKING:
    from disclosure.models import Obligation  # noqa: F401  (named in a string below)


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def in_force(self) -> Self:
        """All but the cancelled ones."""
        return self.filter(cancelled_at__isnull=True)

    def open(self) -> Self:
        return self.in_force().filter(met_on__isnull=True)

    def met(self) -> Self:
        return self.filter(met_on__isnull=False)

    def met_on_time(self) -> Self:
        return self.met().filter(met_on__lte=F("due_on"))

    def met_late(self) -> Self:
        return self.met().filter(met_on__gt=F("due_on"))

    def overdue(self, today: date) -> Self:
        """应公开未公开: the last day has passed."""
        return self.open().filter(due_on__lt=today)

    def due_between(self, first: date, last: date) -> Self:
        """Open and due from `first` to `last`, both included."""
        return self.open().filter(due_on__range=(first, last))

    def to_the_public(self) -> Self:
        """All but reports, which are owed to the superior body."""
        return self.exclude(kind=ObligationKind.FILING)

    def decided(self, today: date, since: date) -> Self:
        """In force, falling due from `since` on, and either past the last day or already met."""
        return self.in_force().filter(Q(due_on__lt=today) | Q(met_on__isnull=False), due_on__gte=since)
