"""What the database itself refuses about messages, and what the purge alone may blank."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import models
from pytest_django import Settings

from govportal.models import AuditEvent, Notice
from requests_app.feedback_enums import FeedbackState, Judgement
from requests_app.models import Feedback, FeedbackEvent
from requests_app.services import feedback, feedback_purge
from tests.database import refused, replaced
from tests.factories import make_agency
from tests.factories.feedback import handler_of, make_feedback, make_feedback_event, send_feedback
from tests.factories.requests import AT

pytestmark = pytest.mark.django_db

FEEDBACK, EVENT = Feedback._meta.db_table, FeedbackEvent._meta.db_table


def answered() -> Feedback:
    return make_feedback(state=FeedbackState.ANSWERED)


def test_what_came_in_and_what_was_answered_stays() -> None:
    cases: list[tuple[Callable[[], models.Model], str, str]] = [
        (make_feedback, FEEDBACK, "number = 'LY-1'"),
        (make_feedback, FEEDBACK, "kind = 'correction'"),
        (make_feedback, FEEDBACK, "filed_at = '2020-01-01'"),
        (make_feedback, FEEDBACK, "received_on = '2020-01-01'"),
        (make_feedback, FEEDBACK, "submission_key = 'x'"),
        (make_feedback, FEEDBACK, "text = ''"),
        (make_feedback, FEEDBACK, "purged_at = '2020-01-01'"),
        (answered, FEEDBACK, "answer = ''"),
        (answered, FEEDBACK, "state = 'received', answered_on = NULL"),
        (answered, FEEDBACK, "answered_on = '2020-01-01'"),
        (answered, FEEDBACK, "judgement = 'right'"),
        (answered, FEEDBACK, "other_path = 'petition'"),
        (lambda: make_feedback_event(note="内部"), EVENT, "note = ''"),
        (make_feedback_event, EVENT, "action = 'answer'"),
        (make_feedback_event, EVENT, "to_state = 'answered'"),
        (make_feedback_event, EVENT, "at = '2020-01-01'"),
    ]
    for make, table, change in cases:
        row = make()
        assert refused(f"UPDATE {table} SET {change} WHERE id = %s", row.pk), change
    for make, table, _change in (cases[0], cases[8], cases[13]):
        row = make()
        assert refused(f"DELETE FROM {table} WHERE id = %s", row.pk), table
        assert not replaced(table, row.pk), table


def test_what_may_change_does(settings: Settings) -> None:
    row = make_feedback()
    for table, change in ((FEEDBACK, "due_on = '2026-03-20'"), (FEEDBACK, "text = 'gAAAA'")):
        assert not refused(f"UPDATE {table} SET {change} WHERE id = %s", row.pk), change


def test_purge_leaves_number_and_days_and_nothing_that_was_said(settings: Settings) -> None:
    settings.REQUEST_RETENTION_YEARS = 10
    agency = make_agency()
    officer = handler_of(agency)
    sent = send_feedback(agency, name="林试一", phone="13812345521", email="lin@mail.example", page="/items/a/")
    row = sent.feedback
    feedback.judge(row.pk, Judgement.RIGHT, actor=officer, at=AT, note="内部核实")
    feedback.answer(row.pk, "已经改正。", actor=officer, at=AT)
    open_row = make_feedback(agency=agency)
    later = AT.replace(year=AT.year + 10)
    assert feedback_purge.purge(later - timedelta(days=1)) == 0

    assert feedback_purge.purge(later) == 1
    assert feedback_purge.purge(later) == 0

    now = Feedback.objects.get(pk=row.pk)
    blank: dict[str, Any] = {
        name: getattr(now, name) for name in ("text", "name", "phone", "email", "answer", "page", "query_key")
    }
    assert set(blank.values()) == {""}
    assert (now.number, now.state, now.answered_on) == (row.number, FeedbackState.ANSWERED, row.received_on)
    assert {event.note for event in now.events.all()} == {""}
    assert feedback.find(row.number, sent.query_code) is None
    assert not Notice.objects.filter(key__endswith=":writer").exists()
    assert AuditEvent.objects.get(action="feedback.purge").after == {"feedback": 1, "numbers": [row.number]}
    assert Feedback.objects.get(pk=open_row.pk).text


def test_nothing_is_purged_without_a_term(settings: Settings) -> None:
    settings.REQUEST_RETENTION_YEARS = 0
    answered()

    assert feedback_purge.purge(AT.replace(year=2099)) == 0
