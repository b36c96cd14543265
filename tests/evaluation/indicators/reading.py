"""What an indicator finds, and by how many queries."""

from collections import defaultdict
from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.indicators import AUTOMATIC_INDICATORS, Span
from evaluation.scoring import Case, earned
from govportal.models import Agency

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
EVE, MORROW = date(2025, 12, 31), date(2026, 7, 1)
AS_OF = date(2026, 7, 20)
HALF_YEAR = Span(FIRST, LAST, AS_OF)


def found(key: str, span: Span = HALF_YEAR, *, queries: int = 1) -> dict[int, list[Case]]:
    """The cases by agency (id), in their order, read by so many queries."""
    indicator = AUTOMATIC_INDICATORS[key]
    with CaptureQueriesContext(connection) as captured:
        rows = list(indicator.rows(span))
    assert len(captured) == queries, [query["sql"] for query in captured]
    with CaptureQueriesContext(connection) as captured:
        pairs = list(indicator.cases(rows, span))
    assert not captured, "what makes cases of rows is pure"
    by_agency: dict[int, list[Case]] = defaultdict(list)
    for agency_id, case in pairs:
        assert case.earned == earned(case, indicator.judged_by) and 0 <= case.earned <= case.possible
        by_agency[agency_id].append(case)
    for cases in by_agency.values():
        assert len({case.key for case in cases}) == len(cases), "an objection names a case by its key"
    return dict(by_agency)


def days(cases: list[Case]) -> list[tuple[str, str, int]]:
    return [(case.due_on[5:], case.done_on[5:], case.earned) for case in cases]


def of(agency: Agency, key: str, span: Span = HALF_YEAR, *, queries: int = 1) -> list[Case]:
    return found(key, span, queries=queries).get(agency.pk, [])
