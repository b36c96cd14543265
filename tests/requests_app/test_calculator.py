from datetime import date
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries, Settings

from govportal.pagecache import LONGEST_QUERY, canonical_query
from requests_app.forms.calculator import ClockForm, FeeForm
from tests.requests_app.clock_histories import real_calendar

pytestmark = pytest.mark.django_db

URL = "/requests/calculator/"
PAUSED_AND_EXTENDED = {
    "received_on": "2026-09-15",
    "today": "2026-11-05",
    "third_party_asked_on": "2026-09-21",
    "third_party_answered_on": "2026-10-09",
    "extended_on": "2026-10-27",
    "extended_days": "10",
}


def shown(client: Client, **answers: str) -> str:
    response = client.get(URL, answers)
    assert response.status_code == 200
    return response.content.decode()


def errors(**answers: str) -> dict[str, list[str]]:
    form = ClockForm(answers, calendar=real_calendar(), now_on=date(2026, 11, 5))
    assert not form.is_valid() and form.reading is None
    return {name: [str(error) for error in found] for name, found in form.errors.items()}


def test_empty_page_has_both_forms_and_no_result(client: Client) -> None:
    html = shown(client)

    assert 'name="received_on"' in html and 'name="quantity"' in html
    assert 'id="result"' not in html and "csrf" not in html


def test_date_is_shown_with_its_explanation_months_and_working(client: Client) -> None:
    html = shown(client, **PAUSED_AND_EXTENDED)

    assert '<time datetime="2026-11-12">2026年11月12日</time>' in html
    assert "还有 5 个工作日" in html
    assert "其间8个工作日不计，顺延至10月29日<span>（条例第三十二条、第三十三条第三款）</span>" in html
    assert html.count('class="cal"') == 3
    assert html.count('<li class="day-stop"></li>') == 8
    assert "停 8" in html and "＋10" in html


def test_awaited_correction_shows_no_date(client: Client) -> None:
    html = shown(client, received_on="2026-03-02", correction_asked_on="2026-03-05", today="2026-03-12")

    assert "停止计时，已计 3 个工作日" in html
    assert "收到补正的申请之后才有最迟答复日期" in html


def test_provisional_date_is_marked(client: Client) -> None:
    html = shown(client, received_on="2026-12-15", today="2026-12-31")

    assert "最迟答复日期（暂估）" in html
    assert "2027年的节假日安排还没有发布" in html


def test_overdue_request_says_by_how_much(client: Client) -> None:
    assert "已逾期 8 个工作日" in shown(client, received_on="2026-03-02", today="2026-04-10")


def test_impossible_answer_stands_at_its_field_and_nothing_is_lost(client: Client) -> None:
    answers = {**PAUSED_AND_EXTENDED, "extended_on": "2026-11-03"}

    html = shown(client, **answers)

    assert '<a href="#id_extended_on">' in html
    assert "最迟应在答复期限2026年10月29日当日作出" in html
    assert all(f'value="{value}"' in html for value in answers.values())
    assert 'id="result"' not in html


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({"received_on": ""}, "received_on", "请填写日期"),
        ({"received_on": "2026-13-45"}, "received_on", "例如 2026-03-02"),
        ({"received_on": "0001-01-01"}, "received_on", "早于2019年5月15日"),
        ({"received_on": "9999-12-31"}, "received_on", "超出了可以计算的范围"),
        ({"received_on": "2026-03-02", "today": "9999-12-31"}, "today", "超出了可以计算的范围"),
        ({"received_on": "2026-03-02", "corrected_on": "2026-03-05"}, "corrected_on", "没有对应的告知"),
        ({"received_on": "2026-03-02", "fee_notified_on": "9999-12-31"}, "fee_notified_on", "超出"),
        ({"received_on": "2026-03-02", "extended_on": "2026-03-05"}, "extended_days", "同时填写增加的工作日"),
        ({"received_on": "2026-03-02", "extended_days": "5"}, "extended_on", "同时填写日期"),
        ({"received_on": "2026-03-02", "extended_days": "21"}, "extended_days", "1到20之间"),
        ({"received_on": "2026-03-02", "delayed_days": "9" * 5000}, "delayed_days", "1到250之间"),
        (
            {"received_on": "2026-03-02", "co_agency_delivered_on": "2026-03-05"},
            "co_agency_asked_on",
            "同时填写发出的日期",
        ),
        (
            {
                "received_on": "2026-03-02",
                "third_party_asked_on": "2026-03-05",
                "third_party_delivered_on": "2026-03-04",
            },
            "third_party_delivered_on",
            "不能早于发出日期",
        ),
    ],
)
def test_bad_answer_is_named_at_its_field(answers: dict[str, str], field: str, words: str) -> None:
    found = errors(**answers)

    assert words in found[field][0]


