"""What must hold of a request after every verb, and what a refused verb leaves as it was."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from govportal.calendar import load_calendar
from govportal.models import AuditEvent, Notice
from requests_app.clock import ClockState
from requests_app.enums import CONSULTING_STATES, InquiryKind, State
from requests_app.models import Correction, FeeNotice, InformationRequest
from requests_app.services import procedure
from tests.factories.requests import TODAY, reread_request


def assert_consistent(row: InformationRequest) -> InformationRequest:
    """State, clock, dates and the rows the state speaks of agree; gives the row as it is now."""
    row = reread_request(row)
    events = list(row.events.all())
    reading = procedure.reading(row, load_calendar(), max((event.on for event in events), default=TODAY))
    assert (row.due_on, row.is_provisional) == ((reading.due_on, reading.is_provisional) if reading else (None, False))
    assert row.state == (events[-1].to_state if events else State.RECEIVED)
    assert_rows_agree(row)
    state = reading.state if reading else None
    if row.is_closed:
        assert row.outcome and row.closed_on
        assert state is ClockState.ENDED
        assert not row.decisions.waiting().exists()
    else:
        assert (row.outcome, row.reply_kind, row.closed_on) == ("", "", None)
        assert state is not ClockState.ENDED
        assert (state is ClockState.AWAITING_CORRECTION) == (row.state == State.CORRECTION_ASKED)
        assert (state is ClockState.AWAITING_PAYMENT) == (row.state == State.FEE_NOTIFIED)
    return row


def assert_rows_agree(row: InformationRequest) -> None:
    """Of an open request: who is asked, what is to be corrected and what is to be paid."""
    if row.is_closed:
        return
    waiting = set(row.inquiries.filter(answered_on=None).values_list("kind", flat=True))
    assert (row.state in CONSULTING_STATES) == bool(waiting)
    assert (row.state == State.CONSULTING_THIRD_PARTY) == (InquiryKind.THIRD_PARTY in waiting)
    uncorrected = Correction.objects.filter(request=row, answered_on=None)
    assert uncorrected.exists() == (row.state == State.CORRECTION_ASKED)
    assert FeeNotice.objects.filter(request=row, paid_on=None).exists() == (row.state == State.FEE_NOTIFIED)


def traces(row: InformationRequest) -> Any:
    """All that a verb could have left behind: columns, rows of every model of the app, audit and mail."""
    counts = {
        model.__name__: model._default_manager.count() for model in apps.get_app_config("requests_app").get_models()
    }
    columns = InformationRequest.objects.values().get(pk=row.pk)
    return columns, counts, AuditEvent.objects.count(), Notice.objects.count()


def assert_says_nothing_personal(row: InformationRequest, *words: str) -> None:
    """Neither the audit trail nor any mail but its own address holds what the applicant wrote or who he is."""
    applicant = row.applicant
    secret = [applicant.name, applicant.identity_number, applicant.phone, row.description, row.subject, *words]
    told = [f"{event.before}{event.after}{event.note}{event.subject_name}" for event in AuditEvent.objects.all()]
    told += [f"{notice.subject}{notice.body}" for notice in Notice.objects.all()]
    assert told
    found = [(word, text) for text in told for word in secret if word and word in text]
    assert not found


def refusal(call: Callable[[], object]) -> list[str]:
    """Why a verb refused, in its own words."""
    with pytest.raises(ValidationError) as caught:
        call()
    return list(caught.value.messages)


def refused_without_a_trace(row: InformationRequest, call: Callable[[], object]) -> list[str]:
    """The same, when nothing was left behind."""
    before = traces(row)
    words = refusal(call)
    assert traces(row) == before
    return words
