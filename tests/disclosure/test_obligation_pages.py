"""Every obligation of an entry on pages, however old, and the address of each: the good half can be checked as well."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.enums import ObligationKind
from disclosure.models import Obligation, Statement
from disclosure.views.paging import PAGE_SIZE
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_item, make_user
from tests.factories.obligations import make_entry, make_obligation, noon

pytestmark = pytest.mark.django_db


def followed(row: Obligation) -> Any:
    return Client().get(reverse("obligation", args=[row.pk]), follow=True)


def days_of_a_year(count: int, **values: Any) -> list[Obligation]:
    """As many rows of one year, each due on a day of its own."""
    first = date(2024, 1, 1)
    days = (first + timedelta(days=n) for n in range(count))
    return [make_obligation(period_start=day, period_end=day, due_on=day, **values) for day in days]


def test_the_address_of_each_leads_to_its_row_with_all_that_was_counted() -> None:
    entry, agency = make_entry("每月公开，10日前"), make_agency()
    values: dict[str, Any] = {"entry": entry, "agency": agency, "kind": ObligationKind.RECURRING}
    rows = days_of_a_year(2 * PAGE_SIZE + 1, **values)
    nil, late = rows[0], rows[PAGE_SIZE]
    item = make_item(agency=agency, catalogue_entry=entry, edition={"title": "补贴名单"})
    Obligation.objects.filter(pk=nil.pk).update(met_on=nil.due_on)
    Statement.objects.create(obligation=nil, kind="nil", signed_by=make_user(), signed_at=noon(nil.due_on))
    Obligation.objects.filter(pk=late.pk).update(met_on=late.due_on + timedelta(days=3), met_by=item)
    make_obligation(entry=entry, due_on=nil.due_on)  # of another agency

    for row in rows:
        response = followed(row)
        assert f'<tr id="o-{row.pk}"' in text_of(response), f"{row.due_on} is not on the page its address leads to"
        assert response.redirect_chain[0][0].endswith(f"#o-{row.pk}")

    text = text_of(followed(nil))
    assert "本期无此类信息" in text and f'签署于 <time datetime="{nil.due_on}"' in text
    text = text_of(followed(late))
    assert item.get_absolute_url() in text and "，迟 3 天" in text and text.count("，迟") == 1


def test_entry_switched_off_hides_nothing_and_what_is_not_public_stays_so() -> None:
    stopped = make_obligation(entry=make_entry("20个工作日内", is_active=False))
    internal = make_obligation(entry=make_entry("20个工作日内", target="internal"))

    for row, status in ((stopped, 200), (internal, 404)):
        assert followed(row).status_code == status
        response = Client().get(reverse("entry_obligations", args=[row.entry_id]))
        assert response.status_code == status
        assert f'id="o-{row.pk}"' in text_of(response) or row is not stopped
    assert reverse("catalogue_entry", args=[stopped.entry_id]) + '"' not in text_of(followed(stopped))


def test_cancelled_obligation_leads_to_the_list_that_counts_it() -> None:
    """A score may have counted it: its address stays."""
    row = make_obligation(cancelled_at=noon(date(2026, 7, 1)))

    response = followed(row)

    assert response.redirect_chain == [(f"{reverse('entry_obligations', args=[row.entry_id])}#cancelled", 302)]
    assert "另有 1 项公开义务随事项取消" in text_of(response)


def test_list_narrows_by_agency_and_year_and_says_what_it_ignored() -> None:
    entry, agency = make_entry("20个工作日内"), make_agency()
    old = make_obligation(entry=entry, agency=agency, due_on=date(2021, 7, 15))
    new = make_obligation(entry=entry, agency=make_agency(), due_on=date(2025, 7, 15))
    address = reverse("entry_obligations", args=[entry.pk])

    for query, shown in (
        ("", [old, new]), (f"?agency={agency.code}", [old]), ("?year=2025", [new]),
        (f"?agency={agency.code}&year=2025", []), ("?year=abc", [old, new]), ("?page=9", [old, new]),
    ):  # fmt: skip
        text = text_of(Client().get(address + query))
        assert [row for row in (old, new) if f'id="o-{row.pk}"' in text] == shown, query
        assert ("无效" in text or "显示最后一页" in text) == (query in {"?year=abc", "?page=9"}), query


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_with_more_rows(count: int, django_assert_max_num_queries: Any) -> None:
    entry, agency = make_entry("每月公开，10日前"), make_agency()
    rows = days_of_a_year(count, entry=entry, agency=agency, met_on=date(2024, 3, 1), met_by=make_item(agency=agency))

    with django_assert_max_num_queries(14):
        followed(rows[0])
