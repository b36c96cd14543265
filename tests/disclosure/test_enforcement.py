"""行政执法公示: days from decision to publication, who may be named, and how long a result is shown."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from disclosure.enums import Audience, ItemState
from disclosure.models import Item
from disclosure.rules import enforcement_term, project_term
from disclosure.services import submission
from govportal.now import today
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_catalogue_entry, make_item
from tests.factories.published import AT, draft_one, submit

pytestmark = pytest.mark.django_db


def make_decision(*, kind: str = "penalty", published_on: date = date(2026, 3, 10), **values: Any) -> Item:
    """Decided on Monday 2026-03-02; Tuesday the 10th is the sixth working day after."""
    extra = {
        "decision_number": "某罚〔2026〕1号",
        "kind": kind,
        "party": "某县好又多便利店",
        "matter": "销售过期食品",
        "basis": ["《食品安全法》第一百二十四条"],
        "result": "罚款5000元",
        "decided_on": "2026-03-02",
    } | values.pop("extra", {})
    edition = {"title": "处罚决定", "published_on": published_on, "extra": extra} | values.pop("edition", {})
    return make_item(item_type="enforcement", edition=edition, **values)


def rows_of(client: Client, query: str = "") -> list[Any]:
    return list(client.get(reverse("enforcement") + query).context["decisions"])


@pytest.mark.parametrize(("kind", "days"), [("licence", 7), ("penalty", 7), ("coercion", 20), ("other", 20), ("x", 20)])
def test_term_of_a_kind(kind: str, days: int) -> None:
    term = enforcement_term(kind)

    assert (term.n, term.unit, term.basis) == (days, "working_day", "国办发〔2018〕118号")


def test_term_of_an_aspect_of_a_project() -> None:
    assert (project_term("approval").n, project_term("land").n) == (7, 20)


@pytest.mark.parametrize(
    ("kind", "published_on", "days", "is_on_time"),
    [
        ("penalty", date(2026, 3, 2), 0, True),
        ("penalty", date(2026, 3, 11), 7, True),
        ("penalty", date(2026, 3, 12), 8, False),
        ("inspection", date(2026, 3, 12), 8, True),
        ("inspection", date(2026, 3, 30), 20, True),
        ("inspection", date(2026, 3, 31), 21, False),
    ],
)
def test_days_are_working_days_against_the_term_of_the_kind(
    client: Client, kind: str, published_on: date, days: int, is_on_time: bool
) -> None:
    make_decision(kind=kind, published_on=published_on)

    response = client.get(reverse("enforcement"))

    (decision,) = response.context["decisions"]
    assert (decision.days, decision.is_on_time) == (days, is_on_time)
    assert ("tag-ok" if is_on_time else "tag-bad") in text_of(response)


@pytest.mark.parametrize("decided_on", ["", "2026-13-45", "昨天", None])
def test_decision_without_a_date_is_neither_in_time_nor_late(client: Client, decided_on: Any) -> None:
    make_decision(extra={"decided_on": decided_on})

    context = client.get(reverse("enforcement")).context

    (decision,), figures = context["decisions"], context["figures"][-1]
    assert (decision.days, decision.is_on_time) == (None, None)
    assert (figures.total, figures.on_time, figures.late, figures.rate) == (1, 0, 0, None)


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_for_one_and_three(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _number in range(count):
        make_decision()

    with django_assert_num_queries(11):
        response = client.get(reverse("enforcement"))

    assert len(response.context["decisions"]) == count


def test_figures_are_counted_from_the_rows_the_filters_leave(client: Client) -> None:
    make_decision(), make_decision(published_on=date(2026, 4, 1)), make_decision(kind="coercion")

    def figures(query: str) -> list[tuple[str, int, int, int]]:
        found = client.get(reverse("enforcement") + query).context["figures"]
        return [(one.key, one.total, one.on_time, one.late) for one in found]

    assert figures("") == [("penalty", 2, 1, 1), ("coercion", 1, 1, 0), ("", 3, 2, 1)]
    assert figures("?kind=coercion") == [("coercion", 1, 1, 0), ("", 1, 1, 0)]


def test_filters_by_kind_agency_year_and_words(client: Client) -> None:
    agency = make_agency(code="SCJ")
    one = make_decision(agency=agency, extra={"decision_number": "甲〔2026〕1号"})
    two = make_decision(kind="licence", published_on=date(2025, 3, 3), extra={"party": "某县大药房有限公司"})

    def found(query: str) -> list[Item]:
        return [decision.item for decision in rows_of(client, query)]

    assert found("?kind=penalty") == found("?agency=SCJ") == found("?year=2026") == found("?q=甲〔2026〕1号") == [one]
    assert found("?q=大药房") == found("?kind=licence&year=2025") == [two]
    assert found("?kind=penalty&kind=licence") == [one, two]


@pytest.mark.parametrize("query", ["?kind=fine", "?year=abc", "?agency=nobody", "?page=0", "?q=" + "长" * 200])
def test_bad_filter_is_named_on_the_page_and_refused_by_the_csv(client: Client, query: str) -> None:
    make_decision()

    response = client.get(reverse("enforcement") + query)
    answer = client.get(reverse("data_csv", args=["enforcement"]) + query)

    assert response.status_code == 200
    assert response.context["problems"]
    assert answer.status_code == (200 if "page" in query else 400)


def test_person_is_shown_masked_and_found_by_no_name(client: Client) -> None:
    make_decision(extra={"party": "周大海", "party_code": "11010519491231002X"})

    text = text_of(client.get(reverse("enforcement")))
    table = text_of(client.get(reverse("data_csv", args=["enforcement"])))

    assert "周*海" in text and "周*海" in table
    for shown in (text, table):
        assert "周大海" not in shown and "11010519491231002X" not in shown
    assert rows_of(client, "?q=周大海") == []


@pytest.mark.parametrize(
    ("extra", "shown"),
    [({"party": "周大海"}, "周*海"), ({"party": "某县便利店", "party_code": "11010519491231002X"}, "（空）")],
)
def test_text_that_names_a_person_cannot_be_submitted(extra: dict[str, str], shown: str) -> None:
    values = {
        "decision_number": "1号",
        "kind": "penalty",
        "matter": "占道",
        "basis": ["《条例》第一条"],
        "result": "警告",
        "decided_on": "2026-02-27",
    }
    edition = draft_one(item_type="enforcement", content={"extra": values | extra})

    with pytest.raises(ValidationError, match="自然人姓名或者证件号码") as refused:
        submit(edition)

    assert shown in str(refused.value)


def test_text_that_masks_a_person_can_be_submitted() -> None:
    extra = {
        "decision_number": "1号",
        "kind": "penalty",
        "matter": "占道",
        "basis": ["《条例》第一条"],
        "result": "警告",
    }
    edition = draft_one(
        item_type="enforcement", content={"extra": extra | {"decided_on": "2026-02-27", "party": "周*海"}}
    )

    assert submission.faults(edition, AT.date()) == []


def test_result_past_its_last_day_is_shown_no_more(client: Client) -> None:
    shown = make_decision(extra={"shown_until": today().isoformat(), "decision_number": "仍公示"})
    make_decision(extra={"shown_until": (today() - timedelta(1)).isoformat(), "decision_number": "已届满"})

    table = text_of(client.get(reverse("data_csv", args=["enforcement"])))

    assert [decision.item for decision in rows_of(client)] == [shown]
    assert "仍公示" in table and "已届满" not in table


@pytest.mark.parametrize(
    "values", [{"state": ItemState.TERMINATED}, {"state": ItemState.WITHDRAWN}, {"audience": Audience.INTERNAL}]
)
def test_result_that_ended_or_is_internal_is_in_no_list(client: Client, values: dict[str, Any]) -> None:
    make_decision(**values)

    assert rows_of(client) == []
    assert "某罚" not in text_of(client.get(reverse("data_csv", args=["enforcement"])))


def test_csv_has_the_columns_of_the_double_publicity(client: Client) -> None:
    make_decision(published_on=date(2026, 3, 12))

    text = text_of(client.get(reverse("data_csv", args=["enforcement"]), {"kind": "penalty"})).lstrip("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))

    named = (
        "决定书文号",
        "名称",
        "执法类别",
        "行政相对人",
        "统一社会信用代码",
        "事由或许可内容",
        "执法依据",
        "决定内容",
    )
    assert [row[name] for name in named[:3]] == ["某罚〔2026〕1号", "处罚决定", "行政处罚"]
    assert set(named) <= set(row)
    assert (row["决定到公开（工作日）"], row["公开期限（工作日）"], row["是否按期"]) == ("8", "7", "超期")


def test_beforehand_says_what_is_published_and_what_is_not(client: Client) -> None:
    entry = make_catalogue_entry(level2="行政执法主体和人员名单")
    make_catalogue_entry(level2="行政裁量基准")
    make_item(catalogue_entry=entry)
    make_item(catalogue_entry=entry, audience=Audience.INTERNAL)

    response = client.get(reverse("enforcement"))

    counted = {str(part["label"]): part["count"] for part in response.context["beforehand"]}
    assert (counted["执法主体和人员"], counted["裁量基准"]) == (1, 0)
    assert "未公开" in text_of(response)
    assert reverse("catalogue_entry", args=[entry.pk]) in text_of(response)
