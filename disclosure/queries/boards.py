"""Boards and their sheets: what everybody may see, and what has to be printed anew."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from disclosure.enums import SheetState
from govportal import access
from govportal.permissions import Permission

if TYPE_CHECKING:
    from disclosure.models import BoardSheet, NoticeBoard, SheetItem  # noqa: F401  (named in strings below)


class NoticeBoardQuerySet(models.QuerySet["NoticeBoard"]):
    def listed(self) -> Self:
        """What everybody may see: boards in use, in the order of their agencies."""
        rows = self.filter(is_active=True).select_related("agency", "photo")
        return rows.order_by("agency__position", "agency__name", "position", "code")

    def kept_by(self, user: Any) -> Self:
        """Boards whose sheets this person composes, issues and posts."""
        return self.filter(agency__in=access.agencies_under(user, Permission.MANAGE_BOARDS).values("pk"))

    def with_latest(self) -> Self:
        """`latest_id`: the newest sheet that was not cancelled, None where there is none."""
        sheets = self.model._meta.get_field("sheets").related_model._default_manager
        standing = sheets.filter(board=OuterRef("pk")).exclude(state=SheetState.CANCELLED)
        return self.annotate(latest_id=Subquery(standing.order_by("-pk").values("pk")[:1]))


class BoardSheetQuerySet(models.QuerySet["BoardSheet"]):
    def standing(self) -> Self:
        """All but the cancelled ones."""
        return self.exclude(state=SheetState.CANCELLED)

    def hanging(self) -> Self:
        return self.filter(state=SheetState.POSTED)

    def to_reprint(self, today: date) -> Self:
        """On the wall, or about to be, with a text that is no longer today's: amended, withdrawn, past its 公示期."""
        rows: Any = self.model._meta.get_field("items").related_model._default_manager
        return self.filter(
            Exists(rows.outdated(today).filter(sheet=OuterRef("pk"))), state__in=[SheetState.ISSUED, SheetState.POSTED]
        )

    def past_their_day(self, today: date) -> Self:
        """Still on the wall after the last day of posting."""
        return self.hanging().filter(post_until__lt=today)


class SheetItemQuerySet(models.QuerySet["SheetItem"]):
    def outdated(self, today: date) -> Self:
        """Printed is not what the portal says today, or what no wall may show today."""
        items: Any = self.model._meta.get_field("item").related_model._default_manager
        return self.filter(
            ~Q(edition=F("item__current_edition"))
            | ~Exists(items.shown_on_walls(today).filter(pk=OuterRef("item")))
            | Q(edition__redacted_by_entry__isnull=False)
        )
