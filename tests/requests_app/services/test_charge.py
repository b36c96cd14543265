"""信息处理费: cumulative by month and applicant, a clock that stands still, payment, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from govportal.models import Notice
from requests_app.enums import Action, DecisionKind, FeeMode, IdentityKind, State
from requests_app.models import FeeNotice, InformationRequest
from requests_app.services import charge
from tests.factories import make_agency
from tests.factories.requests import (
    AT,
    TODAY,
    file_request,
    make_person,
    make_proposal,
    make_request,
    officer_of,
    release_decision,
    request_in,
)
from tests.requests_app.services.invariants import (
    assert_consistent,
    assert_says_nothing_personal,
    refusal,
    refused_without_a_trace,
)

pytestmark = pytest.mark.django_db


def on(day: date) -> datetime:
    """Ten o'clock in Beijing."""
    return datetime(day.year, day.month, day.day, 2, tzinfo=UTC)


def notify(row: InformationRequest, at: datetime = AT, **values: Any) -> FeeNotice:
    demand: dict[str, Any] = {"mode": FeeMode.BY_VOLUME, "quantity": 250} | values
    return charge.notify(row.pk, charge.Demand(**demand), actor=officer_of(row.agency), at=at)


def pay(row: InformationRequest, at: datetime, **values: Any) -> object:
    return charge.record_payment(row.pk, actor=officer_of(row.agency), at=at, **values)


# --- how much -------------------------------------------------------------------------------------------------------


def asked(agency: Any, *, received_on: date = TODAY, number: str = "E00000001", **values: Any) -> InformationRequest:
    return make_request(
        agency=agency,
        state=State.IN_REVIEW,
        received_on=received_on,
        applicant={"identity_number": number, "identity_kind": IdentityKind.PASSPORT},
        **values,
    )


def test_earlier_requests_are_of_the_applicant_the_agency_and_the_month() -> None:
    agency = make_agency()
    first = asked(agency)
    asked(agency, received_on=date(2026, 3, 1))
    asked(agency, received_on=date(2026, 2, 28))
    asked(agency, number="E00000002")
    asked(make_agency())
    asked(agency, received_on=date(2026, 3, 3))
    last = asked(agency)

    assert (charge.earlier_in_month(first), charge.earlier_in_month(last)) == (1, 2)


def test_earlier_pieces_are_counted_by_the_portal_and_otherwise_with_a_reason() -> None:
    row = request_in(State.IN_REVIEW)
    demand = charge.Demand(mode=FeeMode.BY_ITEM, quantity=11)
    other = replace(demand, earlier=4)

    refused = refusal(lambda: charge.notify(row.pk, other, actor=officer_of(row.agency), at=AT))
    told = replace(other, earlier_reason="另有四件登记在纸上")
    notice = charge.notify(row.pk, told, actor=officer_of(row.agency), at=AT)
    counted = request_in(State.IN_REVIEW)
    by_portal = charge.notify(counted.pk, demand, actor=officer_of(counted.agency), at=AT)

    assert refused == ["当月在前的件数按系统统计是 0 件，另填的须写明理由。"]
    assert (notice.earlier, by_portal.earlier) == (4, 0) and notice.amount > by_portal.amount
    assert "另有四件登记在纸上" in row.events.get(action=Action.NOTIFY_FEE).note


def test_earlier_request_that_was_charged_as_several_counts_as_so_many() -> None:
    agency = make_agency()
    first, by_volume, last = asked(agency), asked(agency), asked(agency)
    notify(first, mode=FeeMode.BY_ITEM, quantity=12)
    notify(by_volume, quantity=250)

    assert charge.earlier_in_month(last) == 13


def test_applicant_without_a_paper_is_known_by_name_and_phone() -> None:
    agency = make_agency()
    known: dict[str, Any] = {"identity_number": "", "name": "林试", "phone": "0399-6613320"}
    make_request(agency=agency, applicant=known)
    make_request(agency=agency, applicant=known | {"phone": "0399-6613321"})
    unknown = make_request(agency=agency, has_applicant=False)

    assert charge.earlier_in_month(make_request(agency=agency, applicant=known)) == 1
    assert charge.earlier_in_month(unknown) == 0


