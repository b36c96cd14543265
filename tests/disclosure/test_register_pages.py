"""负面清单 and 整改 as the public sees them: counts without matters, orders with report and finding, and their data."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.enums import ItemState, RectificationState, WithholdingGround, WithholdingState
from disclosure.models import Rectification, Withholding
from disclosure.rules import WITHHOLDING_GROUNDS
from govportal.now import today
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_item
from tests.factories.registers import make_rectification, make_withholding

pytestmark = pytest.mark.django_db

S = RectificationState


def rows_of(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(response).removeprefix("\ufeff"))))


# --- 负面清单 ---------------------------------------------------------------------------------------------------


def test_negative_list_names_every_ground_with_article_force_and_exception(client: Client) -> None:
    text = text_of(client.get(reverse("negative_list")))

    for rule in WITHHOLDING_GROUNDS:
        assert str(rule.ground.label) in text
        assert rule.meaning in text and rule.article in text and rule.force in text
        assert rule.unless in text
    for word in ("先申请行政复议", "第四十七条", "第十八条", "国家秘密不进入本系统"):
        assert word in text


@pytest.mark.parametrize("count", [1, 3])
def test_negative_list_counts_what_is_in_force_and_nothing_else(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    agency = make_agency(code="own")
    for _number in range(count):
        make_withholding(agency=agency, ground=WithholdingGround.SECURITY)
    make_withholding(agency=agency, state=WithholdingState.PROPOSED)
    make_withholding(agency=agency, state=WithholdingState.RELEASED, released_at=agency.updated_at)
    make_withholding()

    with django_assert_num_queries(5):
        response = client.get(reverse("negative_list") + "?agency=own")

    counts = {rule.ground: n for rule, n in response.context["rows"]}
    assert counts[WithholdingGround.SECURITY] == response.context["total"] == count
    assert counts[WithholdingGround.INTERNAL_AFFAIRS] == 0
    for row in Withholding.objects.all():
        assert row.matter not in text_of(response)


def test_negative_list_of_unknown_agency_says_so_and_counts_nothing(client: Client) -> None:
    make_withholding()

    response = client.get(reverse("negative_list") + "?agency=nobody")

    assert response.status_code == 200
    assert "没有代码为“nobody”的单位" in text_of(response)
    assert response.context["total"] == 0


def test_negative_list_csv_counts_by_agency_and_ground(client: Client) -> None:
    agency = make_agency(code="own", name="民政局")
    for _number in range(2):
        make_withholding(agency=agency, ground=WithholdingGround.THIRD_PARTY)

    rows = rows_of(client.get(reverse("negative_list_csv")))

    assert rows[1:] == [
        ["own", "民政局", str(WithholdingGround.THIRD_PARTY.label), "《中华人民共和国政府信息公开条例》第十五条",
         "不得公开", "（三）4", "2", today().isoformat()]
    ]  # fmt: skip


def test_negative_list_is_linked_where_a_reader_would_look(client: Client) -> None:
    address = reverse("negative_list")

    for name in ("home", "guide", "catalogue"):
        assert f'href="{address}"' in text_of(client.get(reverse(name))), name


# --- 整改 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_rectification_list_asks_the_same_number_of_queries(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _number in range(count):
        make_rectification()

    with django_assert_num_queries(8):
        response = client.get(reverse("rectifications"))

    assert len(response.context["page"].object_list) == count


def test_rectification_list_marks_overdue_and_leaves_out_the_cancelled(client: Client) -> None:
    late = make_rectification(due_on=today() - timedelta(1))
    in_time = make_rectification(due_on=today())
    cancelled = make_rectification(state=S.CANCELLED)

    response = client.get(reverse("rectifications"))
    text = text_of(response)

    assert late.problem in text and in_time.problem in text and cancelled.problem not in text
    assert text.count(">逾期未报告</span>") == 1
    assert (response.context["unfinished"], response.context["overdue"]) == (2, 1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?agency=own", {1, 2}),
        ("?state=verified", {2}),
        ("?state=overdue", {1, 3}),
        ("?state=overdue&state=verified", {1, 2, 3}),
        ("?year=2025", {3}),
        ("?agency=own&year=2025", set()),
        ("?year=abc&state=lost", {1, 2, 3}),
    ],
)
def test_rectification_list_narrows_by_agency_state_and_year(client: Client, query: str, expected: set[int]) -> None:
    agency = make_agency(code="own")
    done = {"state": S.VERIFIED, "reported_on": date(2026, 3, 3), "verified_on": date(2026, 3, 4)}
    make_rectification(agency=agency, number="整改〔2026〕1号")
    make_rectification(agency=agency, number="整改〔2026〕2号", **done)
    make_rectification(number="整改〔2025〕3号", ordered_on=date(2025, 5, 5), due_on=date(2025, 5, 19))

    response = client.get(reverse("rectifications") + query)
    table = rows_of(client.get(reverse("rectifications_csv") + query)) if "abc" not in query else []

    found = {int(row.number[-2]) for row in response.context["page"].object_list}
    assert found == expected
    assert not table or {int(row[0][-2]) for row in table[1:]} == expected


def test_meaningless_filter_is_told_on_the_page_and_refused_to_machines(client: Client) -> None:
    page = client.get(reverse("rectifications") + "?year=abc")

    assert page.status_code == 200 and "条件无效" in text_of(page)
    for door in ("rectifications_csv", "api_rectifications"):
        assert client.get(reverse(door) + "?year=abc").status_code == 400


def test_rectification_page_shows_the_whole_story_and_nobody_by_name(client: Client) -> None:
    item = make_item()
    row = make_rectification(
        agency=item.agency, item=item, state=S.VERIFIED, report="已补贴站牌", reported_on=date(2026, 3, 9),
        finding="逐站看过", verified_on=date(2026, 3, 12),
    )  # fmt: skip
    row.ordered_by.full_name = "交办人某某"
    row.ordered_by.save()

    text = text_of(client.get(row.get_absolute_url()))

    for word in (row.number, row.problem, row.requirement, row.basis, "已补贴站牌", "逐站看过", item.title, "整改完成"):
        assert word in text
    assert "交办人某某" not in text


def test_cancelled_rectification_keeps_its_number_and_reason_alone(client: Client) -> None:
    row = make_rectification(state=S.CANCELLED, finding="交办依据不成立", verified_on=date(2026, 3, 5))

    text = text_of(client.get(row.get_absolute_url()))

    assert row.number in text and "交办依据不成立" in text
    assert row.problem not in text and row.requirement not in text


def test_unknown_rectification_is_not_found(client: Client) -> None:
    assert client.get(reverse("rectification", args=[2026, 99])).status_code == 404


def test_withdrawn_item_of_an_order_is_linked_to_its_notice_and_internal_one_not_at_all(client: Client) -> None:
    open_item, hidden = make_item(state=ItemState.WITHDRAWN), make_item(audience="internal")
    rows = [make_rectification(agency=item.agency, item=item) for item in (open_item, hidden)]

    texts = [text_of(client.get(row.get_absolute_url())) for row in rows]

    assert open_item.get_absolute_url() in texts[0]
    assert hidden.get_absolute_url() not in texts[1]


def test_item_and_agency_link_to_their_rectifications(client: Client) -> None:
    item = make_item()
    row = make_rectification(agency=item.agency, item=item)
    taken_back = make_rectification(agency=item.agency, item=item, state=S.CANCELLED)

    for address in (item.get_absolute_url(), reverse("agency", args=[item.agency.code])):
        text = text_of(client.get(address))
        assert row.get_absolute_url() in text and taken_back.problem not in text
    assert 'id="agency-rectifications"' not in text_of(client.get(reverse("agency", args=[make_agency().code])))


def test_api_gives_the_rows_of_the_page(client: Client) -> None:
    row = make_rectification(due_on=today() - timedelta(1))
    make_rectification(state=S.CANCELLED)

    answer = client.get(reverse("api_rectifications")).json()

    assert answer["count"] == 1
    record = answer["results"][0]
    assert (record["number"], record["state"], record["is_overdue"]) == (row.number, "ordered", True)
    assert record["url"].endswith(row.get_absolute_url())
    assert not {"ordered_by", "reported_by", "verified_by"} & set(record)


def test_open_data_lists_both_registers(client: Client) -> None:
    make_rectification()
    make_withholding()

    text = text_of(client.get(reverse("open_data")))

    assert reverse("rectifications_csv") in text and reverse("negative_list_csv") in text
    assert Rectification.objects.public().count() == 1
