from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.fees import LARGEST_QUANTITY, by_item, by_volume


@pytest.mark.parametrize(
    ("items", "amount"),
    [
        (0, 0), (1, 0), (10, 0), (11, 100), (30, 2_000), (31, 2_200), (40, 4_000), (41, 4_300), (45, 5_500),
        (50, 7_000), (51, 7_400), (100, 37_000),
    ],
)  # fmt: skip
def test_charge_by_item(items: int, amount: int) -> None:
    assert by_item(items).amount == amount


@pytest.mark.parametrize(
    ("pages", "amount"),
    [(0, 0), (30, 0), (31, 10), (100, 700), (101, 720), (200, 2_700), (201, 2_740), (250, 4_700)],
)
def test_charge_by_volume(pages: int, amount: int) -> None:
    assert by_volume(pages).amount == amount


def test_working_names_every_band() -> None:
    charge = by_item(45)

    assert [str(line) for line in charge.lines] == [
        "第1—10件：不收费",
        "第11—30件：20件×100元＝2,000元",
        "第31—40件：10件×200元＝2,000元",
        "第41—45件：5件×300元＝1,500元",
    ]
    assert "国办函〔2020〕109号" in charge.basis


def test_single_piece_has_no_span() -> None:
    assert [str(line) for line in by_volume(31).lines] == ["第1—30页：不收费", "第31页：1页×10元＝10元"]


def test_earlier_requests_of_the_month_take_the_cheaper_bands() -> None:
    charge = by_item(2, earlier=29)

    assert [(line.first, line.last, line.rate) for line in charge.lines] == [(30, 30, 100), (31, 31, 200)]
    assert charge.amount == 300


@pytest.mark.parametrize(("quantity", "earlier"), [(-1, 0), (1, -1), (LARGEST_QUANTITY, 1)])
def test_number_of_items_out_of_range_is_refused(quantity: int, earlier: int) -> None:
    with pytest.raises(ValueError, match="quantity"):
        by_item(quantity, earlier=earlier)


@pytest.mark.parametrize("pages", [-1, LARGEST_QUANTITY + 1])
def test_number_of_pages_out_of_range_is_refused(pages: int) -> None:
    with pytest.raises(ValueError, match="quantity"):
        by_volume(pages)


@given(st.integers(0, 400), st.integers(0, 400))
def test_one_request_after_another_costs_what_all_cost_at_once(first: int, second: int) -> None:
    assert by_item(first).amount + by_item(second, earlier=first).amount == by_item(first + second).amount


@given(st.integers(0, 5000))
def test_lines_add_up_and_leave_no_gap(pages: int) -> None:
    charge = by_volume(pages)

    assert sum(line.amount for line in charge.lines) == charge.amount
    assert sum(line.count for line in charge.lines) == pages
    assert all(b.first == a.last + 1 for a, b in pairwise(charge.lines))
