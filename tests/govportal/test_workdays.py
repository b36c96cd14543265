from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govportal.workdays import Calendar, add_working_days, is_working_day, working_days_between

ONE_DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
calendars = st.builds(
    Calendar,
    off=st.frozensets(days, max_size=60),
    worked=st.frozensets(days, max_size=60),
    announced=st.just(frozenset()),
)

# Mid-autumn and National Day of 2026, with the two Sundays and Saturdays worked around them.
AUTUMN_2026 = Calendar(
    off=frozenset(date(2026, 9, 25) + ONE_DAY * n for n in range(3))
    | frozenset(date(2026, 10, 1) + ONE_DAY * n for n in range(7)),
    worked=frozenset({date(2026, 9, 20), date(2026, 10, 10)}),
    announced=frozenset({2026}),
)


def simulate(day: date, n: int, calendar: Calendar) -> date:
    while n:
        day += ONE_DAY
        n -= is_working_day(day, calendar)
    return day


@given(days, st.integers(0, 120), calendars)
def test_added_days_agree_with_walking_day_by_day(day: date, n: int, calendar: Calendar) -> None:
    assert add_working_days(day, n, calendar) == simulate(day, n, calendar)


@given(days, st.integers(0, 120), calendars)
def test_between_undoes_adding(day: date, n: int, calendar: Calendar) -> None:
    assert working_days_between(day, add_working_days(day, n, calendar), calendar) == n


@given(days, days, calendars)
def test_between_agrees_with_counting(a: date, b: date, calendar: Calendar) -> None:
    first, last = min(a, b), max(a, b)

    counted = sum(is_working_day(first + ONE_DAY * n, calendar) for n in range(1, (last - first).days + 1))

    assert working_days_between(first, last, calendar) == counted
    assert working_days_between(last, first, calendar) == -counted


def test_twenty_days_across_the_autumn_holidays_of_2026() -> None:
    assert add_working_days(date(2026, 9, 18), 20, AUTUMN_2026) == date(2026, 10, 22)


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        (date(2026, 9, 18), True),  # Friday
        (date(2026, 9, 19), False),  # Saturday
        (date(2026, 9, 20), True),  # Sunday, worked in exchange
        (date(2026, 10, 1), False),  # Thursday, National Day
    ],
)
def test_working_day_under_the_notice(day: date, is_worked: bool) -> None:
    assert is_working_day(day, AUTUMN_2026) is is_worked


def test_negative_number_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2026, 9, 18), -1, AUTUMN_2026)


def test_day_in_a_year_without_notice_is_provisional() -> None:
    assert AUTUMN_2026.is_provisional(date(2027, 1, 4))
    assert not AUTUMN_2026.is_provisional(date(2026, 12, 31))
