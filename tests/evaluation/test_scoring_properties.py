"""What holds for every round, and the comparison with other arithmetic."""

import hashlib
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.scoring import (
    AUTOMATIC,
    DEDUCT,
    RULES,
    SHARE,
    Case,
    Rule,
    Thresholds,
    _weights,
    draw,
    half_up,
    outcome,
    results,
)
from tests.evaluation.scored import expected_cents

AMOUNTS = st.integers(1, 10_000).map(lambda n: Decimal(n) / 100)
DAYS = st.sampled_from(["", "2026-06-28", "2026-06-29", "2026-06-30", "2026-07-01"])
THRESHOLDS = Thresholds(Decimal(90), Decimal(80), Decimal(60))


@st.composite
def rules(draw: Any, modes: tuple[str, ...] = (AUTOMATIC, "manual")) -> Rule:
    """A cap below the full marks, or none; automatic by either formula."""
    full = draw(AMOUNTS)
    cap = draw(st.just(full) | st.integers(1, int(full * 100)).map(lambda n: Decimal(n) / 100))
    formula = draw(st.sampled_from([SHARE, DEDUCT]))
    return Rule(draw(st.sampled_from(modes)), formula, draw(st.sampled_from(sorted(RULES))), full, draw(AMOUNTS), cap)


@st.composite
def cases(draw: Any) -> Case:
    possible = draw(st.integers(1, 50))
    return Case(
        draw(st.uuids()).hex, due_on=draw(DAYS), done_on=draw(DAYS), fault=draw(st.sampled_from(["", "缺：正文"])),
        earned=draw(st.integers(0, possible)), possible=possible, excused=draw(st.sampled_from(["", "", "3"])),
    )  # fmt: skip


case_lists = st.lists(cases(), max_size=12)
deductions = st.lists(st.integers(0, 300).map(lambda n: Decimal(n) / 100), max_size=8)


def points(rule: Rule, found: list[Case], taken: list[Decimal]) -> Decimal:
    return outcome(rule, found, taken).points


@settings(max_examples=400, deadline=None)
@given(rules(), case_lists, deductions)
def test_points_agree_with_other_arithmetic_and_stay_within_bounds(
    rule: Rule, found: list[Case], taken: list[Decimal]
) -> None:
    got = outcome(rule, found, taken)

    assert got.points == Decimal(expected_cents(rule, found, taken)) / 100
    assert max(rule.full_marks - rule.cap, Decimal(0)) <= got.points <= rule.full_marks
    assert got.points.as_tuple().exponent == -2
    assert 0 <= got.numerator <= got.denominator


@settings(max_examples=300, deadline=None)
@given(rules((AUTOMATIC,)), st.lists(cases(), min_size=1, max_size=12), st.data())
def test_removing_or_mending_a_fault_never_lowers_a_score(rule: Rule, found: list[Case], data: Any) -> None:
    before = points(rule, found, [])
    place = data.draw(st.integers(0, len(found) - 1))
    case, others = found[place], found[:place] + found[place + 1 :]
    is_fault = outcome(rule, [case]).faults == 1
    mended = case._replace(done_on="2026-06-01", due_on="2026-06-30", fault="", earned=case.possible)

    assert points(rule, [*others, mended], []) >= before
    assert points(rule, [*others, case._replace(excused="9")], []) >= before
    if is_fault and (rule.formula == DEDUCT or outcome(rule, [case]).numerator == 0):
        assert points(rule, others, []) >= before


@settings(deadline=None)
@given(rules(("manual",)), deductions, st.data())
def test_removing_or_lessening_a_finding_never_lowers_a_score(rule: Rule, taken: list[Decimal], data: Any) -> None:
    before = points(rule, [], taken)

    for place, amount in enumerate(taken):
        others = taken[:place] + taken[place + 1 :]
        less = Decimal(data.draw(st.integers(0, int(amount * 100)))) / 100
        assert points(rule, [], others) >= before
        assert points(rule, [], [*others, less]) >= before


@settings(deadline=None)
@given(rules(), case_lists, deductions, st.randoms())
def test_order_of_rows_changes_nothing(rule: Rule, found: list[Case], taken: list[Decimal], random: Any) -> None:
    before = outcome(rule, found, taken)
    random.shuffle(found)
    random.shuffle(taken)

    assert outcome(rule, found, taken) == before


@settings(deadline=None)
@given(
    st.dictionaries(st.integers(0, 99).map(str), st.lists(AMOUNTS.map(lambda a: a / 5), max_size=4), max_size=12),
    st.randoms(),
    st.data(),
)
def test_ranks_count_who_stands_above_and_order_of_agencies_changes_nothing(
    scored: dict[str, list[Decimal]], random: Any, data: Any
) -> None:
    kinds = {agency: data.draw(st.sampled_from(["department", "township"])) for agency in scored}
    unranked = {agency for agency in scored if data.draw(st.integers(0, 4)) == 0}
    found = results(scored, kinds, unranked, THRESHOLDS)

    shuffled = list(scored)
    random.shuffle(shuffled)
    assert results({agency: scored[agency] for agency in shuffled}, kinds, unranked, THRESHOLDS) == found
    for agency, result in found.items():
        above = [other for other in found if found[other].total > result.total and other not in unranked]
        beside = [other for other in above if kinds[other] == kinds[agency]]
        expected = (None, None) if agency in unranked else (len(above) + 1, len(beside) + 1)
        assert (result.rank, result.kind_rank) == expected and bool(result.grade) == (agency not in unranked)
        assert result.total == sum(scored[agency])


@given(st.fractions(0, 100))
def test_half_up_is_exact(value: Fraction) -> None:
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        expected = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)

    if abs(value * 100 % 1 - Fraction(1, 2)) > Fraction(1, 10**40) or value * 200 == int(value * 200):
        assert half_up(value) == expected


@given(st.text(max_size=20), st.sets(st.text(min_size=1, max_size=12), max_size=20), st.integers(0, 25), st.randoms())
def test_draw_depends_on_the_seed_and_on_nothing_else(seed: str, keys: set[str], size: int, random: Any) -> None:
    shuffled = sorted(keys)
    random.shuffle(shuffled)
    drawn = draw(seed, shuffled, size)

    assert drawn == draw(seed, keys, size) and len(drawn) == min(size, len(keys)) and set(drawn) <= keys
    digests = [hashlib.sha256(f"{seed}|{key}".encode()).digest() for key in drawn]
    assert digests == sorted(digests)
    assert all(digests[-1] <= hashlib.sha256(f"{seed}|{key}".encode()).digest() for key in keys - set(drawn) if drawn)
    assert draw(seed, keys, max(size - 1, 0)) == drawn[: max(size - 1, 0)], "a smaller sample is the first part of it"


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8), st.booleans())
def test_weights_that_do_not_sum_to_100_are_refused(cents: list[int], is_whole: bool) -> None:
    if is_whole and sum(cents) < 10_000:
        cents = [*cents, 10_000 - sum(cents)]
    rows = [
        {"group": str(place), "group_weight": str(Decimal(n) / 100), "full_marks": str(Decimal(n) / 100)}
        for place, n in enumerate(cents)
    ]

    assert bool(_weights(rows)) == (sum(cents) != 10_000)
    assert _weights([*rows, rows[0] | {"full_marks": "0.01"}]), "marks that are not the weight of their group"
