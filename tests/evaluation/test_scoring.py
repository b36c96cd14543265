"""Points, grades and ranks by example."""

from decimal import Decimal
from fractions import Fraction

import pytest

from evaluation.scoring import (
    AUTOMATIC,
    COUNTED,
    DEDUCT,
    MET,
    NO_FAULT,
    ON_TIME,
    SHARE,
    Case,
    Outcome,
    Rule,
    Thresholds,
    draw,
    earned,
    grade,
    half_up,
    outcome,
    ranks,
    results,
)

THRESHOLDS = Thresholds(Decimal(90), Decimal(80), Decimal(60))


def rule(formula: str = SHARE, *, full: str = "10", per_fault: str = "0", cap: str = "", judged_by: str = MET) -> Rule:
    full_marks = Decimal(full)
    return Rule(AUTOMATIC, formula, judged_by, full_marks, Decimal(per_fault), Decimal(cap) if cap else full_marks)


def cases(met: int, missed: int) -> list[Case]:
    return [Case(f"{n}", done_on="2026-06-30" if n < met else "") for n in range(met + missed)]


def test_case_is_judged_by_its_own_facts() -> None:
    due, before, after = "2026-06-30", "2026-06-29", "2026-07-01"
    for judged_by, case, expected in (
        (MET, Case("a", done_on=after, due_on=due), 1), (MET, Case("a", due_on=due), 0),
        (ON_TIME, Case("a", done_on=before, due_on=due), 1), (ON_TIME, Case("a", done_on=due, due_on=due), 1),
        (ON_TIME, Case("a", done_on=after, due_on=due), 0), (ON_TIME, Case("a", due_on=due), 0),
        (ON_TIME, Case("a", done_on=before), 0),
        (NO_FAULT, Case("a"), 1), (NO_FAULT, Case("a", fault="缺：正文"), 0),
        (COUNTED, Case("a", earned=3, possible=5), 3),
        (MET, Case("a", excused="7"), 1), (NO_FAULT, Case("a", fault="缺：正文", possible=4, excused="7"), 4),
        (COUNTED, Case("a", earned=3, possible=5, excused="7"), 5),
    ):  # fmt: skip
        assert earned(case, judged_by) == expected, (judged_by, case)
    with pytest.raises(KeyError):
        earned(Case("a"), "guessed")


def test_points_by_share_and_by_deduction() -> None:
    for one, met, missed, points in (
        (rule(), 2, 1, "6.67"), (rule(), 1, 2, "3.33"), (rule(), 0, 3, "0.00"), (rule(), 0, 0, "10.00"),
        (rule(full="0.01"), 1, 1, "0.01"),  # half a cent goes up
        (rule(cap="4"), 1, 2, "6.00"), (rule(cap="4"), 2, 1, "6.67"),
        (rule(DEDUCT, per_fault="0.5"), 9, 3, "8.50"), (rule(DEDUCT, per_fault="0.5", cap="1"), 0, 3, "9.00"),
        (rule(DEDUCT, per_fault="6"), 0, 3, "0.00"), (rule(DEDUCT, per_fault="6"), 3, 0, "10.00"),
    ):  # fmt: skip
        found = outcome(one, cases(met, missed))
        assert found == Outcome(met, met + missed, missed, Decimal(points)), (one, met, missed)


def test_findings_take_off_what_they_say_and_no_more_than_the_cap() -> None:
    manual = Rule("manual", DEDUCT, "", Decimal(10), Decimal(0), Decimal(3))

    for deductions, points in (([], "10.00"), (["0.2", "0.5"], "9.30"), (["2", "2"], "7.00"), (["-1"], "10.00")):
        found = outcome(manual, (), [Decimal(amount) for amount in deductions])
        assert found == Outcome(0, 0, len(deductions), Decimal(points))
        assert str(found.points) == points, "two decimals, always"


def test_half_a_cent_goes_up() -> None:
    for value, expected in (("0.005", "0.01"), ("0.0049999", "0.00"), ("2.675", "2.68"), ("99.995", "100.00")):
        assert str(half_up(Fraction(value))) == expected
    assert str(half_up(Fraction(1, 3))) == "0.33" and str(half_up(Fraction(2, 3))) == "0.67"


def test_grades_begin_at_their_thresholds() -> None:
    for total, expected in (
        ("100", "excellent"), ("90", "excellent"), ("89.99", "good"), ("80", "good"), ("79.99", "fair"),
        ("60", "fair"), ("59.99", "poor"), ("0", "poor"),
    ):  # fmt: skip
        assert grade(Decimal(total), THRESHOLDS) == expected


def test_equal_totals_share_a_rank_and_the_next_stands_as_far_down_as_many_are_above() -> None:
    totals = {name: Decimal(total) for name, total in (("a", 90), ("b", 95), ("c", 90), ("d", 80), ("e", 80))}

    assert ranks(totals) == {"b": 1, "a": 2, "c": 2, "d": 4, "e": 4}
    assert ranks({}) == {}


def test_agency_without_a_ranking_has_its_total_alone() -> None:
    points = {"a": [Decimal(50), Decimal(45)], "b": [Decimal(60)], "c": [Decimal(99)], "d": [Decimal(60)]}
    kinds = {"a": "department", "b": "township", "c": "department", "d": "department"}

    found = results(points, kinds, ["c"], THRESHOLDS)

    assert {name: (result.rank, result.kind_rank, result.grade) for name, result in found.items()} == {
        "a": (1, 1, "excellent"), "b": (2, 1, "fair"), "c": (None, None, ""), "d": (2, 2, "fair"),
    }  # fmt: skip


def test_sample_is_what_the_seed_draws() -> None:
    keys = [f"CM-2026-{n:05}" for n in range(5)]

    assert draw("seed", keys, 2) == draw("seed", reversed(keys), 2) == ["CM-2026-00002", "CM-2026-00001"]
    assert sorted(draw("seed", keys, 9)) == keys and draw("seed", keys, 0) == []
    assert draw("seed", keys, 5) != draw("seeds", keys, 5)
