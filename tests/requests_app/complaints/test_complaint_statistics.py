"""What everybody may know of complaints: quarters that are over, and of running cases not even their number."""

from datetime import date, timedelta
from typing import Any

import pytest

from requests_app.complaint_enums import ComplaintGround, ComplaintResult, ComplaintState
from requests_app.services.complaint_statistics import (
    Row,
    counted_until,
    figures,
    years,
)
from tests.factories.complaints import (
    bring_complaint_to,
    file_complaint,
    make_accused,
    make_complaint,
)
from tests.factories.requests import AT

pytestmark = pytest.mark.django_db

S, R, G = ComplaintState, ComplaintResult, ComplaintGround
SPRING, SUMMER = date(2026, 3, 31), date(2026, 4, 1)  # the last day of the quarter of AT, and the day after


def test_quarters_begin_where_the_year_has_them() -> None:
    for today, first in (
        ("2026-01-01", "2026-01-01"),
        ("2026-03-31", "2026-01-01"),
        ("2026-04-01", "2026-04-01"),
        ("2026-12-31", "2026-10-01"),
    ):
        assert counted_until(date.fromisoformat(today)) == date.fromisoformat(first)


def test_figures_count_closed_cases_by_ground_and_agency() -> None:
    one, other = make_accused(), make_accused()
    make_complaint(S.CLOSED, agency=one)
    make_complaint(S.CLOSED, agency=one, result=R.PARTLY, ground=G.FALSE)
    late = file_complaint(other).complaint
    bring_complaint_to(S.CLOSED, late, at=AT + timedelta(days=8), result=R.NOT_UPHELD)
    for state in (S.NOT_ACCEPTED, S.REDIRECTED, S.WITHDRAWN):
        make_complaint(state, agency=one)

    found = figures(2026, today=SUMMER)

    assert dict(found.by_agency) == {one: Row(upheld=1, partly=1), other: Row(not_upheld=1)}
    assert {ground: row for ground, row in found.by_ground if row.total} == {
        G.FALSE: Row(partly=1),
        G.LATE_OR_STALE: Row(upheld=1, not_upheld=1),
    }
    assert [ground for ground, _row in found.by_ground] == list(G)
    assert (found.total.total, found.not_accepted, found.redirected, found.until) == (3, 1, 1, SUMMER)
    assert (found.answers.on_time, found.answers.answered, found.answers.share) == (2, 3, 2 / 3)
    assert years(SUMMER) == [2026]


def test_nothing_of_the_running_quarter_or_of_running_cases_shows() -> None:
    accused = make_accused()
    before = figures(2026, today=SPRING)
    for state in S:
        make_complaint(state, agency=accused)

    assert figures(2026, today=SPRING) == before
    assert (before.is_empty, years(SPRING)) == (True, [])
    assert figures(2026, today=SUMMER).total.total == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_figures_ask_as_often_for_one_agency_as_for_three(rows: int, django_assert_num_queries: Any) -> None:
    for _number in range(rows):
        make_complaint(S.CLOSED)

    with django_assert_num_queries(2):
        figures(2026, today=SUMMER)


def test_year_is_that_of_the_end() -> None:
    make_complaint(S.CLOSED)

    assert figures(2025, today=SUMMER).is_empty
    assert figures(2026, today=date(2028, 5, 1)).until == date(2027, 1, 1)
