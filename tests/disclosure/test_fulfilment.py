"""Which obligations a publication meets: the rule of ADR 0007 by itself."""

from datetime import date, timedelta
from typing import Any

import pytest

from disclosure.enums import ObligationKind
from disclosure.fulfilment import Open, Publication, met_by

KIND = ObligationKind
MARCH_10 = date(2026, 3, 10)


def month(number: int, *, due: int = 20, is_due_at_end: bool = False) -> Open:
    """The recurring obligation of a month of 2026, due on a day of the next one or as it ends."""
    start, end = date(2026, number, 1), date(2026, number + 1, 1) - timedelta(days=1)
    return Open(number, KIND.RECURRING, start, end, end if is_due_at_end else date(2026, number + 1, due),
                is_due_at_end=is_due_at_end)  # fmt: skip


def told(day: date, **values: Any) -> Publication:
    return Publication(1, day, **{"is_first": True} | values)


@pytest.mark.parametrize(
    ("publication", "months", "expected"),
    [
        (told(date(2026, 3, 5)), [1, 2, 3], 2),  # the one just ended, in its term, before one missed and the running
        (told(date(2026, 3, 5)), [1, 3], 1),  # the missed one before the running one
        (told(date(2026, 5, 25)), [1, 2, 5], 2),  # of those missed, the latest
        (told(date(2026, 3, 5)), [3], 3),
        (told(date(2026, 3, 5)), [4], None),  # not begun
        (told(date(2026, 5, 25), formed_on=date(2026, 2, 3)), [1, 2, 3, 4, 5], 1),  # formed in the term of January
        (told(date(2026, 5, 25), formed_on=date(2026, 2, 3), is_first=False), [1, 4], None),  # amended
        (told(date(2026, 3, 5), formed_on=date(2019, 1, 1)), [1, 2, 3], 2),  # formed before anything was owed
        (told(date(2026, 3, 5), years=(2025,)), [1, 2], None),
        (told(date(2026, 3, 5), years=(2026,)), [1, 2], 2),
    ],
)
def test_recurring_one_publication_answers_for_one_period(
    publication: Publication, months: list[int], expected: int | None
) -> None:
    met = met_by(publication, [month(number) for number in months])

    assert [o.pk for o in met] == ([] if expected is None else [expected])


def test_recurring_due_as_it_ends_the_running_one_before_those_missed() -> None:
    months = [month(number, is_due_at_end=True) for number in (1, 2, 3)]

    assert [o.pk for o in met_by(told(date(2026, 3, 5)), months)] == [3]
    assert [o.pk for o in met_by(told(date(2026, 3, 5)), months[:2])] == [2]


def test_presence_the_half_year_it_was_formed_in_else_that_of_the_publication() -> None:
    first = Open(1, KIND.PRESENCE, date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 15))
    second = Open(2, KIND.PRESENCE, date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 15))
    publication = told(date(2026, 7, 10), formed_on=date(2026, 6, 20))

    assert met_by(publication, [first, second]) == [first]
    assert met_by(publication, [second]) == [second]
    assert met_by(told(date(2026, 7, 10)), [first]) == []


def test_review_the_running_one_and_all_left_behind() -> None:
    rows = [Open(n, KIND.REVIEW, date(2026, m, 1), date(2026, m, 28), date(2026, m, 28)) for n, m in ((1, 1), (2, 2))]

    assert met_by(told(date(2026, 2, 5)), rows) == rows
    assert met_by(told(date(2026, 1, 5)), rows) == rows[:1]


def test_review_amendment_the_running_one_alone() -> None:
    rows = [Open(n, KIND.REVIEW, date(2026, m, 1), date(2026, m, 28), date(2026, m, 28)) for n, m in ((1, 1), (2, 2))]

    assert met_by(told(date(2026, 2, 5), is_first=False), rows) == rows[1:]
    assert met_by(told(date(2026, 3, 5), is_first=False), rows) == []


def test_amendment_meets_no_half_year_and_the_event_of_its_item() -> None:
    presence = Open(1, KIND.PRESENCE, date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 15))
    event = Open(2, KIND.EVENT, date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 31), of_item=1)

    assert met_by(told(date(2026, 2, 5), is_first=False), [presence, event]) == [event]


def test_filing_and_foreign_events_are_met_by_no_publication() -> None:
    filing = Open(1, KIND.FILING, date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 31))
    foreign = Open(2, KIND.EVENT, date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 31), of_item=7)
    unlinked = Open(3, KIND.STAGE, date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 31))

    assert met_by(told(date(2026, 1, 5)), [filing, foreign, unlinked]) == []
