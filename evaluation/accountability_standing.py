"""What follows for an agency from assessments and decisions: the two-year flag, and the bar from awards (domain §9).

One query each, however many agencies: over frozen year-end rounds, and over decided cases.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evaluation.accountability_rules import BARRING_AGENCIES
from evaluation.models import AccountabilityCase, Assessment

# (agency, year) of an assessment in 差.
type Poor = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one agency in one year. `is_flagged`: 建议调整领导班子; a bar by grade or by measure: 取消评优资格."""

    is_flagged: bool = False
    is_barred_by_grade: bool = False
    barring_cases: tuple[str, ...] = ()

    @property
    def is_barred(self) -> bool:
        return self.is_barred_by_grade or bool(self.barring_cases)


def poor_both_years(poor: Iterable[Poor], year: int) -> set[int]:
    """Agencies in 差 in this year and the one before. Pure."""
    found = set(poor)
    return {agency for agency, one in found if one == year and (agency, year - 1) in found}


def standings_from(poor: Iterable[Poor], cases: Iterable[tuple[int, str]], year: int) -> dict[int, Standing]:
    """By agency, without those of whom there is nothing to say; `cases` (agency, number) bar in this year. Pure."""
    found = set(poor)
    flagged = poor_both_years(found, year)
    graded = {agency for agency, one in found if one == year}
    numbers: dict[int, list[str]] = {}
    for agency, number in cases:
        numbers.setdefault(agency, []).append(number)
    return {
        agency: Standing(agency in flagged, agency in graded, tuple(numbers.get(agency, ())))
        for agency in graded | set(numbers)
    }


def poor_grades(year: int) -> set[Poor]:
    """(agency, year) in 差 at the end of this year and of the one before, of rounds that are frozen."""
    rows = Assessment.objects.poor_at_year_end().filter(round__period_end__year__in=[year - 1, year])
    return set(rows.order_by().values_list("agency_id", "round__period_end__year"))


def barring_cases(year: int) -> list[tuple[int, str]]:
    """(agency, number) of the cases decided in this year by a measure that bars the agency from awards."""
    rows = AccountabilityCase.objects.ruled().filter(agency_measure__in=BARRING_AGENCIES, decided_on__year=year)
    return list(rows.order_by("pk").values_list("agency_id", "number"))


def standings(year: int) -> Mapping[int, Standing]:
    """By agency, in two statements for all of them."""
    return standings_from(poor_grades(year), barring_cases(year), year)
