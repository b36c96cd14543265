"""Obligations by what can be asked of them on a day: nothing here is a stored state (domain §5)."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from disclosure.enums import Audience, EditionState, Mode, ObligationKind, Procedure, StatementKind, TargetGroup
from disclosure.fulfilment import MEETING_NOTHING
from disclosure.types import ITEM_TYPES

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

    def contradicted(self) -> Self:
        """本期无此类信息 was signed, and something of the entry stands published in that very period all the same."""
        signed = self.model._default_manager.filter(statement__kind=StatementKind.NIL)
        return self.filter(pk__in=signed.published_in_period().values("pk"))

    def published_in_period(self) -> Self:
        """Those in whose period their agency published something of their entry, or amended it in substance.

        A row for each such edition; withdrawn items were published, too. A first edition counts by its 公开日期, for
        an archive is taken over long after it was public.
        """
        start, end = F("period_start"), F("period_end")
        first = Q(entry__items__published_on__gte=start, entry__items__published_on__lte=end)
        amended = Q(
            entry__items__editions__procedure__in=set(Procedure) - {Procedure.MIGRATION},
            entry__items__editions__state=EditionState.PUBLISHED,
            entry__items__editions__is_substantive=True,
            entry__items__editions__published_at__date__gte=start,
            entry__items__editions__published_at__date__lte=end,
        )
        return self.filter(
            first | amended,
            entry__items__item_type__in=ITEM_TYPES.keys() - MEETING_NOTHING,
            entry__items__agency=F("agency"),
            entry__items__audience=Audience.PUBLIC,
        )
