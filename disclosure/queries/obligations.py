"""Obligations by what can be asked of them on a day: nothing here is a stored state (domain §5)."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from disclosure.enums import Mode, ObligationKind, TargetGroup

if TYPE_CHECKING:
    from disclosure.models import Obligation  # noqa: F401  (named in a string below)


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def public(self) -> Self:
        """What everybody may see: in force, of entries that are neither 对内公开 nor 不予公开.

        An entry that was switched off hides nothing of what it had obliged anybody to.
        """
        hidden = Q(entry__target=TargetGroup.INTERNAL) | Q(entry__mode=Mode.NOT_PUBLIC)
        return self.in_force().exclude(hidden)

    def with_words(self) -> Self:
        """Each with all that its row on a page names."""
        return self.select_related("entry", "agency", "event", "met_by", "statement", "filing")

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

    def unpublished(self, today: date) -> Self:
        """What should be public and is not, as everybody may see it; the longest overdue first."""
        return self.public().to_the_public().overdue(today).order_by("due_on", "id")

    def due_between(self, first: date, last: date) -> Self:
        """Open and due from `first` to `last`, both included."""
        return self.open().filter(due_on__range=(first, last))

    def to_the_public(self) -> Self:
        """All but reports, which are owed to the superior body."""
        return self.exclude(kind=ObligationKind.FILING)

    def decided(self, today: date, since: date) -> Self:
        """In force, falling due from `since` on, and either past the last day or already met."""
        return self.in_force().filter(Q(due_on__lt=today) | Q(met_on__isnull=False), due_on__gte=since)
