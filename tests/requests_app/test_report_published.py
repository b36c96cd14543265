"""Table 2: counted from what was published, stated where the portal cannot count, unknown where neither is."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from disclosure.enums import Audience, ItemState, Validity
from disclosure.models import Item
from govportal.models import Agency
from govportal.models.agency import AgencyKind, AgencyLevel
from govportal.now import now
from requests_app.models import ReportFigure
from requests_app.report_counts import Period
from requests_app.report_form import TABLE2
from requests_app.report_published import FIGURE_KEYS, figure_label, items_in_cell, table2
from tests.factories import make_agency, make_item, make_user

pytestmark = pytest.mark.django_db

YEAR = Period(2025, date(2025, 12, 31))


def document(agency: Agency, formed_on: date, *, edition: dict[str, Any] | None = None, **values: Any) -> Item:
    written = {"formed_on": formed_on} | (edition or {})
    return make_item(agency=agency, item_type="normative", edition=written, **values)


def decision(agency: Agency, kind: str, decided_on: str, **values: Any) -> Item:
    extra = {"kind": kind, "decided_on": decided_on}
    return make_item(agency=agency, item_type="enforcement", edition={"extra": extra}, **values)


def stated(agency: Agency, key: str, value: str, *, year: int = 2025) -> ReportFigure:
    return ReportFigure.objects.create(
        agency=agency,
        year=year,
        key=key,
        value=Decimal(value),
        source="财政局",
        entered_by=make_user(),
        entered_at=now(),
    )


def figures(*agencies: Agency) -> dict[str, Any]:
    return table2(agencies, YEAR)[0].to_json()


def at_noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 4, tzinfo=UTC)


def test_documents_count_by_the_day_they_were_formed_and_ended() -> None:
    agency = make_agency()
    document(agency, date(2024, 12, 31))
    document(agency, date(2025, 1, 1))
    document(agency, date(2025, 12, 31))
    document(agency, date(2026, 1, 1))
    document(agency, date(2020, 1, 1), state=ItemState.VOID, closed_at=at_noon(2024, 12, 31))
    document(agency, date(2020, 1, 1), state=ItemState.VOID, closed_at=at_noon(2025, 1, 1))
    document(agency, date(2020, 1, 1), state=ItemState.EXPIRED, closed_at=at_noon(2025, 12, 31))
    document(agency, date(2020, 1, 1), state=ItemState.VOID, closed_at=at_noon(2026, 1, 1))
    document(agency, date(2020, 1, 1), state=ItemState.PARTLY_VOID)
    document(agency, date(2020, 1, 1), edition={"validity": Validity.VOID})  # an archive that does not say since when

    assert figures(agency)["行政规范性文件"] == [2, 2, 5]


@pytest.mark.parametrize(
    ("expires_on", "voided", "in_force"),
    [
        (date(2024, 12, 30), 0, 0),
        (date(2024, 12, 31), 1, 0),
        (date(2025, 12, 30), 1, 0),
        (date(2025, 12, 31), 0, 1),
        (None, 0, 1),
    ],
)
def test_document_ends_with_the_last_day_it_names(expires_on: date | None, voided: int, in_force: int) -> None:
    agency = make_agency()
    document(agency, date(2020, 1, 1), edition={"expires_on": expires_on})

    assert figures(agency)["行政规范性文件"] == [0, voided, in_force]


def test_what_the_public_cannot_read_is_not_counted() -> None:
    agency = make_agency()
    document(agency, date(2025, 5, 5), audience=Audience.INTERNAL)
    document(agency, date(2025, 5, 5), state=ItemState.WITHDRAWN)
    decision(agency, "penalty", "2025-05-05", state=ItemState.WITHDRAWN)

    assert figures(agency)["行政规范性文件"] == [0, 0, 0]
    assert figures(agency)["行政处罚"] == 0


def test_decisions_count_by_kind_and_day_of_decision() -> None:
    agency = make_agency()
    for kind, day in (
        ("licence", "2025-01-01"), ("licence", "2025-12-31"), ("licence", "2024-12-31"), ("penalty", "2025-06-01"),
        ("penalty", "2026-01-01"), ("coercion", "2025-06-01"), ("inspection", "2025-06-01"), ("penalty", ""),
    ):  # fmt: skip
        decision(agency, kind, day)
    decision(agency, "penalty", "2025-07-01", state=ItemState.TERMINATED)  # shown no longer, decided all the same

    found = figures(agency)

    assert (found["行政许可"], found["行政处罚"], found["行政强制"]) == (2, 2, 1)


def test_each_counted_cell_has_as_many_items_as_it_counts() -> None:
    agency = make_agency()
    document(agency, date(2025, 5, 5))
    document(agency, date(2020, 5, 5), state=ItemState.VOID, closed_at=at_noon(2025, 3, 3))
    decision(agency, "licence", "2025-05-05")
    counted, _origins = table2([agency], YEAR)

    cells = {
        cell: n for cell, n in counted.figures.items() if cell[0] in {"normative", "licence", "penalty", "coercion"}
    }

    assert cells == {cell: items_in_cell([agency.pk], YEAR, *cell).count() for cell in cells}
    assert sum(cells.values()) == 4
    assert items_in_cell([agency.pk], YEAR, "fees", "amount").count() == 0


def test_stated_figure_goes_before_the_count_and_says_so() -> None:
    agency = make_agency()
    decision(agency, "licence", "2025-05-05")
    stated(agency, "licence.decisions", "1808595")
    stated(agency, "licence.decisions", "7", year=2024)

    found, origins = table2([agency], YEAR)

    assert found.to_json()["行政许可"] == 1808595
    assert origins["licence", "decisions"].words() == "填报：财政局"
    assert origins["penalty", "decisions"].words() == "按本平台公开的信息统计"


def test_fee_that_nobody_stated_is_unknown() -> None:
    agency = make_agency()

    found, origins = table2([agency], YEAR)

    assert "行政事业性收费_万元" not in found.to_json()
    assert origins["fees", "amount"].value is None
    assert origins["fees", "amount"].words() == "1 个单位没有填报"


@pytest.mark.parametrize(
    ("kind", "level", "value"),
    [
        (AgencyKind.GOVERNMENT, AgencyLevel.COUNTY, [0, 0, 0]),
        (AgencyKind.DEPARTMENT, AgencyLevel.CITY, [0, 0, 0]),
        (AgencyKind.GOVERNMENT, AgencyLevel.CITY, None),
        (AgencyKind.GOVERNMENT, AgencyLevel.PROVINCE, None),
    ],
)
def test_only_governments_of_cities_and_provinces_make_regulations(
    kind: AgencyKind, level: AgencyLevel, value: list[int] | None
) -> None:
    assert figures(make_agency(kind=kind, level=level)).get("规章") == value


def test_regulations_of_a_city_are_stated() -> None:
    city = make_agency(kind=AgencyKind.GOVERNMENT, level=AgencyLevel.CITY)
    bureau = make_agency(parent=city, level=AgencyLevel.CITY)
    for column, value in (("issued", "2"), ("voided", "0"), ("in_force", "11")):
        stated(city, f"regulations.{column}", value)

    assert figures(city, bureau)["规章"] == [2, 0, 11]


def test_figures_of_a_tree_are_added_and_what_a_government_states_covers_what_is_below() -> None:
    city = make_agency(kind=AgencyKind.GOVERNMENT, level=AgencyLevel.CITY)
    bureau = make_agency(parent=city)
    county = make_agency(parent=city, kind=AgencyKind.GOVERNMENT)
    town = make_agency(parent=county, kind=AgencyKind.TOWNSHIP)
    tree = (city, bureau, county, town)
    stated(bureau, "fees.amount", "1.25")
    stated(county, "fees.amount", "2.5")
    stated(town, "fees.amount", "100")
    decision(bureau, "licence", "2025-05-05")
    decision(town, "licence", "2025-05-05")

    added, origins = table2(tree, YEAR)
    stated(city, "fees.amount", "9")

    assert added.to_json()["行政事业性收费_万元"] == 3.75
    assert added.to_json()["行政许可"] == 2
    assert origins["fees", "amount"].unknown == 1
    assert figures(*tree)["行政事业性收费_万元"] == 9


def test_every_cell_of_the_table_can_be_stated_and_has_a_name() -> None:
    assert len(FIGURE_KEYS) == len(list(TABLE2.cells()))
    assert figure_label("normative.issued") == "行政规范性文件：本年制发件数"


def test_table_takes_three_queries_for_any_number_of_agencies(django_assert_num_queries: Any) -> None:
    agencies = [make_agency() for _each in range(3)]
    decision(agencies[0], "licence", "2025-05-05")

    for number in (1, 3):
        with django_assert_num_queries(3):
            table2(agencies[:number], YEAR)
