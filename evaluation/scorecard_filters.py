"""What the ranking is narrowed by: round, kind of agency, grade and words of a name. A value that means nothing is left
out, and the reader is told."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from evaluation.enums import Grade, RoundKind
from evaluation.models import AssessmentRound
from evaluation.scorecards import Place
from govportal.html import without_controls
from govportal.models import AgencyKind

ROUND = r"[0-9A-Za-z][0-9A-Za-z_-]{0,39}"
LONGEST_NAME = 60
OF_EVERYBODY = (RoundKind.SPOT, RoundKind.YEAR_END)  # other kinds look at a few agencies
_ECHOED = 40  # of what somebody typed, in the sentence that answers


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as far as it means something."""

    round: str = ""
    kind: str = ""
    grade: str = ""
    name: str = ""
    problems: list[str] = field(default_factory=list)

    def narrow(self, places: Sequence[Place]) -> list[Place]:
        words = self.name.casefold().split()
        return [
            one
            for one in places
            if (not self.grade or one.assessment.grade == self.grade)
            and all(word in f"{one.name} {one.assessment.agency.name}".casefold() for word in words)
        ]


def asked(values: Mapping[str, str]) -> Asked:
    """`values`: the parameters of an address."""
    problems = []
    slug, kind, grade = (_line(values.get(name, "")) for name in ("round", "kind", "grade"))
    if slug and not re.fullmatch(ROUND, slug):
        problems.append(_("期次“%s”看不懂。") % slug[:_ECHOED])
        slug = ""
    if kind and kind not in AgencyKind.values:
        problems.append(_("没有“%s”这个单位类别。") % kind[:_ECHOED])
        kind = ""
    if grade and grade not in Grade.values:
        problems.append(_("没有“%s”这个等次。") % grade[:_ECHOED])
        grade = ""
    name = _line(values.get("q", ""))
    if len(name) > LONGEST_NAME:
        problems.append(_("单位名称最多 %s 个字，后面的没有用。") % LONGEST_NAME)
    return Asked(slug, kind, grade, name[:LONGEST_NAME], problems)


def _line(text: str) -> str:
    return " ".join(without_controls(text).split())


def kinds_of(places: Sequence[Place]) -> list[tuple[str, str, int]]:
    """(kind, its label, how many of it) of those that are there."""
    found = [(kind, sum(1 for one in places if one.kind == kind)) for kind in AgencyKind]
    return [(kind.value, str(kind.label), count) for kind, count in found if count]


def chosen(rounds: Sequence[AssessmentRound], slug: str) -> AssessmentRound | None:
    """The round asked for; where none was, the newest in which everybody is assessed, else the newest. None where there
    is none of that name. `rounds`: the newest first."""
    if not slug:
        return next((one for one in rounds if one.kind in OF_EVERYBODY), rounds[0] if rounds else None)
    return next((one for one in rounds if one.slug == slug), None)
