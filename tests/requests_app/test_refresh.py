"""Last days by the calendar as it is now: what moves, what stays, and that nothing else is touched."""

import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from celery import current_app

from govportal.calendar import import_holidays, load_calendar
from govportal.models import Holiday, HolidayYear
from govportal.workdays import add_working_days
from requests_app.clock import ClockKind
from requests_app.enums import InquiryAnswer, InquiryKind, State
from requests_app.models import InformationRequest
from requests_app.services import procedure, refresh
from tests.factories import make_agency
from tests.factories.request_rows import make_clock_event, make_fee
from tests.factories.requests import AT, ask_correction, make_inquiry, make_request, request_in, reread_request
from tests.threads import at_once

pytestmark = pytest.mark.django_db

# A Monday of a year without a notice in the installed package, and a week that its notice gives off.
RECEIVED = date(2031, 3, 3)
NOW = datetime(2031, 3, 5, 2, 0, tzinfo=UTC)
WEEK_OFF = [date(2031, 3, day) for day in range(10, 15)]


def announce(days: list[date] = WEEK_OFF) -> None:
    """The notice of 2031."""
    listed = [{"name": "测试假", "date": day.isoformat(), "isOffDay": True} for day in days]
    content = {"year": 2031, "papers": ["国办发明电〔2030〕1号"], "days": listed}
    import_holidays(io.BytesIO(json.dumps(content).encode()), actor=None)


def open_request(**values: Any) -> InformationRequest:
    due_on = add_working_days(RECEIVED, 20, load_calendar())
    open_now: dict[str, Any] = {"state": State.IN_REVIEW, "received_on": RECEIVED, "due_on": due_on}
    return make_request(**open_now | {"is_provisional": True} | values)


def test_notice_moves_the_last_day_and_makes_it_sure() -> None:
    row = open_request()
    before = row.due_on
    announce()

    moved = refresh.refresh(NOW)

    row = reread_request(row)
    assert before == date(2031, 3, 31)
    assert (row.due_on, row.is_provisional) == (date(2031, 4, 7), False)
    assert str(moved) == "期限有变的申请 1 件、征求意见 0 份、收费通知 0 份"


def test_second_run_moves_nothing() -> None:
    open_request()
    announce()

    refresh.refresh(NOW)

    assert refresh.refresh(NOW) == refresh.Moved()


def test_extension_counts_in_the_day_reckoned_anew() -> None:
    row = open_request()
    make_clock_event(row, kind=ClockKind.EXTENDED.value, on=RECEIVED + timedelta(days=2), days=10)
    make_clock_event(row, kind=ClockKind.DELAYED.value, on=RECEIVED, days=5, voided_at=NOW, void_reason="误登")
    announce()

    refresh.refresh(NOW)

    assert reread_request(row).due_on == add_working_days(RECEIVED, 30, load_calendar())


def test_last_days_of_inquiries_and_fees_move_too() -> None:
    inquiry = make_inquiry(open_request(state=State.CONSULTING_THIRD_PARTY), asked_on=RECEIVED, delivered_on=RECEIVED)
    answered = make_inquiry(
        open_request(),
        asked_on=RECEIVED,
        answered_on=RECEIVED,
        answer=InquiryAnswer.CONSENT,
        kind=InquiryKind.CO_AGENCY,
    )
    fee = make_fee(
        open_request(state=State.FEE_NOTIFIED, due_on=None), notified_on=RECEIVED, delivered_on=RECEIVED,
        pay_by=add_working_days(RECEIVED, 20, load_calendar()),
    )  # fmt: skip
    paid = make_fee(open_request(), notified_on=RECEIVED, paid_on=RECEIVED, pay_by=RECEIVED + timedelta(days=28))
    kept = answered.due_on
    announce()

    moved = refresh.refresh(NOW)

    for row in (inquiry, answered, fee, paid):
        row.refresh_from_db()
    assert (moved.inquiries, moved.fees) == (1, 1)
    assert inquiry.due_on == add_working_days(RECEIVED, 15, load_calendar())
    assert fee.pay_by == date(2031, 4, 7)
    assert (answered.due_on, paid.pay_by) == (kept, RECEIVED + timedelta(days=28))


def test_closed_requests_keep_their_day() -> None:
    row = make_request(state=State.REPLIED, received_on=RECEIVED, closed_on=RECEIVED, due_on=date(2031, 3, 31))
    announce()

    moved = refresh.refresh(NOW)

    assert moved == refresh.Moved()
    assert reread_request(row).due_on == date(2031, 3, 31)


def test_request_that_waits_for_its_applicant_has_no_day() -> None:
    row = request_in(State.REGISTERED)
    ask_correction(row)
    InformationRequest.objects.filter(pk=row.pk).update(due_on=date(2030, 1, 1))

    moved = refresh.refresh(AT)

    assert (moved.requests, reread_request(row).due_on) == (1, None)


def test_request_whose_day_of_receipt_is_open_is_left_alone() -> None:
    make_request(received_on=None)

    assert refresh.refresh(NOW) == refresh.Moved()


def test_history_that_the_law_does_not_allow_stops_no_other() -> None:
    odd, row = open_request(due_on=date(2031, 3, 20)), open_request()
    make_clock_event(odd, kind=ClockKind.FEE_PAID.value, on=RECEIVED)
    announce()

    refresh.refresh(NOW)

    assert reread_request(odd).due_on == date(2031, 3, 20)
    assert reread_request(row).due_on == date(2031, 4, 7)


@pytest.mark.parametrize("rows", [1, 3])
def test_refresh_asks_as_often_for_one_request_as_for_three(rows: int, django_assert_num_queries: Any) -> None:
    agency = make_agency()
    for _n in range(rows):
        open_request(agency=agency)
    announce()

    with django_assert_num_queries(9):
        assert refresh.refresh(NOW).requests == rows


def test_refresh_goes_on_past_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "BATCH", 2)
    for _n in range(5):
        open_request()
    announce()

    assert refresh.refresh(NOW).requests == 5


def test_reckoned_day_is_the_one_the_officer_sees() -> None:
    row = open_request()
    announce()
    refresh.refresh(NOW)

    reading = procedure.reading(reread_request(row), load_calendar(), NOW.date())

    assert reading is not None
    assert reading.due_on == reread_request(row).due_on


def test_case_closed_in_a_ledger_shows_no_clock() -> None:
    row = make_request(state=State.REPLIED, is_imported=True, received_on=RECEIVED, closed_on=RECEIVED)

    assert procedure.reading(row, load_calendar(), NOW.date()) is None


@pytest.mark.django_db(transaction=True)
def test_imported_notice_rings_for_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_kwargs: rung.append(name))

    announce()

    assert rung == [refresh.REFRESH]


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_one_moment_agree() -> None:
    rows = [open_request() for _n in range(4)]
    Holiday.objects.bulk_create(
        [Holiday(date=day, name="测试假", is_off=True, notice=HolidayYear.objects.create(year=2031, source="x"))
         for day in WEEK_OFF[:1]]
    )  # fmt: skip

    outcomes = at_once(lambda: refresh.refresh(NOW), times=2)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert sum(outcome.requests for outcome in outcomes if isinstance(outcome, refresh.Moved)) == len(rows)
