"""What an automatic indicator is: which rows it reads, and the pure function that makes cases of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise

from evaluation.enums import Formula
from evaluation.scoring import Case


@dataclass(frozen=True, slots=True)
class Span:
    """What is measured: the period, both days included, as things stood on `as_of`; the survey that counts, if any."""

    since: date
    until: date
    as_of: date
    survey_id: int | None = None


# A case and the id of the agency it counts for.
type AgencyCase = tuple[int, Case]


@dataclass(frozen=True, slots=True)
class AutomaticIndicator:
    """`rows` asks one query, however many agencies there are; `cases` is pure. `words`: the rule, for everybody.

    `judged_by`: MET, ON_TIME, NO_FAULT or COUNTED of scoring.py. `formula`: what a new set begins with.
    """

    key: str
    label: Promise | str
    words: Promise | str
    basis: Promise | str
    judged_by: str
    rows: Callable[[Span], Iterable[Any]]
    cases: Callable[[Iterable[Any], Span], Iterator[AgencyCase]]
    formula: Formula = Formula.SHARE
    case_word: Promise | str = ""  # what a case is called: 项, 件


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""
