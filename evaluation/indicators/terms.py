"""What an automatic indicator is: which rows it reads, and the pure function that makes cases of them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.timezone import make_aware
from django.utils.translation import override

from evaluation.enums import Formula
from evaluation.scoring import Case, earned


@dataclass(frozen=True, slots=True)
class Span:
    """What is measured: the period, both days included, as things stood on `as_of`; the survey that counts, if any."""

    since: date
    until: date
    as_of: date
    survey_id: int | None = None

    def known(self, day: date | None) -> date | None:
        """The day, unless it was still to come."""
        return day if day and day <= self.as_of else None

    def is_settled(self, due_on: date, done_on: date | None) -> bool:
        """Done, or its last day is over; until then nobody can say how it ends. `done_on`: as known."""
        return done_on is not None or due_on < self.as_of

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The period as moments; the second one is the first that no longer belongs to it."""
        return midnight(self.since), midnight(self.until + timedelta(days=1))


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
    done_word: Promise | str = ""  # what done_on of a case is, where it is not when a duty was done


def judged(case: Case, judged_by: str) -> Case:
    """The case with what it earns by its own facts."""
    return case._replace(earned=earned(case, judged_by))


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def midnight(day: date) -> datetime:
    """At which the day begins in Beijing."""
    return make_aware(datetime.combine(day, time.min))


def official(text: Promise | str) -> str:
    """The Chinese wording whatever language the page has: cases are records."""
    with override(settings.LANGUAGE_CODE):
        return str(text)
