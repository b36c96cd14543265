"""Relations between items: which of them hold before the public."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from disclosure.enums import EditionState

if TYPE_CHECKING:
    from disclosure.models import Relation  # noqa: F401  (named in a string below)


def in_effect(path: str = "") -> Q:
    """A relation that was stated in a draft holds when that very edition is published, not before.

    `path` is the path to the relation, ending in `__`.
    """
    stated = Q(**{f"{path}since_edition__isnull": True})
    return stated | Q(**{f"{path}since_edition__state": EditionState.PUBLISHED})


class RelationQuerySet(models.QuerySet["Relation"]):
    def in_effect(self) -> Self:
        return self.filter(in_effect())
