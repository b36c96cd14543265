"""Which round the ranking begins with, and which are compared. No database."""

from datetime import date
from itertools import count

from evaluation.enums import RoundKind
from evaluation.models import AssessmentRound
from evaluation.scorecard_rounds import by_interest, chosen, compared, covering, labels

HALF, YEAR = (date(2026, 1, 1), date(2026, 6, 30)), (date(2025, 1, 1), date(2025, 12, 31))
AUTUMN = (date(2026, 7, 1), date(2026, 11, 30))
_numbers = count(1)


def a_round(kind: RoundKind, assessed: int, period: tuple[date, date] = HALF, name: str = "") -> AssessmentRound:
    number = next(_numbers)
    row = AssessmentRound(
        pk=number, slug=f"r{number}", name=name, kind=kind, period_start=period[0], period_end=period[1]
    )
    row.assessed = assessed
    return row


def test_check_of_a_few_never_takes_the_place_of_the_county() -> None:
    check = a_round(RoundKind.SPOT, 1, AUTUMN)
    daily = a_round(RoundKind.DAILY, 6)
    half, year = a_round(RoundKind.SPOT, 39), a_round(RoundKind.YEAR_END, 39, YEAR)
    rounds = [check, daily, half, year]

    assert covering(rounds) == [half, year]
    assert chosen(rounds, "") is half
    assert chosen(rounds, check.slug) is check
    assert by_interest(rounds) == [half, year, check, daily]
    assert chosen([check, daily], "") is daily  # nothing else is published: the larger
    assert chosen([], "") is chosen(rounds, "nix") is None


def test_round_of_another_kind_that_covers_the_county_comes_after_those_meant_for_it() -> None:
    third, half = a_round(RoundKind.THIRD_PARTY, 39, AUTUMN), a_round(RoundKind.SPOT, 20)

    assert chosen([third, half], "") is half
    assert chosen([third], "") is third


def test_county_that_merged_its_offices_is_not_measured_by_what_it_was() -> None:
    long_ago = a_round(RoundKind.YEAR_END, 90, (date(2023, 1, 1), date(2023, 12, 31)))
    rounds = [half := a_round(RoundKind.SPOT, 39), year := a_round(RoundKind.YEAR_END, 39, YEAR), long_ago]

    assert covering(rounds) == [half, year, long_ago]
    assert covering([check := a_round(RoundKind.SPOT, 19), *rounds]) == rounds
    assert chosen([check, *rounds], "") is half


def test_only_rounds_of_one_kind_that_cover_the_county_are_compared() -> None:
    half, check, before = a_round(RoundKind.SPOT, 39), a_round(RoundKind.SPOT, 1), a_round(RoundKind.SPOT, 39)
    year = a_round(RoundKind.YEAR_END, 39, YEAR)

    assert compared(half, [half, check, year, before], most=4) == [before, half]
    assert compared(half, [half, check, year, before], most=1) == [half]
    assert compared(check, [check, year, before], most=4) == [check]


def test_rounds_to_choose_from_are_named_shortly_and_never_alike() -> None:
    rounds = [
        a_round(RoundKind.SPOT, 1, AUTUMN, "民政专项抽查"),
        a_round(RoundKind.CROSS, 4),
        a_round(RoundKind.SPOT, 39),
        a_round(RoundKind.YEAR_END, 39, YEAR, "考核甲"),
        a_round(RoundKind.YEAR_END, 39, YEAR, "考核乙"),
    ]

    assert [label for _one, label in labels(rounds)] == [
        "民政专项抽查", "2026年上半年 交叉检查", "2026年上半年", "考核甲", "考核乙",
    ]  # fmt: skip
