"""公开情况: in the catalogue, on /coverage/, on agency and home pages, as CSV and by API."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from disclosure.enums import Audience, Mode, ObligationKind, StatementKind, TargetGroup
from disclosure.models import DisclosureEvent, Filing, Obligation, Statement
from disclosure.obligation_states import Standing, condition, standing
from govportal.models import Agency
from govportal.now import now, today
from govportal.permissions import Role
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_item, make_member, make_user
from tests.factories.obligations import make_entry, make_obligation, noon

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PAGES = ("coverage", "coverage_cases", "coverage_csv", "api_obligations", "api_coverage")


def owe(agency: Agency, due_on: date, **values: Any) -> Obligation:
    """Due on that day, its period the month before; every one of an entry of its own."""
    entry = values.pop("entry", None) or make_entry("20个工作日内", agency, level1=values.pop("level1", "救助标准"))
    start = due_on - 40 * DAY
    return make_obligation(
        entry=entry, agency=agency, period_start=start, period_end=start + 30 * DAY, due_on=due_on, **values
    )


@pytest.fixture
def agency() -> Agency:
    return make_agency(code="own", name="民政局")


@pytest.fixture
def late(agency: Agency) -> Obligation:
    return owe(agency, today() - DAY, level1="逾期事项")


def page_of(client: Client, name: str, query: str = "") -> str:
    response = client.get(reverse(name) + query)
    assert response.status_code == 200
    return text_of(response)


# --- how an obligation stands -------------------------------------------------------------------------------------


def test_standing_of_a_row_is_the_condition_that_finds_it(agency: Agency) -> None:
    yesterday, tomorrow = today() - DAY, today() + DAY
    rows = {
        Standing.OVERDUE: owe(agency, yesterday),
        Standing.OPEN: owe(agency, today()),
        Standing.MET: owe(agency, yesterday, met_on=yesterday),
        Standing.LATE: owe(agency, yesterday, met_on=today()),
        Standing.NIL: owe(agency, yesterday, met_on=yesterday),
        Standing.REVIEWED: owe(agency, yesterday, met_on=yesterday, kind=ObligationKind.REVIEW),
        Standing.FILED: owe(agency, yesterday, met_on=yesterday, kind=ObligationKind.FILING),
    }
    for key, kind in ((Standing.NIL, StatementKind.NIL), (Standing.REVIEWED, StatementKind.UNCHANGED)):
        Statement.objects.create(obligation=rows[key], kind=kind, signed_by=make_user(), signed_at=now())
    owe(agency, tomorrow, cancelled_at=now())

    for key, row in rows.items():
        assert standing(Obligation.objects.with_words().get(pk=row.pk), today()) == key
        assert list(Obligation.objects.filter(condition(key, today()))) == [row]


# --- the catalogue ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_entry_shows_what_each_agency_owes_and_what_met_it(client: Client, count: int, agency: Agency) -> None:
    entry = make_entry("20个工作日内", agency)
    item = make_item(agency=agency)
    met = owe(agency, today() - 60 * DAY, entry=entry, met_on=today() - 61 * DAY, met_by=item)
    for _number in range(count):
        owe(make_agency(), today() - DAY, entry=entry)

    with CaptureQueriesContext(connection) as queries:
        text = text_of(client.get(reverse("catalogue_entry", args=[entry.pk])))

    assert len(queries) <= 12
    assert item.get_absolute_url() in text and f"{met.met_on:%Y-%m-%d}" in text
    assert text.count(">已公开</span>") == 1
    assert text.count(">应公开未公开</span>") == count


def test_entry_shows_signed_words_and_filings_and_says_which_came_late(client: Client, agency: Agency) -> None:
    entry = make_entry("20个工作日内", agency)
    nil = owe(agency, today() - 9 * DAY, entry=entry, met_on=today() - DAY)
    Statement.objects.create(obligation=nil, kind="nil", note="本期无救助", signed_by=make_user(), signed_at=now())
    filed = owe(agency, today(), entry=entry, met_on=today(), kind=ObligationKind.FILING)
    Filing.objects.create(
        obligation=filed,
        filed_with=agency,
        filed_on=today(),
        title="半年报告",
        recorded_by=make_user(),
        recorded_at=now(),
    )

    text = text_of(client.get(reverse("catalogue_entry", args=[entry.pk])))

    assert "本期无此类信息（逾期）" in text and "本期无救助" in text
    assert ">已报送</span>" in text


def test_entry_without_obligation_says_why(client: Client, agency: Agency) -> None:
    entry = make_entry("20个工作日内", agency, mode=Mode.ON_REQUEST)

    assert "不产生主动公开义务" in text_of(client.get(reverse("catalogue_entry", args=[entry.pk])))


def test_entry_betrays_neither_the_words_of_an_event_nor_an_internal_item(client: Client, agency: Agency) -> None:
    entry = make_entry("20个工作日内", agency)
    event = DisclosureEvent.objects.create(
        entry=entry, agency=agency, title="拟稿标题", occurred_on=today(), recorded_at=now()
    )
    owe(agency, today(), entry=entry, event=event, kind=ObligationKind.EVENT)
    item = make_item(agency=agency, audience=Audience.INTERNAL)
    owe(agency, today() - DAY, entry=entry, met_on=today(), met_by=item)

    for text in (
        text_of(client.get(reverse("catalogue_entry", args=[entry.pk]))),
        page_of(client, "api_obligations"),
    ):
        assert "拟稿标题" not in text
        assert item.slug not in text


@pytest.mark.parametrize("count", [1, 3])
def test_catalogue_marks_overdue_rows_with_who_is_responsible(client: Client, count: int, agency: Agency) -> None:
    for number in range(count):
        owe(agency, today() - DAY, level1=f"逾期{number}")
    owe(agency, today(), level1="未到期")

    with CaptureQueriesContext(connection) as queries:
        everything = page_of(client, "catalogue")
    overdue = page_of(client, "catalogue", "?status=overdue")

    assert len(queries) <= 12
    assert everything.count(">应公开未公开</span>") == count
    assert "未到期" in everything and "未到期" not in overdue
    assert overdue.count('class="row-link"') == count


# --- /coverage/ ---------------------------------------------------------------------------------------------------


def test_numbers_lead_to_the_rows_they_are_counted_from(client: Client, agency: Agency, late: Obligation) -> None:
    met = owe(agency, today() - 2 * DAY, met_on=today() - 2 * DAY, level1="已办事项")

    text = page_of(client, "coverage", "?period=12months")
    everything = page_of(client, "coverage_cases", "?measure=coverage&agency=own&period=12months")
    misses = page_of(client, "coverage_cases", "?measure=coverage&agency=own&period=12months&only=misses")

    assert "measure=coverage&amp;period=12months&amp;agency=own" in text
    assert ">50%</a>" in text and "1/2" in text
    assert late.entry.level1 in everything and met.entry.level1 in everything
    assert late.entry.level1 in misses and met.entry.level1 not in misses


def test_overdue_of_every_period_is_listed_first(client: Client, agency: Agency) -> None:
    owe(agency, today() - 800 * DAY, level1="多年以前")

    text = page_of(client, "coverage")

    assert text.index("多年以前") < text.index("全部单位合计")
    assert "多年以前" in page_of(client, "coverage_cases", "?measure=overdue")
    assert "多年以前" not in page_of(client, "coverage_cases", "?measure=coverage")


def test_standardisation_names_the_missing_elements(client: Client, agency: Agency) -> None:
    day = today()
    make_item(
        agency=agency,
        item_type="normative",
        edition={"published_on": day, "published_at": noon(day), "document_number": ""},
    )

    text = page_of(client, "coverage_cases", "?measure=standardisation&only=misses")

    assert "文号" in text.split("缺少的要素", 1)[1]


@pytest.mark.parametrize("measure", ["timeliness", "freshness.home", "freshness.standing", "freshness.documents"])
def test_every_measure_has_a_list(client: Client, late: Obligation, measure: str) -> None:
    make_item(agency=late.agency)

    page_of(client, "coverage_cases", f"?measure={measure}&category=other&agency=own&period=half")


@pytest.mark.parametrize("values", [{"target": TargetGroup.INTERNAL}, {"mode": Mode.NOT_PUBLIC}])
def test_what_is_not_for_the_public_counts_and_shows_nowhere(
    client: Client, agency: Agency, values: dict[str, Any]
) -> None:
    entry = make_entry("20个工作日内", agency, level1="不给人看", **values)
    owe(agency, today() - DAY, entry=entry)
    owe(agency, today() - 2 * DAY, entry=entry, met_on=today())
    staff = Client()
    staff.force_login(make_member(Role.PUBLISHER, agency))

    for reader in (client, staff):
        for name in (*PAGES, "home"):
            assert "不给人看" not in page_of(reader, name), name
        assert "不给人看" not in text_of(reader.get(reverse("agency", args=["own"])))
        assert reader.get(reverse("api_obligations")).json()["count"] == 0
        found = reader.get(reverse("api_coverage") + "?agency=own").json()["measures"]
        assert [one["denominator"] for one in found if one["key"] in {"coverage", "timeliness"}] == [0, 0]
    assert client.get(reverse("catalogue_entry", args=[entry.pk])).status_code == 404


def test_entry_switched_off_hides_no_overdue(client: Client, late: Obligation) -> None:
    late.entry.is_active = False
    late.entry.save()

    text = page_of(client, "coverage")

    assert late.entry.level1 in text
    assert reverse("catalogue_entry", args=[late.entry_id]) not in text


def test_reports_to_superiors_are_no_publications(client: Client, agency: Agency) -> None:
    owe(agency, today() - DAY, kind=ObligationKind.FILING, level1="报送事项")

    assert "报送事项" not in page_of(client, "coverage")
    assert client.get(reverse("api_obligations")).json()["results"][0]["state_label"] == "应报送未报送"


@pytest.mark.parametrize("name", PAGES)
def test_page_costs_the_same_for_many_agencies(client: Client, name: str) -> None:
    counts = []
    for more in (1, 30):
        for _number in range(more):
            owe(make_agency(), today() - DAY)
        client.get(reverse("home"))
        with CaptureQueriesContext(connection) as queries:
            page_of(client, name, f"?page_size={more}" if name == "api_obligations" else "")
        counts.append(len(queries))

    assert counts[1] <= counts[0] <= 12


@pytest.mark.parametrize(
    "query", ["?period=ever", "?agency=nobody", "?agency=own&agency=nobody", "?period=year&period=half"]
)
def test_meaningless_parameter_is_told_on_the_page_and_refused_to_machines(
    client: Client, late: Obligation, query: str
) -> None:
    for name in ("coverage", "coverage_cases"):
        assert "有的条件没有起作用" in page_of(client, name, query)
    for name in ("coverage_csv", "api_coverage"):
        assert client.get(reverse(name) + query).status_code == 400


@pytest.mark.parametrize("query", ["?measure=wealth", "?only=me", "?category=x", "?page=zz", "?page=9"])
def test_cases_say_what_they_do_not_understand(client: Client, late: Obligation, query: str) -> None:
    assert "有的条件没有起作用" in page_of(client, "coverage_cases", query)


def test_cases_of_an_unknown_agency_are_none(client: Client, late: Obligation) -> None:
    assert late.entry.level1 not in page_of(client, "coverage_cases", "?measure=overdue&agency=nobody")


def test_csv_says_numerator_denominator_target_and_basis(client: Client, late: Obligation) -> None:
    rows = list(csv.DictReader(io.StringIO(page_of(client, "coverage_csv", "?period=12months").removeprefix("\ufeff"))))

    found = next(row for row in rows if row["代码"] == "own" and row["指标代码"] == "coverage")
    assert (found["达到"], found["应当"], found["百分比"], found["目标（%）"]) == ("0", "1", "0.00", "100")
    assert found["依据"] == "政务公开实施方案的工作目标", "no plan of one certain place"
    assert found["止"] == today().isoformat()


# --- API ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"甲", "乙", "丙"}),
        ("?agency=own", {"甲", "乙"}),
        ("?state=overdue", {"甲"}),
        ("?state=overdue&state=open", {"甲", "丙"}),
        ("?due_after={today}", {"丙"}),
        ("?due_before={today}", {"甲", "乙"}),
        ("?entry=X-1", {"乙"}),
    ],
)
def test_api_narrows_obligations(client: Client, agency: Agency, query: str, expected: set[str]) -> None:
    owe(agency, today() - DAY, level1="甲")
    entry = make_entry("20个工作日内", agency, level1="乙", code="X-1")
    owe(agency, today() - 2 * DAY, entry=entry, met_on=today() - 3 * DAY)
    owe(make_agency(), today() + DAY, level1="丙")

    found = client.get(reverse("api_obligations") + query.format(today=today().isoformat())).json()

    assert {row["matter"] for row in found["results"]} == expected


@pytest.mark.parametrize("query", ["?state=lost", "?due_after=2026-13-01", "?agency=nobody", "?page=0"])
def test_api_refuses_what_means_nothing(client: Client, query: str) -> None:
    assert client.get(reverse("api_obligations") + query).status_code == 400


# --- agency and home ----------------------------------------------------------------------------------------------


def test_agency_shows_its_measures_what_is_overdue_and_what_comes(client: Client, late: Obligation) -> None:
    owe(late.agency, today() + DAY, level1="将到事项")
    owe(late.agency, today(), met_on=today(), level1="已办事项")  # this year's, on New Year's Day too

    text = text_of(client.get(reverse("agency", args=["own"])))

    assert text.index("逾期事项") < text.index("即将到期") < text.index("将到事项")
    assert "measure=coverage&amp;agency=own" in text


@pytest.mark.parametrize("count", [1, 7])
def test_home_counts_what_falls_due_and_names_five(client: Client, agency: Agency, count: int) -> None:
    for number in range(count):
        owe(agency, today() + (number % 2) * DAY, level1=f"本周事项{number}")
    owe(agency, today() + 7 * DAY, level1="下周事项")

    text = page_of(client, "home")

    assert text.count("本周事项") == min(count, 5)
    assert f'七天内到期 <b class="num">{count}</b>' in text
    assert "下周事项" not in text
