"""Lines of the catalogue a reader may see."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from disclosure.enums import Mode, TargetGroup
from govportal import access
from govportal.permissions import Permission

if TYPE_CHECKING:
    from disclosure.models import CatalogueEntry  # noqa: F401  (named in a string below)


class CatalogueEntryQuerySet(models.QuerySet["CatalogueEntry"]):
    def visible_to(self, user: Any) -> Self:
        """Lines of the catalogue a reader may see; those for staff (对内公开) only to staff."""
        active = self.filter(is_active=True).exclude(mode=Mode.NOT_PUBLIC)
        agencies = access.agencies_with(user, Permission.VIEW_INTERNAL)
        if not agencies:
            return active.exclude(target=TargetGroup.INTERNAL)
        return active.filter(~Q(target=TargetGroup.INTERNAL) | Q(agencies__in=agencies)).distinct()
