"""Tables 3 and 4 counted from rows: as of 31 December, each request once, each cell the number of its cases."""

from datetime import date
from pathlib import Path

import pytest

from govportal.models import Agency
from govportal.models.agency import AgencyKind
from requests_app.models import InformationRequest
from requests_app.report_counts import Period, appeals_in_cell, moved, requests_in_cell, table3, table4
from requests_app.report_form import TABLE3, TABLE4
from requests_app.services import annual_report
from tests.factories import make_agency, make_user
from tests.requests_app.report_samples import (
    hand_over,
    load_ledger,
    make_appeal,
    make_request,
    tallies_of,
    whole_report,
)
from tests.requests_app.test_report_tables import full_reports

pytestmark = pytest.mark.django_db

YEAR = Period(2025, date(2025, 12, 31))
TODAY = date(2026, 1, 20)


def total(agencies: list[Agency], row: str, period: Period = YEAR) -> int:
    return table3([agency.pk for agency in agencies], period).rows[row][-1]


def test_ledger_of_a_known_table_gives_it_back_cell_for_cell() -> None:
    agency, report = make_agency(), whole_report()
    small = {key: [n % 7 for n in row[:6]] for key, row in report["table3"].items() if key not in {"new", "total"}}
    closed = {place: sum(small[key][place] for key in small if key not in {"carried", "next"}) for place in range(6)}
    small["carried"] = [min(small["carried"][place], closed[place] + small["next"][place]) for place in range(6)]
    small["new"] = [closed[place] + small["next"][place] - small["carried"][place] for place in range(6)]
    load_ledger(agency, 2025, tallies_of({**small, "total": [closed[place] for place in range(6)]}))

    rows = annual_report.compute(agency, 2025, today=TODAY).table3.rows

    assert {key: list(row[:6]) for key, row in rows.items() if key != "total"} == small
    assert rows["total"] == (*closed.values(), sum(closed.values()))


def test_ledgers_of_published_tables_give_them_back_cell_for_cell(portal_data: Path) -> None:
    for report in full_reports(portal_data):
        agency = make_agency()
        load_ledger(agency, report["year"], tallies_of(report["cells"]))

        computed = annual_report.compute(agency, report["year"], today=date(report["year"] + 1, 1, 20))

        assert computed.table3.to_json() == report["cells"]


def test_request_closed_after_the_last_day_is_handed_on() -> None:
    agency = make_agency()
    make_request(agency, received_on=date(2025, 12, 30), closed_on=date(2026, 1, 3), outcome="r1")

    assert total([agency], "next") == 1
    assert total([agency], "r1") == 0
    after = Period(2026, date(2026, 12, 31))
    assert (total([agency], "carried", after), total([agency], "new", after), total([agency], "r1", after)) == (1, 0, 1)


@pytest.mark.parametrize(
    ("received_on", "closed_on", "row"),
    [
        (date(2025, 1, 1), date(2025, 1, 1), "new"),
        (date(2025, 12, 31), date(2025, 12, 31), "new"),
        (date(2024, 12, 31), date(2025, 1, 1), "carried"),
        (date(2024, 12, 31), date(2024, 12, 31), None),
        (date(2026, 1, 1), date(2026, 1, 1), None),
    ],
)
def test_first_and_last_day_belong_to_the_year(received_on: date, closed_on: date, row: str | None) -> None:
    agency = make_agency()
    make_request(agency, received_on=received_on, closed_on=closed_on, outcome="r4_1")

    counted = [key for key in ("new", "carried") if total([agency], key)]

    assert counted == ([row] if row else [])
    assert total([agency], "r4_1") == bool(row)


def test_report_of_a_running_year_is_as_of_today() -> None:
    agency = make_agency()
    make_request(agency, received_on=date(2025, 3, 3), closed_on=date(2025, 3, 20), outcome="r1")

    before, after = (annual_report.compute(agency, 2025, today=date(2025, 3, day)) for day in (19, 20))

    assert before.period.as_of == date(2025, 3, 19)
    assert (before.table3.rows["next"][-1], before.table3.rows["r1"][-1]) == (1, 0)
    assert (after.table3.rows["next"][-1], after.table3.rows["r1"][-1]) == (0, 1)


def test_ledger_that_says_carried_over_goes_before_the_dates() -> None:
    agency = make_agency()
    make_request(
        agency, received_on=date(2025, 1, 2), closed_on=date(2025, 2, 2), outcome="r1", carried_from=2024
    )  # fmt: skip

    assert (total([agency], "carried"), total([agency], "new"), total([agency], "r1")) == (1, 0, 1)
    before = Period(2024, date(2024, 12, 31))
    assert (total([agency], "new", before), total([agency], "next", before)) == (1, 1)


def test_request_without_a_receipt_day_is_not_received_yet() -> None:
    agency = make_agency()
    make_request(agency, received_on=date(2025, 5, 5), state="received")
    InformationRequest.objects.filter(agency=agency).update(received_on=None)

    assert total([agency], "new") == 0


def test_request_counts_at_the_agency_that_held_it_on_the_last_day() -> None:
    first, second, user = make_agency(), make_agency(), make_user()
    early, late = (make_request(first, received_on=date(2025, 6, 1)) for _each in range(2))
    hand_over(early, second, on=date(2025, 12, 31), by=user)
    hand_over(late, second, on=date(2026, 1, 1), by=user)

    assert total([first], "new") == 1
    assert total([second], "new") == 1
    assert total([first, second], "new") == 2


