"""Scores of a social evaluation out of counted answers. Pure; row order changes nothing.

Under `least` ballots on an agency there is nothing to show of it, and an agency with enough of them is judged by those
questions that enough of them answered: what fewer said is shown nowhere, and nothing that is shown lets it be reckoned.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from disclosure.publication_log import canonical_json

LEVELS = (5, 4, 3, 2, 1)
_CENTS = 100
_POINTS_A_LEVEL = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """So many answers of one level to one question about one agency; `is_invited`: by invited evaluators."""

    agency: int
    is_invited: bool
    question: int
    level: int
    count: int


@dataclass(frozen=True, slots=True)
class Answered:
    """One question: how many answered, the score, and how many gave each level."""

    question: int
    levels: Mapping[int, int]

    @property
    def answers(self) -> int:
        return sum(self.levels.values())

    @property
    def score(self) -> Decimal:
        return score(self.levels)


@dataclass(frozen=True, slots=True)
class Part:
    """The public's word, or the invited's."""

    ballots: int
    score: Decimal


@dataclass(frozen=True, slots=True)
class Result:
    """What may be shown of one agency. `score` None: too few ballots, and then there is nothing else."""

    agency: int
    ballots: int | None = None
    score: Decimal | None = None
    questions: tuple[Answered, ...] = ()
    public: Part | None = None
    invited: Part | None = None


def score(levels: Mapping[int, int]) -> Decimal:
    """Average level × 20, two decimals, half up; of at least one answer."""
    count = sum(levels.values())
    points = sum(level * n for level, n in levels.items()) * _POINTS_A_LEVEL * _CENTS
    return Decimal((2 * points + count) // (2 * count)) / _CENTS


def results(
    agencies: Iterable[int], ballots: Mapping[tuple[int, bool], int], rows: Iterable[Counted], *, least: int
) -> dict[int, Result]:
    """By agency. `ballots`: how many rated it, by (agency, is_invited); one that only says 不了解 rates nobody."""
    counts: dict[int, dict[int, dict[bool, dict[int, int]]]] = defaultdict(lambda: defaultdict(_by_voter))
    for row in rows:
        counts[row.agency][row.question][row.is_invited][row.level] += row.count
    return {
        agency: _result(agency, {invited: ballots.get((agency, invited), 0) for invited in (False, True)}, found, least)
        for agency in agencies
        for found in [counts.get(agency, {})]
    }


def digest_of(tally: Mapping[str, Any]) -> str:
    """Of a tally as it is published: SHA-256 of the JSON file."""
    return hashlib.sha256(canonical_json(tally)).hexdigest()


def _by_voter() -> dict[bool, dict[int, int]]:
    return {False: defaultdict(int), True: defaultdict(int)}


def _result(
    agency: int, ballots: Mapping[bool, int], counts: Mapping[int, Mapping[bool, Mapping[int, int]]], least: int
) -> Result:
    questions = [(number, _together(counts[number].values())) for number in sorted(counts)]
    shown = tuple(Answered(number, levels) for number, levels in questions if sum(levels.values()) >= least)
    if sum(ballots.values()) < least or not shown:
        return Result(agency)
    parts = {}
    # With one of the two too small to show, the other would tell it by subtraction.
    if all(n >= least or not n for n in ballots.values()):
        said = {by: _together(counts[one.question][by] for one in shown) for by in (False, True)}
        parts = {by: Part(n, score(said[by])) for by, n in ballots.items() if n and sum(said[by].values()) >= least}
        parts = parts if len(parts) == sum(1 for n in ballots.values() if n) else {}
    return Result(
        agency=agency,
        ballots=sum(ballots.values()),
        score=score(_together(one.levels for one in shown)),
        questions=shown,
        public=parts.get(False),
        invited=parts.get(True),
    )


def _together(parts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    total = dict.fromkeys(LEVELS, 0)
    for part in parts:
        for level, count in part.items():
            total[level] += count
    return total
