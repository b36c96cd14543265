"""Who is meant by a free-text 公开主体: agencies of the register, or kinds of agency. Pure over the register given."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from disclosure.catalogue_words import KIND_ENDINGS, KIND_PHRASES
from govportal.models.agency import AgencyKind

_SEPARATORS = re.compile(r"[、,;/|\s]+|及其?|(?<=政府|部门)和")
_SUB_OFFICE = re.compile(r"责任部门:.*$|[(（].*?[)）]")
_RANKS = re.compile(
    r"^(地方各级|各级|县级|市级|区级|旗县级|镇级|乡级|本级|开发区|高新区|县|市|区|旗)+(人民政府|政府)?(?=..)"
)
_DEPARTMENT_END = re.compile(r"(行政)?(主管|管理)?(部门|机关)$|(委员会|管理局|分局|局|委)$")
_NAMELESS = re.compile(r"截断|完整显示|遮盖|\bcut\b|本部门|本单位")


@dataclass(frozen=True, slots=True)
class Registered:
    """What of an agency is needed to recognise it."""

    pk: int
    code: str
    name: str
    short_name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Responsible:
    """`unmapped`: the words that name nobody in the register (a kind may still have been told from them)."""

    agencies: frozenset[int] = frozenset()
    kinds: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()


class AgencyRegister:
    """The agencies in force, found by code, name, short name or a part of the name."""

    def __init__(self, agencies: Iterable[Registered]) -> None:
        self._agencies = list(agencies)
        self._by_code = {agency.code: agency.pk for agency in self._agencies}
        self._by_name: dict[str, Registered] = {}
        for agency in self._agencies:
            for name in (agency.name, agency.short_name):
                # A department and its own account may share a name: the one listed first is meant.
                if name:
                    self._by_name.setdefault(_fold(name), agency)
        self._found: dict[str, Responsible] = {}

    def by_codes(self, codes: Iterable[str]) -> Responsible:
        known = {code: self._by_code.get(code) for code in codes}
        return Responsible(
            agencies=frozenset(pk for pk in known.values() if pk is not None),
            unmapped=tuple(code for code, pk in known.items() if pk is None),
        )

    def find(self, text: str) -> Responsible:
        """Agencies and kinds named in a cell. Cached: a catalogue repeats a few cells."""
        if text not in self._found:
            self._found[text] = self._find(text)
        return self._found[text]

    def _find(self, text: str) -> Responsible:
        folded = _fold(text)
        if not folded:
            return Responsible()
        if whole := self._by_name.get(folded):
            return Responsible(frozenset({whole.pk}))
        agencies: set[int] = set()
        kinds: list[str] = []
        unmapped: list[str] = []
        for part in _parts(folded):
            if agency := self._agency(part):
                agencies.add(agency.pk)
                continue
            kind = _first_kind(KIND_PHRASES, part)
            named = None if kind and not _DEPARTMENT_END.search(part) else self._department(part)
            if named:
                agencies.add(named.pk)
            elif kind:
                kinds.append(kind)
            else:
                unmapped.append(part)
                kinds += [ending] if (ending := _first_kind(KIND_ENDINGS, part)) else []
        return Responsible(frozenset(agencies), tuple(dict.fromkeys(kinds)), tuple(unmapped))

    def _agency(self, part: str) -> Registered | None:
        """By name; or the one agency whose name ends with the words, or stands in them."""
        if agency := self._by_name.get(part):
            return agency
        if len(part) < 4 or _first_kind(KIND_PHRASES, part):
            return None
        ending = {a.pk: a for name, a in self._by_name.items() if name.endswith(part)}
        contained = {a.pk: a for name, a in self._by_name.items() if len(name) >= 4 and name in part}
        for found in (ending, contained):
            if len(found) == 1:
                return next(iter(found.values()))
        return None

    def _department(self, part: str) -> Registered | None:
        """县级政府民政部门, 区民政局 → the one department with 民政 in its name."""
        if not _DEPARTMENT_END.search(part):
            return None
        stem = _DEPARTMENT_END.sub("", _RANKS.sub("", part))
        if len(stem) < 2:
            return None
        found = {
            agency.name: agency
            for agency in reversed(self._agencies)  # of two with one name, the first
            if agency.kind == AgencyKind.DEPARTMENT
            and stem in agency.name.replace("人民政府", "")
            and not agency.name.endswith(("本级", "本部"))
        }
        return next(iter(found.values())) if len(found) == 1 else None


def _parts(folded: str) -> list[str]:
    """The bodies named, one by one; what masks or cuts a name is no body."""
    extra = re.findall(r"\(([^)]*?办事处[^)]*?)\)", folded)
    parts = [part.strip("。") for part in _SEPARATORS.split(_SUB_OFFICE.sub("", folded))]
    parts = [part for part in parts + extra if part]
    if _NAMELESS.search(folded) or not parts:
        return [folded.strip("()")]
    return parts


def _first_kind(table: Iterable[tuple[re.Pattern[str], AgencyKind]], text: str) -> str | None:
    if _NAMELESS.search(text):
        return None
    return next((kind.value for pattern, kind in table if pattern.search(text)), None)


def _fold(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