def test_bad_date_is_shown_again_in_a_field_that_can_hold_it(client: Client) -> None:
    html = shown(client, received_on="二月三十日")

    assert '<input type="text" name="received_on" value="二月三十日"' in html


@pytest.mark.parametrize("typed", ["2026-3-2", "2026/03/02", "2026.3.2", "2026年3月2日", "20260302"])
def test_date_is_understood_as_people_type_it(typed: str) -> None:
    form = ClockForm({"received_on": typed}, calendar=real_calendar(), now_on=date(2026, 3, 2))

    assert form.is_valid() and form.cleaned_data["received_on"] == date(2026, 3, 2)


def test_today_is_the_default(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests_app.views.calculator.today", lambda: date(2026, 3, 20))

    assert "还有 6 个工作日" in shown(client, received_on="2026-03-02")


def test_last_day_is_said_in_words(client: Client) -> None:
    html = shown(client, received_on="2026-03-02", today="2026-03-30")

    assert '<p class="due-left">今天到期</p>' in html


def test_receipt_day_counts_by_the_setting(client: Client, settings: Settings) -> None:
    settings.REQUEST_COUNTS_RECEIPT_DAY = True

    html = shown(client, received_on="2026-03-02", today="2026-03-02")

    assert "自当日起算20个工作日" in html and 'datetime="2026-03-27"' in html


# --- fees -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "amount"),
    [
        ({"mode": "by_item", "quantity": "45"}, "5,500.00"),
        ({"mode": "by_item", "quantity": "2", "earlier": "29"}, "300.00"),
        ({"mode": "by_volume", "quantity": "250"}, "4,700.00"),
        ({"mode": "by_volume", "quantity": "0"}, "0.00"),
    ],
)
def test_fee_is_shown_with_its_working(client: Client, answers: dict[str, str], amount: str) -> None:
    assert f"应缴 {amount} 元" in shown(client, **answers)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"quantity": "5"}, "mode"),
        ({"mode": "both", "quantity": "5"}, "mode"),
        ({"mode": "by_item"}, "quantity"),
        ({"mode": "by_item", "quantity": "-1"}, "quantity"),
        ({"mode": "by_item", "quantity": "1001"}, "quantity"),
        ({"mode": "by_volume", "quantity": "9" * 5000}, "quantity"),
        ({"mode": "by_item", "quantity": "5", "earlier": "1001"}, "earlier"),
    ],
)
def test_bad_quantity_is_named_at_its_field(answers: dict[str, str], field: str) -> None:
    form = FeeForm(answers)

    assert not form.is_valid() and form.charge is None
    assert set(form.errors) == {field}


def test_each_form_carries_the_answers_of_the_other(client: Client) -> None:
    html = shown(client, received_on="2026-03-02", mode="by_item", quantity="45")

    assert '<input type="hidden" name="received_on" value="2026-03-02">' in html
    assert '<input type="hidden" name="quantity" value="45">' in html
    assert "应缴 5,500.00 元" in html and 'id="result"' in html


# --- the page -------------------------------------------------------------------------------------------------


def test_longest_address_is_kept_by_the_page_cache() -> None:
    names = [*ClockForm.base_fields, *FeeForm.base_fields]

    query = urlencode(dict.fromkeys(names, "2026-03-02"))

    assert len(query) <= LONGEST_QUERY
    assert canonical_query(query) is not None


def test_page_sets_no_cookie_and_asks_the_same_of_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(URL)  # the site's own row

    with django_assert_num_queries(3):
        response = client.get(URL, PAUSED_AND_EXTENDED)

    assert not response.cookies


def test_long_wait_makes_a_page_of_bounded_size(client: Client) -> None:
    html = shown(client, received_on="2026-03-02", correction_asked_on="2026-03-05", today="2199-12-31")

    assert len(html) < 400_000


def test_english_page_answers(client: Client) -> None:
    with override("en"):
        html = client.get(f"/en{URL}", PAUSED_AND_EXTENDED).content.decode()

    assert "Nov. 12, 2026" in html
