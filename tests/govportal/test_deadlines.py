"""The missing holiday notice: owed by the last day of the year before, by whoever keeps the calendar at the top."""

from datetime import date

import pytest

from govportal import deadlines
from govportal.contributions import Reach
from govportal.models import HolidayYear
from govportal.permissions import Permission
from tests.factories import make_agency

pytestmark = pytest.mark.django_db
NEW_YEARS_EVE = date(2026, 12, 31)


def test_notice_of_next_year_until_it_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "today", lambda: date(2026, 12, 22))
    county = make_agency()
    make_agency(parent=county)

    rows = list(deadlines.missing_notices(Reach(NEW_YEARS_EVE)))

    assert [(row.key, row.due_on, row.agency_id, row.permission) for row in rows] == [
        (f"holidays:2027:{county.pk}", NEW_YEARS_EVE, county.pk, Permission.MANAGE_CALENDAR)
    ]
    assert list(deadlines.missing_notices(Reach(date(2026, 12, 30)))) == []
    assert deadlines.still_missing({rows[0].key}) == {rows[0].key: NEW_YEARS_EVE}
    HolidayYear.objects.create(year=2027, source="国办发明电〔2026〕1号")
    assert list(deadlines.missing_notices(Reach(NEW_YEARS_EVE))) == []
    assert deadlines.still_missing({rows[0].key}) == {}


def test_notice_that_never_came_is_overdue_the_year_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "today", lambda: date(2027, 1, 4))
    make_agency()

    assert [row.due_on for row in deadlines.missing_notices(Reach(date(2027, 1, 4)))] == [NEW_YEARS_EVE]
