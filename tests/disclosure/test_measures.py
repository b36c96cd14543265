"""Coverage, timeliness, standardisation and freshness: counted from rows, each with the rows it was counted from."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disclosure import measures
from disclosure.enums import Audience, Category, ItemState, ObligationKind
from disclosure.measures import Measure
from disclosure.models import Item, Obligation
from disclosure.types import ITEM_TYPES, FieldKind, missing_elements
from govportal.models import Agency
from tests.factories import make_agency, make_item
from tests.factories.obligations import make_entry, make_obligation, noon

TODAY, SINCE = date(2026, 7, 20), date(2026, 1, 1)
MET, LATE, UNMET = date(2026, 7, 1), date(2026, 7, 16), None


def of(agency: Agency | None, **span: Any) -> dict[str, Measure]:
    found = measures.measures(agency, **{"today": TODAY, "since": SINCE} | span)
    return {measure.key: measure for measure in found}


def figures(measure: Measure) -> tuple[int, int, int, int]:
    """What it says, and what its case lists hold."""
    return measure.numerator, measure.denominator, measure.cases.count(), measure.misses.count()


def publish(agency: Agency, day: date = date(2026, 7, 1), **values: Any) -> Item:
    edition: dict[str, Any] = {"published_on": day, "published_at": noon(day)}
    if "category" in values:
        edition["category"] = values["category"]
    item = make_item(agency=agency, edition=edition, **values)
    item.refresh_from_db()
    return item


@pytest.mark.django_db
def test_coverage_and_timeliness_of_what_was_due_and_their_cases() -> None:
    agency = make_agency()
    for met_on in (MET, LATE, UNMET):
        make_obligation(agency=agency, met_on=met_on)

    found = of(agency)

    assert figures(found["coverage"]) == (2, 3, 3, 1)
    assert figures(found["timeliness"]) == (1, 3, 3, 2)
    assert found["coverage"].rate == Fraction(2, 3) and found["coverage"].is_met is False
    assert found["timeliness"].is_met is None  # no policy sets a target


@pytest.mark.django_db
def test_coverage_counts_what_is_past_or_met_and_nothing_else() -> None:
    agency = make_agency()
    make_obligation(agency=agency, due_on=TODAY)  # the day is not over
    make_obligation(agency=agency, due_on=date(2026, 12, 1), met_on=MET)  # met before it fell due
    make_obligation(agency=agency, due_on=date(2025, 12, 31))  # before the period
    make_obligation(agency=agency, cancelled_at=noon(TODAY))
    make_obligation(agency=agency, kind=ObligationKind.FILING)
    make_obligation()  # of another agency

    assert figures(of(agency)["coverage"]) == (1, 1, 1, 0)
    assert figures(of(None)["coverage"]) == (1, 2, 2, 1)
    assert figures(of(agency, today=TODAY + timedelta(days=1))["coverage"]) == (1, 2, 2, 1)


@pytest.mark.django_db
def test_measure_of_nothing_has_no_rate_and_meets_no_target() -> None:
    found = of(make_agency())

    assert {measure.denominator for measure in found.values()} == {0}
    assert {measure.rate for measure in found.values()} == {measure.is_met for measure in found.values()} == {None}


@pytest.mark.django_db
def test_standardisation_public_items_of_the_period_with_every_element() -> None:
    agency = make_agency(level="city")
    publish(agency)
    lacking = publish(agency, item_type="appointment")  # no 成文日期
    publish(agency, date(2025, 12, 31), item_type="appointment")
    publish(agency, audience=Audience.INTERNAL)
    publish(agency, state=ItemState.WITHDRAWN)

    measure = of(agency)["standardisation"]

    assert figures(measure) == (1, 2, 2, 1)
    assert measure.misses.get() == lacking
    assert measure.target == 85
    assert of(make_agency())["standardisation"].target == 90


@pytest.mark.django_db
@pytest.mark.parametrize("item_type", ITEM_TYPES)
def test_complete_says_what_missing_elements_says(item_type: str) -> None:
    kind, agency = ITEM_TYPES[item_type], make_agency()
    full: dict[str, Any] = {field.key: _filled(field.kind) for field in kind.extra}
    extras = [full]
    for field in (field for field in kind.extra if field.is_required):
        values: tuple[Any, ...] = (None, "", [], {}, 0)
        extras += [full | {field.key: value} for value in values]
        extras.append({key: value for key, value in full.items() if key != field.key})
    columns = {"document_number": "1号", "formed_on": SINCE, "effective_on": SINCE}
    for extra in extras:
        make_item(agency=agency, item_type=item_type, edition={"extra": extra} | columns)
    for name in columns:
        lacking: dict[str, Any] = {name: "" if name == "document_number" else None}
        make_item(agency=agency, item_type=item_type, edition={"extra": full} | columns | lacking)

    complete = set(Item.objects.filter(measures.complete()))

    assert complete == {item for item in Item.objects.select_related("current_edition", "agency") if _is_complete(item)}
    assert complete


def _filled(kind: FieldKind) -> Any:
    return [{"name": "甲"}] if kind in (FieldKind.TABLE, FieldKind.FLOW) else ["甲"] if kind == FieldKind.LINES else "1"


def _is_complete(item: Item) -> bool:
    edition = item.current_edition
    assert edition
    values = {name: getattr(edition, name) for name in ITEM_TYPES[item.item_type].required if name != "agency"}
    return not missing_elements(item.item_type, values | {"agency": item.agency}, edition.extra)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "is_fresh"), [(14, True), (15, False)])
def test_freshness_two_weeks_of_home_and_news(days: int, *, is_fresh: bool) -> None:
    agency = make_agency()
    item = publish(agency, TODAY - timedelta(days=days))

    found = of(agency)

    for key in ("freshness.home", "freshness.news"):
        assert found[key].is_met is is_fresh
        assert found[key].cases.get() == item
        assert found[key].misses.exists() is not is_fresh


@pytest.mark.django_db
@pytest.mark.parametrize(("day", "is_fresh"), [(date(2026, 1, 20), True), (date(2026, 1, 19), False)])
def test_freshness_six_months_of_documents(day: date, *, is_fresh: bool) -> None:
    agency = make_agency()
    publish(agency, day, item_type="normative")

    assert of(agency)["freshness.documents"].is_met is is_fresh


@pytest.mark.django_db
def test_freshness_section_without_anything_is_not_counted_and_withdrawal_is_no_update() -> None:
    agency = make_agency()
    publish(agency, TODAY, state=ItemState.WITHDRAWN)

    assert figures(of(agency)["freshness.home"]) == (0, 0, 0, 0)


@pytest.mark.django_db
def test_freshness_remark_is_no_update() -> None:
    agency = make_agency()
    item = publish(agency, TODAY - timedelta(days=15))
    Item.objects.filter(pk=item.pk).update(updated_at=noon(TODAY))  # as a remark, a restoring, a blanking leave it

    assert of(agency)["freshness.home"].is_met is False


@pytest.mark.django_db
def test_freshness_of_standing_columns_by_their_entries() -> None:
    agency = make_agency()
    make_obligation(agency=agency, kind=ObligationKind.REVIEW, met_on=MET)
    make_obligation(agency=agency, kind=ObligationKind.RECURRING)
    make_obligation(agency=agency)

    assert figures(of(agency)["freshness.standing"]) == (1, 2, 2, 1)


def rows(count: int) -> None:
    for _ in range(count):
        agency = make_agency()
        make_obligation(agency=agency, met_on=MET)
        publish(agency)


@pytest.mark.django_db
def test_overview_says_what_each_agency_says_in_four_queries() -> None:
    make_agency()  # owes and publishes nothing
    rows(1)
    with CaptureQueriesContext(connection) as queries:
        measures.overview(TODAY, SINCE)
    assert len(queries) == 4
    rows(2)

    with CaptureQueriesContext(connection) as queries:
        found = measures.overview(TODAY, SINCE).agencies

    assert len(queries) == 4
    assert len(found) == 3
    for agency, answers in found.items():
        assert [(m.key, *figures(m)) for m in answers] == [(m.key, *figures(m)) for m in of(agency).values()]


@pytest.mark.django_db
def test_categories_add_up_to_all() -> None:
    for category in (Category.FINANCE, Category.DUTIES):
        entry = make_entry("20个工作日内", category=category)
        make_obligation(entry=entry, met_on=MET if category == Category.FINANCE else None)
        publish(make_agency(), category=category)

    found = measures.overview(TODAY, SINCE).categories

    assert list(found) == Category.values
    coverage = {category: figures(answers[0]) for category, answers in found.items() if answers[0].denominator}
    assert coverage == {Category.FINANCE: (1, 1, 1, 0), Category.DUTIES: (0, 1, 1, 1)}
    assert sum(answers[2].denominator for answers in found.values()) == of(None)["standardisation"].denominator == 2


@pytest.mark.django_db
def test_measures_move_with_the_row() -> None:
    row = make_obligation()
    assert of(row.agency)["coverage"].rate == 0

    Obligation.objects.update(met_on=TODAY)

    assert of(row.agency)["coverage"].rate == 1
