"""On which day a rung is told: a table read off the holiday notices, and a simulator that walks day by day."""

import json
from datetime import date, timedelta
from pathlib import Path
from random import Random

from chinese_calendar import constants

from govportal.rungs import Card, Ladder, Rung, card, days_left, horizon, is_missed, rung_at
from govportal.workdays import Calendar, is_working_day

ONE_DAY = timedelta(days=1)
CASES = [json.loads(line) for line in (Path(__file__).parent / "reminder_cases.jsonl").read_text().splitlines()]
NOTICES = Calendar(
    off=frozenset(day for day in constants.holidays if day.year in (2024, 2025, 2026)),
    worked=frozenset(day for day in constants.workdays if day.year in (2024, 2025, 2026)),
    announced=frozenset({2024, 2025, 2026}),
)
USUAL = Ladder()


def reached(due_on: date, today: date, calendar: Calendar, ladder: Ladder) -> tuple[Rung | None, bool]:
    """(latest rung, whether its day has passed), as a round asks for them."""
    left = days_left(due_on, today, calendar)
    rung = rung_at(left, ladder)
    return rung, rung is not None and is_missed(rung, left)


def test_table_read_off_the_notices() -> None:
    assert len(CASES) >= 40
    for case in CASES:
        due_on, on = date.fromisoformat(case["due_on"]), date.fromisoformat(case["on"])
        where = f"{case['due_on']} {case['rung']:+d} {case['why']}"

        assert reached(due_on, on, NOTICES, USUAL) == (case["rung"], False), where
        assert reached(due_on, on - ONE_DAY, NOTICES, USUAL)[0] != case["rung"], where


def simulate(due_on: date, today: date, calendar: Calendar, ladder: Ladder) -> tuple[int | None, bool]:
    """(latest rung, whether its day has passed) by walking away from the deadline, day by day, in both directions."""
    told: dict[date, int] = {}
    day, n = due_on, 0
    while n <= max(ladder.before, default=0):
        if is_working_day(day, calendar):
            if n == 0 or n in ladder.before:
                told[day] = -n
            n += 1
        day -= ONE_DAY
    day, n = due_on + ONE_DAY, 0
    while day <= today:
        if is_working_day(day, calendar):
            n += 1
            if n % ladder.every == 1 % ladder.every:
                told[day] = n
        day += ONE_DAY
    last = max((day for day in told if day <= today), default=None)
    return (None, False) if last is None else (told[last], last < today)


def test_reached_agrees_with_walking_day_by_day() -> None:
    chance = Random(20261130)  # noqa: S311
    for _each in range(400):
        days = [date(2026, 1, 1) + ONE_DAY * chance.randrange(400) for _n in range(60)]
        calendar = Calendar(frozenset(days[:40]), frozenset(days[40:]) - frozenset(days[:40]), frozenset())
        ladder = Ladder(
            tuple(sorted(chance.sample(range(1, 16), chance.randrange(4)), reverse=True)), chance.randint(1, 9)
        )
        due_on = date(2026, 1, 1) + ONE_DAY * chance.randrange(365)
        for shift in chance.sample(range(-30, 60), 8):
            today = due_on + ONE_DAY * shift

            found = reached(due_on, today, calendar, ladder)

            # What was told on Friday is not late on Saturday: a round tells nothing on a day off.
            if is_working_day(today, calendar):
                assert found == simulate(due_on, today, calendar, ladder), (due_on, today, ladder)
            else:
                assert found[0] == simulate(due_on, today, calendar, ladder)[0], (due_on, today, ladder)


def test_before_its_first_rung_and_on_the_day_itself_alone() -> None:
    assert reached(date(2026, 6, 30), date(2026, 6, 15), NOTICES, USUAL) == (None, False)
    assert reached(date(2026, 6, 30), date(2026, 6, 29), NOTICES, Ladder(())) == (None, False)
    assert reached(date(2026, 6, 30), date(2026, 6, 30), NOTICES, Ladder(())) == (0, False)


def test_horizon_is_the_last_day_with_so_many_working_days_left() -> None:
    for today in (date(2026, 9, 21) + ONE_DAY * n for n in range(30)):
        last = horizon(7, today, NOTICES)

        assert days_left(last, today, NOTICES) <= 7 < days_left(last + ONE_DAY, today, NOTICES), today


def test_cards() -> None:
    holiday = date(2026, 10, 5)  # its last working day is 30 September, three working days after the 24th of them

    assert card(holiday, date(2026, 9, 24), NOTICES) is Card.YELLOW
    assert card(holiday, date(2026, 9, 23), NOTICES) is None
    assert card(holiday, date(2026, 10, 2), NOTICES) is Card.YELLOW
    assert card(holiday, date(2026, 10, 6), NOTICES) is Card.RED
