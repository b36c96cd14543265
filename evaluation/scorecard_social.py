"""社会评议 on a scorecard: the score of an agency as the frozen tally has it, or why there is none. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluation.indicators.social import INDICATOR
from evaluation.scorecard_words import NO_CASE, marks

type Tally = Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Social:
    """What so many ballots say of the agency."""

    score: str
    ballots: int
    survey: str


def social_of(tally: Tally, slug: str, code: str) -> Social | None:
    """None where too few gave a ballot, or the round uses no survey."""
    found = _of_agency(tally, code)
    if not found or found.get("too_few"):
        return None
    return Social(marks(Decimal(found["score"])), found["ballots"], slug)


def why_none(tally: Tally, code: str) -> str:
    """Why the agency has no score: nobody was asked about it, too few answered, or the tally came to nothing."""
    if not tally:
        return _("本期没有社会评议结果")
    found = _of_agency(tally, code)
    if not found:
        return _("没有列入本次社会评议")
    if found.get("too_few"):
        return str(_("社会评议不足 %s 张票，不计") % tally["least_ballots"])
    return _("社会评议结果没有计入")


def no_case(measure: str, tally: Tally, code: str) -> str:
    """Why an automatic indicator counts nothing, and so has its full marks. Few ballots are not nothing due."""
    return str(NO_CASE) if measure != INDICATOR.key else _("%s，按满分计") % why_none(tally, code)


def _of_agency(tally: Tally, code: str) -> Mapping[str, Any]:
    agencies = (tally or {}).get("agencies", ())
    return next((one for one in agencies if one["code"] == code), {})
