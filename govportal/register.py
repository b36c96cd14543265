"""The register of agencies in figures: what the finder on the home page and the list offer."""

from collections import Counter
from dataclasses import dataclass

from govportal.models import Agency, AgencyKind


@dataclass(frozen=True, slots=True)
class Register:
    total: int
    kinds: list[tuple[str, str, int]]  # value, label, how many; kinds without an agency are left out
    initials: list[str]  # first pinyin letters that lead to an agency


def agency_register() -> Register:
    """One statement over all active agencies (some hundreds)."""
    rows = list(Agency.objects.listed().values_list("kind", "initials"))
    counts = Counter(kind for kind, _initials in rows)
    return Register(
        total=len(rows),
        kinds=[(value, str(label), counts[value]) for value, label in AgencyKind.choices if counts[value]],
        initials=sorted({initials[0].upper() for _kind, initials in rows if initials}),
    )
