"""Coverage, timeliness, standardisation and freshness, counted from rows alone (domain §5). Nobody types them in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from govportal.models import Agency


@dataclass(frozen=True, slots=True)
class Measure:
    """numerator of denominator. `cases`: the rows of the denominator; `misses`: those not in the numerator.

    Both are unevaluated QuerySets of Obligation or Item. `target` in percent, None where no policy sets one.
    """

    key: str  # "coverage", "timeliness", "standardisation", "freshness.<section>"
    label: Promise | str
    numerator: int
    denominator: int
    target: int | None
    basis: str
    cases: QuerySet[Any]
    misses: QuerySet[Any]

    @property
    def rate(self) -> Fraction | None:
        """None when nothing was due: never 100 % of nothing."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None without a target or without cases."""
        return None if self.target is None or self.rate is None else self.rate * 100 >= self.target


def measures(agency: Agency | None, *, today: date, since: date) -> list[Measure]:
    """The measures of one agency, or (None) of all together, over `since` to `today`."""
    raise NotImplementedError


def by_agency(today: date, since: date) -> Mapping[Agency, list[Measure]]:
    """The same of every active agency that owes or publishes, in the order of the register; constant queries."""
    raise NotImplementedError


def by_category(today: date, since: date) -> Mapping[str, list[Measure]]:
    """The same by category of the catalogue (values of Category), in their order; constant queries."""
    raise NotImplementedError
