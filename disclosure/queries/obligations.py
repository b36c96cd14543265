"""Obligations by what can be asked of them on a day: nothing here is a stored state (domain §5)."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Concat, JSONObject, StrIndex
from django.db.models.lookups import Contains, GreaterThan

from disclosure.enums import (
    Audience,
    Channel,
    EditionState,
    Mode,
    ObligationKind,
    Procedure,
    SheetState,
    TargetGroup,
)
from disclosure.fulfilment import MEETING_NOTHING
from disclosure.queries.items import readable
from disclosure.types import ITEM_TYPES

if TYPE_CHECKING:
    from disclosure.models import Obligation  # noqa: F401  (named in a string below)

# 上栏: met by an item that everybody may read, of an entry whose 公开渠道 name the notice board. A signed word or a
# report has nothing to hang. The list of channels is looked into as text: SQLite has no containment.
OWED_TO_THE_WALL = (
    Q(met_by__isnull=False)
    & Q(Contains(Cast("entry__channels", models.TextField()), Value(f'"{Channel.NOTICE_BOARD}"')))
    & readable("met_by__")
)


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def public(self) -> Self:
        """What everybody may see: in force, of entries that are neither 对内公开 nor 不予公开.

        An entry that was switched off hides nothing of what it had obliged anybody to.
        """
        return self.of_public_entries().in_force()

    def of_public_entries(self) -> Self:
        """The same with those that were cancelled."""
        return self.exclude(Q(entry__target=TargetGroup.INTERNAL) | Q(entry__mode=Mode.NOT_PUBLIC))

    def with_words(self) -> Self:
        """Each with all that its row on a page names; `wall`: the first sheet that showed it, None where none did."""
        first = self.hangings().order_by("sheet__posted_on", "sheet_id")
        names = {"serial": "serial", "board": "board", "posted_on": "posted_on", "removed_on": "removed_on"}
        told = first.values(told=JSONObject(**{name: f"sheet__{column}" for name, column in names.items()}))
        wall = Case(When(OWED_TO_THE_WALL, then=Subquery(told[:1])), output_field=models.JSONField())
        words = self.select_related("entry", "agency", "event", "met_by", "statement", "filing")
        return words.annotate(wall=wall)

    def hangings(self) -> models.QuerySet[Any]:
        """Of one obligation, inside a subquery: the places of its item on sheets that hung, taken down or not.

        On a board of the agency that owed it, or of a body above that.
        """
        item: Any = self.model._meta.get_field("met_by").related_model
        rows: models.Manager[Any] = item._meta.get_field("sheet_items").related_model._default_manager
        slash = Value("/", output_field=models.TextField())
        board_of = Concat(slash, Cast("sheet__board__agency", models.TextField()), slash)
        is_above = GreaterThan(StrIndex(OuterRef("agency__path"), board_of), 0)
        return rows.filter(
            Q(sheet__board__agency=OuterRef("agency")) | Q(is_above),
            item=OuterRef("met_by"),
            sheet__state__in=[SheetState.POSTED, SheetState.REMOVED],
        )

    def owed_to_the_wall(self) -> Self:
        """Met on the web, of entries that are to hang on a notice board as well."""
        return self.filter(OWED_TO_THE_WALL)

    def on_the_wall(self) -> Self:
        """Of those the ones that hung."""
        return self.owed_to_the_wall().filter(Exists(self.hangings()))

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
