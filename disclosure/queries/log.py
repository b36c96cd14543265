"""Entries of the publication log a reader may see."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Coalesce

from disclosure.enums import PUBLIC_CHAIN, internal_chain
from govportal import access
from govportal.permissions import Permission

if TYPE_CHECKING:
    from disclosure.models import LogEntry  # noqa: F401  (named in a string below)


class LogEntryQuerySet(models.QuerySet["LogEntry"]):
    def visible_to(self, user: Any) -> Self:
        """The public chain for everybody; an agency's internal chain for its staff."""
        chains = [
            PUBLIC_CHAIN,
            *(internal_chain(agency.pk) for agency in access.agencies_with(user, Permission.VIEW_INTERNAL)),
        ]
        return self.filter(chain__in=chains)

    def with_title(self) -> Self:
        """`title`: as the text has it today, so that a redaction which blanks it blanks it here too."""
        return self.annotate(title=Coalesce("edition__title", "item__title"))
