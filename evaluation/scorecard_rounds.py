"""Which round a reader meets first, and with which others it is compared. Pure over published rounds, each with the
number of agencies that it assessed (RoundQuerySet.counted).

A check of a few agencies has a ranking of its own, but never takes the place of the county's, nor is it compared.
"""

from collections import Counter
from collections.abc import Sequence

from evaluation.enums import RoundKind
from evaluation.models import AssessmentRound
from evaluation.scorecard_words import period_words

OF_EVERYBODY = (RoundKind.SPOT, RoundKind.YEAR_END)  # other kinds look at a few agencies


def covering(rounds: Sequence[AssessmentRound]) -> list[AssessmentRound]:
    """Those that assessed the county: at least half as many agencies as the largest of that year and the year before,
    for a county may merge its offices."""
    most: Counter[int] = Counter()
    for row in rounds:
        for year in (row.period_end.year, row.period_end.year + 1):
            most[year] = max(most[year], row.assessed)
    return [row for row in rounds if 2 * row.assessed >= most[row.period_end.year]]


def by_interest(rounds: Sequence[AssessmentRound]) -> list[AssessmentRound]:
    """As a reader asks for them: the assessments of the whole county, other rounds that cover it, then those of a few
    agencies; in each the order they came in. `rounds`: the newest first."""
    found = {row.pk for row in covering(rounds)}

    def interest(row: AssessmentRound) -> int:
        return 2 if row.pk not in found else int(row.kind not in OF_EVERYBODY)

    return sorted(rounds, key=interest)


def chosen(rounds: Sequence[AssessmentRound], slug: str) -> AssessmentRound | None:
    """The round asked for; where none was, the one that a reader begins with. None where there is none of that name.
    `rounds`: the newest first."""
    found = by_interest(rounds) if not slug else (one for one in rounds if one.slug == slug)
    return next(iter(found), None)


def compared(row: AssessmentRound, rounds: Sequence[AssessmentRound], most: int) -> list[AssessmentRound]:
    """Of one kind with this round, both covering the county; at most so many, the oldest first, and this one last. A
    round of a few agencies is compared with none. `rounds`: this one and those before it, the newest first."""
    found = [one for one in covering(rounds) if one.kind == row.kind]
    return found[:most][::-1] if row in found else [row]


def labels(rounds: Sequence[AssessmentRound]) -> list[tuple[AssessmentRound, str]]:
    """Short enough for a list to choose from: the period, with the kind of those that are meant for a few agencies. The
    name where that tells two rounds not apart, or would take a check of a few for the county's."""
    found = {row.pk for row in covering(rounds)}
    named = [(one, _label(one)) for one in rounds]
    twice = Counter(label for _one, label in named)
    return [
        (one, one.name if twice[label] > 1 or (one.kind in OF_EVERYBODY and one.pk not in found) else label)
        for one, label in named
    ]


def _label(row: AssessmentRound) -> str:
    kind = [] if row.kind in OF_EVERYBODY else [row.get_kind_display()]
    return " ".join([period_words(row.period_start, row.period_end), *kind])