def test_request_that_came_back_counts_at_its_place_on_the_last_day() -> None:
    first, second, user = make_agency(), make_agency(), make_user()
    request = make_request(first, received_on=date(2025, 6, 1))
    hand_over(request, second, on=date(2025, 7, 1), by=user)
    hand_over(request, first, on=date(2026, 1, 5), by=user)
    hand_over(request, second, on=date(2026, 1, 6), by=user)

    assert (total([first], "new"), total([second], "new")) == (0, 1)


def test_report_of_a_government_is_of_its_whole_tree_and_no_request_counts_twice() -> None:
    county = make_agency(kind=AgencyKind.GOVERNMENT)
    bureau, town = make_agency(parent=county), make_agency(parent=county, kind=AgencyKind.TOWNSHIP, is_active=False)
    stranger, user = make_agency(), make_user()
    for agency in (county, bureau, town, stranger):
        make_request(agency, received_on=date(2025, 6, 1), outcome="r1")
    hand_over(make_request(county, received_on=date(2025, 6, 1)), bureau, on=date(2025, 6, 3), by=user)

    computed = annual_report.compute(county, 2025, today=TODAY)
    parts = [annual_report.compute(agency, 2025, today=TODAY).table3 for agency in (bureau, town)]

    assert computed.table3.rows["new"][-1] == 4
    assert [part.rows["new"][-1] for part in parts] == [2, 1]


def test_report_of_a_department_is_its_own() -> None:
    bureau = make_agency(kind=AgencyKind.DEPARTMENT)
    make_request(make_agency(parent=bureau), received_on=date(2025, 6, 1))

    assert annual_report.compute(bureau, 2025, today=TODAY).table3.rows["new"][-1] == 0


def test_requests_handed_over_since_the_year_before_balance_the_stock() -> None:
    first, second, user = make_agency(), make_agency(), make_user()
    for on in (date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1)):
        request = make_request(first, received_on=date(2024, 11, 1), applicant_kind="business")
        hand_over(request, second, on=on, by=user)
    before = Period(2024, date(2024, 12, 31))

    balance = {agency.pk: moved([agency.pk], YEAR).get("business", 0) for agency in (first, second)}

    assert balance == {first.pk: -2, second.pk: 2}
    for agency in (first, second):
        assert total([agency], "carried") == total([agency], "next", before) + balance[agency.pk]
    assert moved([first.pk, second.pk], YEAR) == {"business": 0}


def test_each_cell_has_as_many_cases_as_it_counts() -> None:
    agency, other, user = make_agency(), make_agency(), make_user()
    load_ledger(agency, 2025, [t for t in tallies_of(whole_report()["table3"]) if 0 < t.n < 12])
    hand_over(make_request(agency, received_on=date(2025, 6, 1)), other, on=date(2026, 2, 1), by=user)
    cells = table3([agency.pk], YEAR).cells()

    cases = {
        (row.key, column.key): requests_in_cell([agency.pk], YEAR, row.key, column.key).count()
        for row, column in TABLE3.cells()
    }

    assert sum(cells.values()) > 100
    assert cases == cells


def test_appeals_are_those_decided_in_the_year_and_those_undecided_at_its_end() -> None:
    agency, user = make_agency(), make_user()
    early, late = date(2024, 11, 1), date(2025, 11, 1)
    make_appeal(agency, "review", filed_on=early, by=user, result="upheld", closed_on=date(2024, 12, 31))
    make_appeal(agency, "review", filed_on=early, by=user, result="upheld", closed_on=date(2025, 1, 1))
    make_appeal(agency, "review", filed_on=late, by=user, result="corrected", closed_on=date(2026, 1, 5))
    make_appeal(agency, "direct", filed_on=late, by=user, result="other", closed_on=date(2025, 12, 31))
    make_appeal(agency, "post", filed_on=date(2026, 1, 1), by=user)
    make_appeal(make_agency(), "post", filed_on=late, by=user)

    table = table4([agency.pk], YEAR)

    assert table.to_json() == {"review": [1, 0, 0, 1, 2], "direct": [0, 0, 1, 0, 1], "post": [0, 0, 0, 0, 0]}
    cases = {(r.key, c.key): appeals_in_cell([agency.pk], YEAR, r.key, c.key).count() for r, c in TABLE4.cells()}
    assert cases == table.cells()


def test_partial_disclosure_under_another_row_is_a_contradiction() -> None:
    agency = make_agency()
    make_request(agency, received_on=date(2025, 6, 1), outcome="r2", reply_kind="partial")
    make_request(agency, received_on=date(2025, 6, 1), outcome="r3_4", reply_kind="third_party")
    odd = make_request(agency, received_on=date(2025, 6, 1), outcome="r3_4", reply_kind="partial")

    computed = annual_report.compute(agency, 2025, today=TODAY)
    faults = [fault for fault in annual_report.findings(computed, {}).errors if fault.rule == "V8"]

    assert [(fault.row, fault.found, fault.expected) for fault in faults] == [(odd.number, "r3_4、r2", "r2")]
