"""Indicators: by how they are found."""

from typing import TYPE_CHECKING, Self

from django.db import models

from evaluation.enums import IndicatorMode

if TYPE_CHECKING:
    from evaluation.models import Indicator  # noqa: F401  (named in a string below)


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    def manual(self) -> Self:
        return self.filter(mode=IndicatorMode.MANUAL)

    def automatic(self) -> Self:
        return self.filter(mode=IndicatorMode.AUTOMATIC)