def test_request_without_a_day_of_receipt_has_no_month() -> None:
    assert charge.earlier_in_month(make_request(received_on=None)) == 0


@pytest.mark.parametrize(
    ("values", "amount"),
    [
        ({"mode": FeeMode.BY_VOLUME, "quantity": 250}, 4700),
        ({"mode": FeeMode.BY_ITEM, "quantity": 45}, 5500),
        ({"mode": FeeMode.BY_ITEM, "quantity": 1, "earlier": 10, "earlier_reason": "纸质登记"}, 100),
        ({"mode": FeeMode.BY_VOLUME, "quantity": 31, "earlier": 10}, 10),
    ],
)
def test_notice_keeps_the_amount_and_its_working(values: dict[str, Any], amount: int) -> None:
    notice = notify(request_in(State.IN_REVIEW), **values)

    assert (notice.amount, notice.mode, notice.quantity) == (Decimal(amount), values["mode"], values["quantity"])
    assert notice.earlier == (values.get("earlier", 0) if notice.mode == FeeMode.BY_ITEM else 0)
    assert notice.working and all(isinstance(line, str) for line in notice.working)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"quantity": 0}, "数量须大于零。"),
        ({"quantity": -1}, "数量须大于零。"),
        ({"mode": FeeMode.BY_ITEM, "quantity": 1, "earlier": -1, "earlier_reason": "误"}, "数量须大于零。"),
        ({"quantity": 10_000_000}, "数量太大，请核对。"),
        ({"quantity": 30}, "这一数量按标准不收费，不能发收费通知。"),
        ({"mode": FeeMode.BY_ITEM, "quantity": 10}, "这一数量按标准不收费，不能发收费通知。"),
        ({"notified_on": date(2026, 3, 3)}, "日期不能晚于今天。"),
        ({"notified_on": date(2026, 3, 1)}, "日期不能早于收到申请的日期 2026-03-02。"),
        ({"delivered_on": date(2026, 3, 1)}, "送达日期不能早于通知日期，也不能晚于今天。"),
    ],
)
def test_faulty_notice_is_refused(values: dict[str, Any], reason: str) -> None:
    row = request_in(State.IN_REVIEW)

    assert refused_without_a_trace(row, lambda: notify(row, **values)) == [reason]


def test_notice_before_the_tariff_was_in_force_is_refused() -> None:
    row = make_request(state=State.IN_REVIEW, received_on=date(2020, 12, 1))
    row.due_on = None

    words = refusal(lambda: notify(row, at=AT, notified_on=date(2020, 12, 31)))

    assert len(words) == 1 and "收费通知" in words[0]


# --- the clock ------------------------------------------------------------------------------------------------------


def test_notice_stops_the_clock_and_tells_the_applicant() -> None:
    row = request_in(State.IN_REVIEW)
    Notice.objects.all().delete()

    notice = notify(row, at=on(date(2026, 3, 4)), notified_on=date(2026, 3, 3), delivered_on=date(2026, 3, 4))

    row = assert_consistent(row)
    assert (row.state, row.due_on, notice.pay_by) == (State.FEE_NOTIFIED, None, date(2026, 4, 1))
    assert [notice.subject for notice in Notice.objects.all()] == [
        f"您的申请 {row.number} 需要缴纳信息处理费，请在期限内缴纳。"
    ]
    assert_says_nothing_personal(row)


def test_notice_after_the_period_is_refused() -> None:
    row = request_in(State.IN_REVIEW)

    words = refused_without_a_trace(row, lambda: notify(row, at=on(date(2026, 3, 31))))

    assert len(words) == 1 and "2026年3月30日" in words[0]


def test_notice_twice_is_refused_even_after_the_payment() -> None:
    row = request_in(State.FEE_NOTIFIED)
    pay(row, AT)

    assert refused_without_a_trace(row, lambda: notify(row)) == ["收费通知只能发一次。"]


