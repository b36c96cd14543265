"""区分责任: who bears what, by how it came to it (《…责任追究办法》第十条). Pure.

The circumstance is that of one person, for of two undertakers one may have advised and the other kept silent; all of a
case come from one way of deciding, and what they bear must go together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.utils.translation import gettext as _

from evaluation.accountability_enums import Circumstance, Part, Responsibility
from evaluation.accountability_rules import DIVISION_BASIS


@dataclass(frozen=True, slots=True)
class Share:
    """What one person bears, and the article that says so."""

    responsibility: Responsibility
    basis: str


@dataclass(frozen=True, slots=True)
class Charge:
    """What somebody is held to account for: as whom, how it came to it, and what he bears of it."""

    part: str
    circumstance: str
    responsibility: str


_C, _P, _R = Circumstance, Part, Responsibility
# (circumstance, part, dissent on record) -> what he bears, and by which 项. What is not here the article does not know.
_TABLE: Mapping[tuple[Circumstance, Part, bool], tuple[Responsibility, str]] = MappingProxyType(
    {
        (_C.NOT_SOUGHT, _P.UNDERTAKER, False): (_R.WHOLE, "一"),
        (_C.NOT_SOUGHT, _P.HEAD_IN_CHARGE, False): (_R.NONE, "一"),
        (_C.APPROVED, _P.HEAD_IN_CHARGE, False): (_R.MAIN, "二"),
        (_C.APPROVED, _P.UNDERTAKER, False): (_R.SECONDARY, "二"),
        (_C.KEPT_SILENT, _P.UNDERTAKER, False): (_R.WHOLE, "二"),
        (_C.KEPT_SILENT, _P.HEAD_IN_CHARGE, False): (_R.NONE, "二"),
        (_C.OVERRULED, _P.UNDERTAKER, False): (_R.NONE, "二"),
        (_C.OVERRULED, _P.HEAD_IN_CHARGE, False): (_R.MAIN, "二"),
        (_C.COLLECTIVE, _P.MAIN_LEADER, False): (_R.MAIN, "三"),
        (_C.COLLECTIVE, _P.MEMBER, False): (_R.SECONDARY, "三"),
        (_C.COLLECTIVE, _P.MEMBER, True): (_R.NONE, "三"),
    }
)
# The more, the heavier.
WEIGHTS: Mapping[Responsibility, int] = MappingProxyType({_R.NONE: 0, _R.SECONDARY: 1, _R.MAIN: 2, _R.WHOLE: 3})
# One way of deciding: by the undertaker alone, by the head in charge, by all together.
_WAYS = ({_C.NOT_SOUGHT}, {_C.APPROVED, _C.KEPT_SILENT, _C.OVERRULED}, {_C.COLLECTIVE})


def divide(circumstance: Circumstance, part: Part, *, dissent_on_record: bool = False) -> Share | None:
    """What this person bears; None where the article knows no such part in such a circumstance."""
    found = _TABLE.get((circumstance, part, dissent_on_record))
    return Share(found[0], f"{DIVISION_BASIS}第（{found[1]}）项") if found else None


def is_told(told: Charge, found: Charge) -> bool:
    """Whether who was told the one can be decided about on the other: it is the same, or weighs less.

    What weighs as much for another reason he was never asked about.
    """
    weight = WEIGHTS[Responsibility(found.responsibility)]
    return weight == 0 or weight < WEIGHTS[Responsibility(told.responsibility)] or found == told


def reasons_against_together(people: Iterable[tuple[Circumstance, Responsibility]]) -> list[str]:
    """Why these cannot stand in one case beside each other; empty when they can."""
    people = list(people)
    reasons = []
    if sum(any(circumstance in way for circumstance, _bears in people) for way in _WAYS) > 1:
        reasons.append(_("同一案件的责任人情形不一致：未报批、主管领导审批、集体讨论决定只能是其中一种。"))
    borne = {bears for _circumstance, bears in people}
    if Responsibility.WHOLE in borne and borne & {Responsibility.MAIN, Responsibility.SECONDARY}:
        reasons.append(_("有人承担全部责任的，其他人不能同时承担主要责任或者次要责任，请核对情形。"))
    return reasons
