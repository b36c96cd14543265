"""Scores of a social evaluation: reckoned by hand, never shown under ten, and whatever the order of the rows."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from evaluation.survey_scoring import LEVELS, Counted, Result, results, score

LEAST = 10


def public(agency: int, question: int, **levels: int) -> list[Counted]:
    return [Counted(agency, False, question, int(level[1:]), n) for level, n in levels.items()]


def invited(agency: int, question: int, **levels: int) -> list[Counted]:
    return [Counted(agency, True, question, int(level[1:]), n) for level, n in levels.items()]


def test_score_is_the_average_times_twenty_rounded_half_up() -> None:
    cases = [
        ({5: 10}, "100.00"),
        ({1: 10}, "20.00"),
        ({5: 8, 4: 3}, "94.55"),  # 52 / 11 × 20 = 94.5454…
        ({3: 1, 4: 2}, "73.33"),
        ({5: 1, 4: 15}, "81.25"),
        ({4: 31, 5: 1}, "80.63"),  # 80.625
    ]
    for levels, wanted in cases:
        assert score(levels) == Decimal(wanted), levels


def test_under_ten_ballots_nothing_is_said_of_an_agency() -> None:
    nine = results([1], {(1, False): 9}, public(1, 1, l5=9), least=LEAST)
    ten = results([1], {(1, False): 10}, public(1, 1, l5=10), least=LEAST)

    assert nine[1] == Result(1)
    assert ten[1].score == Decimal("100.00")


def test_agency_without_a_ballot_has_a_result_that_says_nothing() -> None:
    assert results([7], {}, [], least=LEAST) == {7: Result(7)}


def test_question_that_fewer_than_ten_answered_counts_nowhere() -> None:
    rows = public(1, 1, l5=12) + public(1, 2, l1=9)

    found = results([1], {(1, False): 12}, rows, least=LEAST)[1]

    assert [one.question for one in found.questions] == [1]
    assert found.score == Decimal("100.00")


def test_public_and_invited_stand_apart_only_where_neither_can_be_reckoned() -> None:
    both = public(1, 1, l5=10) + invited(1, 1, l3=10)
    few = public(1, 1, l5=12) + invited(1, 1, l1=3)

    apart = results([1], {(1, False): 10, (1, True): 10}, both, least=LEAST)[1]
    together = results([1], {(1, False): 12, (1, True): 3}, few, least=LEAST)[1]
    alone = results([1], {(1, False): 12}, public(1, 1, l5=12), least=LEAST)[1]

    assert apart.public and apart.public.score == Decimal("100.00")
    assert apart.invited and apart.invited.score == Decimal("60.00")
    assert apart.score == Decimal("80.00")
    assert (together.public, together.invited) == (None, None)
    assert together.score == Decimal("84.00")
    assert alone.public and alone.invited is None


_ROWS = st.lists(
    st.builds(
        Counted,
        agency=st.integers(1, 3),
        is_invited=st.booleans(),
        question=st.integers(1, 3),
        level=st.sampled_from(LEVELS),
        count=st.integers(1, 15),
    ),
    max_size=40,
)
_BALLOTS = st.dictionaries(st.tuples(st.integers(1, 3), st.booleans()), st.integers(0, 60))


@given(rows=_ROWS, ballots=_BALLOTS, order=st.randoms())
def test_order_changes_nothing_and_what_is_shown_has_ten_behind_it(rows, ballots, order) -> None:  # type: ignore[no-untyped-def]
    found = results([1, 2, 3], ballots, rows, least=LEAST)
    shuffled, agencies = list(rows), [1, 2, 3]
    order.shuffle(shuffled)
    order.shuffle(agencies)

    assert results(agencies, ballots, shuffled, least=LEAST) == found
    for result in found.values():
        assert all(one.answers >= LEAST for one in result.questions)
        assert all(part.ballots >= LEAST for part in (result.public, result.invited) if part)
        if result.score is None:
            assert result == Result(result.agency)
        else:
            assert 20 <= result.score <= 100
            assert result.ballots and result.ballots >= LEAST
