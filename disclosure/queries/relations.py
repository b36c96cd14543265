"""Relations between items: which of them hold before the public."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, DateField, F, Q, When
from django.db.models.functions import TruncDate

from disclosure.enums import EditionState

if TYPE_CHECKING:
    from disclosure.models import Relation  # noqa: F401  (named in a string below)


def in_effect(path: str = "") -> Q:
    """A relation that was stated in a draft holds when that very edition is published, not before.

    `path` is the path to the relation, ending in `__`.
    """
    stated = Q(**{f"{path}since_edition__isnull": True})
    return stated | Q(**{f"{path}since_edition__state": EditionState.PUBLISHED})


def stated_on() -> Case:
    """The day the public could first read a relation in effect: its source may have been public long before."""
    later = When(since_edition__number__gt=1, then=TruncDate("since_edition__published_at"))
    return Case(later, default=F("source__published_on"), output_field=DateField())


class RelationQuerySet(models.QuerySet["Relation"]):
    def in_effect(self) -> Self:
        return self.filter(in_effect())
