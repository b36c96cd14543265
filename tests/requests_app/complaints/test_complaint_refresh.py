"""A holiday announced late moves the last days of what is open, and of nothing else."""

import io
import json
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection

from govportal.calendar import import_holidays
from govportal.models import Heartbeat
from requests_app import tasks
from requests_app.complaint_enums import ComplaintState
from requests_app.feedback_enums import FeedbackState
from requests_app.models import Complaint, Feedback
from requests_app.services import complaint_handling, complaint_refresh, feedback_refresh
from tests.factories.complaints import complaint_officer_of, make_complaint, order_after_complaint, reread_complaint
from tests.factories.feedback import make_feedback
from tests.threads import first_and_second

# A Monday of a year without a notice in the installed package, and the week that its notice gives off.
AT = datetime(2031, 3, 3, 2, 0, tzinfo=UTC)
RECEIVED = date(2031, 3, 3)
WEEK_OFF = [date(2031, 3, day) for day in range(4, 15)]
UNTIL = date(2031, 3, 20)


def announce() -> None:
    listed = [{"name": "测试假", "date": day.isoformat(), "isOffDay": True} for day in WEEK_OFF]
    content = {"year": 2031, "papers": ["国办发明电〔2030〕1号"], "days": listed}
    import_holidays(io.BytesIO(json.dumps(content).encode()), actor=None)


def terms(row: Complaint) -> tuple[date, date, date]:
    row = reread_complaint(row)
    return row.accept_by, row.transfer_by, row.answer_by


def extend(row: Complaint) -> Any:
    officer = complaint_officer_of(row)
    return complaint_handling.extend(row.pk, until=UNTIL, reason="须到现场核实。", actor=officer, at=AT)


@pytest.mark.django_db
def test_term_that_is_set_anew_is_for_what_comes_in_later(settings: Any) -> None:
    settings.COMPLAINT_ANSWER_DAYS, settings.COMPLAINT_ANSWER_IN_WORKING_DAYS = 7, False
    row, message = make_complaint(at=AT), make_feedback(received_on=RECEIVED)
    before = terms(row), Feedback.objects.get(pk=message.pk).due_on
    settings.COMPLAINT_ANSWER_DAYS, settings.COMPLAINT_ANSWER_IN_WORKING_DAYS = 10, True
    settings.FEEDBACK_MESSAGE_DAYS = 2

    complaint_refresh.refresh()
    feedback_refresh.refresh()

    assert (terms(row), Feedback.objects.get(pk=message.pk).due_on) == before
    assert terms(make_complaint(at=AT))[2] == date(2031, 3, 17)


@pytest.mark.django_db
def test_late_holiday_moves_the_terms_of_what_is_open() -> None:
    states = (ComplaintState.RECEIVED, ComplaintState.TRANSFERRED, ComplaintState.INVESTIGATING)
    open_now = [make_complaint(state, at=AT) for state in states]
    ended = [make_complaint(state, at=AT) for state in (ComplaintState.CLOSED, ComplaintState.WITHDRAWN)]
    ordered = make_complaint(ComplaintState.ANSWERED, at=AT)
    order_after_complaint(ordered, at=AT)
    extended = make_complaint(ComplaintState.INVESTIGATING, at=AT)
    extend(extended)
    before = terms(open_now[0])
    announce()

    moved = complaint_refresh.refresh()

    assert before == (date(2031, 3, 10), date(2031, 3, 10), date(2031, 3, 10))
    after = (date(2031, 3, 17), date(2031, 3, 21), date(2031, 3, 17))
    assert (moved, [terms(row) for row in open_now]) == (4, [after] * 3)
    assert [terms(row) for row in (*ended, ordered)] == [before] * 3
    assert terms(extended) == (*after[:2], UNTIL)  # its day was told with a reason
    assert complaint_refresh.refresh() == 0


@pytest.mark.django_db
def test_late_holiday_moves_the_last_day_of_what_waits_for_an_answer() -> None:
    waiting = make_feedback(received_on=RECEIVED)
    answered = make_feedback(received_on=RECEIVED, state=FeedbackState.ANSWERED)
    announce()

    assert (feedback_refresh.refresh(), feedback_refresh.refresh()) == (1, 0)

    days = dict(Feedback.objects.values_list("pk", "due_on"))
    assert days == {waiting.pk: date(2031, 3, 25), answered.pk: date(2031, 3, 12)}


@pytest.mark.django_db
def test_task_does_it_and_its_note_tells_no_number_of_complaints() -> None:
    tasks.refresh_days()
    silent = Heartbeat.objects.get(name=tasks.REFRESH).note
    row = make_complaint(at=AT)
    announce()

    tasks.refresh_days()

    assert terms(row)[2] == date(2031, 3, 17)
    assert Heartbeat.objects.get(name=tasks.REFRESH).note == silent


@pytest.mark.django_db(transaction=True)
def test_day_put_off_at_this_moment_is_not_overwritten() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes one after another by itself")
    row = make_complaint(ComplaintState.INVESTIGATING, at=AT)
    announce()

    outcomes = first_and_second(partial(extend, row), complaint_refresh.refresh)

    assert 1 in outcomes and not [one for one in outcomes if isinstance(one, Exception)], outcomes
    assert terms(row) == (date(2031, 3, 17), date(2031, 3, 21), UNTIL)
