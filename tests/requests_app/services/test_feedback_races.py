"""Several at one moment: no number is lost or given twice, and whoever comes second is told so."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from govportal.models import Notice
from requests_app.feedback_enums import FeedbackState
from requests_app.models import Feedback, FeedbackEvent
from requests_app.services import feedback, feedback_summary
from requests_app.services.feedback_summary import Period
from tests.factories import make_agency
from tests.factories.feedback import handler_of, make_feedback, make_writing
from tests.factories.requests import AT
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _several_writers(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: run with DATABASE_URL of PostgreSQL")


def test_thirty_two_sendings_get_consecutive_numbers() -> None:
    agencies = [make_agency() for _number in range(4)]
    calls = [
        partial(feedback.send, make_writing(agencies[place % 4]), submission_key=f"sheet-{place}", at=AT)
        for place in range(32)
    ]

    outcomes = at_once(*calls)

    assert {type(outcome).__name__ for outcome in outcomes} == {"Sent"}
    numbers = sorted(Feedback.objects.values_list("number", flat=True))
    assert numbers == [f"LY-2026-{number:05}" for number in range(1, 33)]


def test_one_form_sent_eight_times_is_one_message() -> None:
    writing = make_writing(email="lin@mail.example")

    outcomes = at_once(partial(feedback.send, writing, submission_key="sheet", at=AT), times=8)

    sent = [outcome for outcome in outcomes if isinstance(outcome, feedback.Sent)]
    assert len(sent) == 8 and sum(one.is_new for one in sent) == 1
    assert len({(one.feedback.pk, one.query_code) for one in sent}) == 1
    assert Notice.objects.count() == 1


def test_eight_answers_are_one_answer_and_two_drafts_one_summary() -> None:
    agency = make_agency()
    officers = [handler_of(agency) for _number in range(8)]
    row = make_feedback(agency=agency, state=FeedbackState.JUDGED)

    answers = at_once(*(partial(feedback.answer, row.pk, "已改。", actor=one, at=AT) for one in officers))
    period = Period(2026, 2, 1)
    drafts = at_once(*(partial(feedback_summary.draft, agency, period, actor=one, at=AT) for one in officers[:4]))

    for outcomes in (answers, drafts):
        refused = [outcome for outcome in outcomes if isinstance(outcome, ValidationError)]
        assert len(refused) == len(outcomes) - 1, outcomes
    assert FeedbackEvent.objects.filter(feedback=row).count() == 1
