"""公开情况 of one entry: every row that is open or was late, and each item under the period it answers for."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.enums import ObligationKind
from disclosure.models import Item, Obligation
from disclosure.obligation_periods import add_months
from govportal.now import today
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_item
from tests.factories.obligations import make_entry, make_obligation

pytestmark = pytest.mark.django_db


def page_of(obligation: Obligation) -> str:
    return text_of(Client().get(reverse("catalogue_entry", args=[obligation.entry_id])))


def monthly(months_ago: int, **values: Any) -> Obligation:
    """The row of a calendar month, due on the tenth of the next."""
    first = add_months(today().replace(day=1), -months_ago)
    after = add_months(first, 1)
    values = {"kind": ObligationKind.RECURRING, "period_start": first, "period_end": after - timedelta(days=1)} | values
    return make_obligation(due_on=after.replace(day=10), **values)


def period_of(row: Obligation) -> str:
    return f"{row.period_start.year}年{row.period_start.month}月"


def test_every_row_of_a_year_that_is_open_or_was_late_is_shown() -> None:
    entry, agency = make_entry("每月公开，10日前"), make_agency()
    rows = [monthly(ago, entry=entry, agency=agency) for ago in range(2, 11)]
    for row in rows[3:6]:
        item = make_item(agency=agency, catalogue_entry=entry, edition={"title": f"{period_of(row)}名单"})
        Obligation.objects.filter(pk=row.pk).update(met_on=row.due_on + timedelta(days=1), met_by=item)

    text = page_of(rows[0])

    assert text.count(' class="gap">') == 6 and text.count("逾期公开") == 3
    assert all(f'data-label="期间">{period_of(row)}</td>' in text for row in rows)


def test_rows_met_in_time_are_shown_as_far_as_the_latest() -> None:
    entry, agency = make_entry("每月公开，10日前"), make_agency()
    rows = [monthly(ago, entry=entry, agency=agency) for ago in range(2, 9)]
    for row in rows:
        Obligation.objects.filter(pk=row.pk).update(met_on=row.due_on, met_by=make_item(agency=agency))

    assert page_of(rows[0]).count('data-label="期间"') == 4


def test_item_stands_under_the_period_it_answers_for() -> None:
    entry, agency = make_entry("每月公开，10日前"), make_agency()
    row = monthly(3, entry=entry, agency=agency)
    values = {"title": "补贴名单", "published_on": row.due_on + timedelta(days=11)}
    item = make_item(agency=agency, catalogue_entry=entry, edition=values)
    other = make_item(agency=agency, catalogue_entry=entry, edition=values | {"title": "补贴指南"})
    Obligation.objects.filter(pk=row.pk).update(met_on=item.published_on, met_by=item)

    text = page_of(row)

    groups = text[text.index('id="items"') :]
    published = f"{row.due_on.year}年{row.due_on.month}月"
    assert f'<h3 class="h-small gap-t">{period_of(row)}</h3>' in groups
    assert f'<h3 class="h-small gap-t">{published}公开的信息</h3>' in groups
    assert groups.index(period_of(row)) < groups.index("补贴名单") and other.title in groups
    assert f'href="{item.get_absolute_url()}"' in text[: text.index('id="items"')]
    assert "一条信息只算一期" in text


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_with_more_rows(count: int, django_assert_max_num_queries: Any) -> None:
    entry, agency = make_entry("每月公开，10日前"), make_agency()
    for ago in range(2, 2 + count):
        item = make_item(agency=agency, catalogue_entry=entry, edition={"published_on": date(2026, 3, 2)})
        row = monthly(ago, entry=entry, agency=agency, met_on=today(), met_by=item)

    with django_assert_max_num_queries(9):
        page_of(row)

    assert Item.objects.count() == count