def test_payment_begins_a_fresh_period_on_the_day_after() -> None:
    row = request_in(State.FEE_NOTIFIED)

    pay(row, on(date(2026, 3, 18)), paid_on=date(2026, 3, 16), reference="非税 \x00001")

    row, notice = assert_consistent(row), FeeNotice.objects.get(request=row)
    assert (row.state, row.due_on) == (State.IN_REVIEW, date(2026, 4, 14))
    assert (notice.paid_on, notice.payment_reference) == (date(2026, 3, 16), "非税 001")


def test_payment_spends_the_extension_that_was_made_before() -> None:
    row = request_in(State.IN_REVIEW)
    release_decision(row, make_proposal(kind=DecisionKind.EXTENSION, days=20))
    notify(row)

    pay(row, AT)

    row = assert_consistent(row)
    assert (row.state, row.due_on) == (State.IN_REVIEW, date(2026, 3, 30))
    words = refusal(lambda: release_decision(row, make_proposal(kind=DecisionKind.EXTENSION)))
    assert words == ["答复期限只能延长一次。"]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 3, 6), "日期不能晚于今天。"),
        (date(2026, 3, 1), "日期不能早于收到申请的日期 2026-03-02。"),
        (date(2026, 3, 3), "缴费（2026年3月3日）：此前没有对应的告知、征求意见或者收费通知。"),
    ],
)
def test_payment_dated_before_the_notice_or_after_today_is_refused(day: date, reason: str) -> None:
    row = request_in(State.IN_REVIEW)
    notify(row, at=on(date(2026, 3, 4)))

    words = refused_without_a_trace(row, lambda: pay(row, on(date(2026, 3, 5)), paid_on=day))

    assert len(words) == 1 and words[0].startswith(reason)


def test_payment_after_the_term_is_taken_while_the_case_is_open() -> None:
    row = request_in(State.FEE_NOTIFIED)

    pay(row, on(date(2026, 6, 1)))

    assert assert_consistent(row).state == State.IN_REVIEW


def test_payment_twice_or_without_a_notice_is_refused() -> None:
    row, never = request_in(State.FEE_NOTIFIED), request_in(State.IN_REVIEW)
    pay(row, AT)

    for one in (row, never):
        assert refused_without_a_trace(one, partial(pay, one, AT)) == ["申请的状态是“办理中”，不能登记缴费。"]


def test_payment_reference_that_is_too_long_is_refused_and_nothing_is_written() -> None:
    row = request_in(State.FEE_NOTIFIED)

    assert len(refused_without_a_trace(row, lambda: pay(row, AT, reference="长" * 81))) == 1


# --- delivery -------------------------------------------------------------------------------------------------------


def test_delivery_moves_the_term_of_payment_and_not_the_reply() -> None:
    row = request_in(State.FEE_NOTIFIED)
    deliver = partial(charge.note_delivery, row.pk, actor=officer_of(row.agency), at=on(date(2026, 3, 10)))

    notice = deliver(date(2026, 3, 9))

    row = assert_consistent(row)
    assert (notice.delivered_on, notice.pay_by, row.due_on) == (date(2026, 3, 9), date(2026, 4, 7), None)
    event = row.events.last()
    assert event and (event.action, event.on) == (Action.NOTE_DELIVERY, date(2026, 3, 9))
    for day in (date(2026, 3, 1), date(2026, 3, 11)):
        assert refused_without_a_trace(row, partial(deliver, day)) == ["送达日期不能早于通知日期，也不能晚于今天。"]


@pytest.mark.parametrize("state", [State.IN_REVIEW, State.CONSULTING_THIRD_PARTY])
def test_delivery_without_a_notice_is_refused(state: State) -> None:
    row = request_in(state)

    words = refused_without_a_trace(
        row, lambda: charge.note_delivery(row.pk, TODAY, actor=officer_of(row.agency), at=AT)
    )

    assert words[-1] == "没有等待缴费的收费通知。"


def test_applicant_who_filed_ten_times_pays_from_the_eleventh_on() -> None:
    agency, person = make_agency(), make_person()
    rows = [file_request(agency, person=person).request for _number in range(11)]

    assert [charge.earlier_in_month(row) for row in rows] == list(range(11))
    assert charge.charge_of(charge.Demand(mode=FeeMode.BY_ITEM, quantity=1, earlier=10)).amount == 100
