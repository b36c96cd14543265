"""What a ranking is narrowed by, as page, files and API take it: round, kind of agency, grade, agency and words of a
name. A value that means nothing is left out, and the reader is told."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from evaluation.scorecard_words import GRADES, UNRANKED
from evaluation.scorecards import Place, placed
from govportal.html import without_controls
from govportal.models import Agency, AgencyKind

ROUND = r"[0-9A-Za-z][0-9A-Za-z_-]{0,39}"
LONGEST_NAME = 60
_ECHOED = 40  # of what somebody typed, in the sentence that answers


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as far as it means something. `agency`: a code."""

    round: str = ""
    kind: str = ""
    grade: str = ""
    name: str = ""
    agency: str = ""
    problems: list[str] = field(default_factory=list)

    def narrow(self, places: Sequence[Place]) -> list[Place]:
        """Of one kind by the rank among it, else by the rank among all; of a name, those first that are called so."""
        return self._named([one for one in self.of_kind(places) if self._has(one)])

    def narrow_but_grade(self, places: Sequence[Place]) -> list[Place]:
        """Among whom the grades are counted: each count leads to the same list, narrowed to its grade as well."""
        return replace(self, grade="").narrow(places)

    def of_kind(self, places: Sequence[Place]) -> list[Place]:
        if not self.kind:
            return list(places)
        return placed(replace(one, rank=one.assessment.kind_rank) for one in places if one.kind == self.kind)

    def _has(self, one: Place) -> bool:
        is_graded = not self.grade or (one.assessment.grade or UNRANKED) == self.grade
        return is_graded and self.agency in ("", one.assessment.agency.code)

    def _named(self, places: Sequence[Place]) -> list[Place]:
        words = _searched(self.name).split()
        found = [one for one in places if all(word in " ".join(_names(one)) for word in words)]
        return sorted(found, key=lambda one: _distance(words, _names(one))) if words else found

    @property
    def parameters(self) -> dict[str, str]:
        """By the name that each has in an address, without the round."""
        values = {"kind": self.kind, "grade": self.grade, "agency": self.agency, "q": self.name}
        return {name: value for name, value in values.items() if value}

    def query(self, **changes: str) -> str:
        """With its question mark; empty where nothing is asked."""
        values = {name: value for name, value in {**self.parameters, **changes}.items() if value}
        return f"?{urlencode(values)}" if values else ""

    @property
    def words(self) -> list[str]:
        """What the ranking is narrowed to, as people read it."""
        found = [str(AgencyKind(self.kind).label)] if self.kind else []
        found += [str(label) for value, label in GRADES if value == self.grade]
        return found + [text for text in (self.agency, self.name) if text]

    def named(self, name: str) -> str:
        """The name of a file with what was asked for."""
        return "-".join([name, *self.words])


def _searched(text: str) -> str:
    """As names are compared: 民政 is no word of 人民政府."""
    return text.casefold().replace("人民政", "人民/政")


def _names(one: Place) -> list[str]:
    """In the order in which a match counts."""
    agency = one.assessment.agency
    return [_searched(text) for text in (one.name, one.official, agency.name, agency.code)]


def _distance(words: Sequence[str], names: Sequence[str]) -> int:
    """0 for who is called just so, 1 for who has the words in the short name, 2 for the rest."""
    if "".join(words) in names:
        return 0
    return 1 if all(word in names[0] for word in words) else 2


def asked(values: Mapping[str, str]) -> Asked:
    """`values`: the parameters of an address."""
    problems = []
    slug, kind, grade, agency = (_line(values.get(name, "")) for name in ("round", "kind", "grade", "agency"))
    if slug and not re.fullmatch(ROUND, slug):
        problems.append(_("期次“%s”看不懂。") % slug[:_ECHOED])
        slug = ""
    if kind and kind not in AgencyKind.values:
        problems.append(_("没有“%s”这个单位类别。") % kind[:_ECHOED])
        kind = ""
    if grade and grade not in dict(GRADES):
        problems.append(_("没有“%s”这个等次。") % grade[:_ECHOED])
        grade = ""
    if agency and not Agency.objects.filter(code=agency).exists():
        problems.append(_("没有代码为“%(code)s”的单位。") % {"code": agency[:_ECHOED]})
        agency = ""
    name = _line(values.get("q", ""))
    if len(name) > LONGEST_NAME:
        problems.append(_("单位名称最多 %s 个字，后面的没有用。") % LONGEST_NAME)
    return Asked(slug, kind, grade, name[:LONGEST_NAME], agency, problems)


def _line(text: str) -> str:
    return " ".join(without_controls(text).split())


def kinds_of(places: Sequence[Place]) -> list[tuple[str, str, int]]:
    """(kind, its label, how many of it) of those that are there."""
    found = [(kind, sum(1 for one in places if one.kind == kind)) for kind in AgencyKind]
    return [(kind.value, str(kind.label), count) for kind, count in found if count]
