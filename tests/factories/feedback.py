"""Messages and correction reports: as rows alone, and as somebody writes them."""

from itertools import count
from typing import Any

from govportal.calendar import load_calendar
from govportal.models import Agency, User
from govportal.permissions import Role
from requests_app.feedback_enums import OPEN_FEEDBACK, FeedbackAction, FeedbackKind, FeedbackState, Judgement
from requests_app.models import Feedback, FeedbackEvent
from requests_app.services import feedback
from tests.factories.kernel import make_agency, make_member
from tests.factories.requests import AT, TODAY

_numbers = count(1)


def make_feedback(
    *, agency: Agency | None = None, state: FeedbackState = FeedbackState.RECEIVED, **values: Any
) -> Feedback:
    """A message in a state, of columns alone."""
    number = next(_numbers)
    values = {
        "number": f"LY-2025-{number:05}",
        "kind": FeedbackKind.MESSAGE,
        "text": f"第{number}路公交车几点收车？",
        "filed_at": AT,
        "received_on": TODAY,
        "due_on": feedback.last_day(values.get("received_on", TODAY), values.get("answer_days", 7), load_calendar()),
        "submission_key": f"form-{number}",
    } | values
    if state != FeedbackState.RECEIVED:
        values.setdefault("judgement", Judgement.QUESTION)
    if state not in OPEN_FEEDBACK:
        values = {"answered_on": values["received_on"], "answer": "末班车晚上九点。"} | values
    row: Feedback = Feedback.objects.create(agency=agency or make_agency(), state=state, **values)
    return row


def make_feedback_event(row: Feedback | None = None, **values: Any) -> FeedbackEvent:
    row = row or make_feedback()
    values = {
        "action": FeedbackAction.JUDGE,
        "from_state": FeedbackState.RECEIVED,
        "to_state": FeedbackState.JUDGED,
        "agency": row.agency,
        "at": AT,
    } | values
    values.setdefault("actor", make_member(Role.REQUEST_OFFICER, row.agency))
    return FeedbackEvent.objects.create(feedback=row, **values)


def make_writing(agency: Agency | None = None, **values: Any) -> feedback.Writing:
    values = {"kind": FeedbackKind.CORRECTION, "text": "电话已经换了，网页上还是旧的。"} | values
    return feedback.Writing(agency=agency or make_agency(), **values)


def send_feedback(agency: Agency | None = None, *, key: str = "", **values: Any) -> feedback.Sent:
    key = key or f"sheet-{next(_numbers)}"
    return feedback.send(make_writing(agency, **values), submission_key=key, at=AT)


def handler_of(agency: Agency, **values: Any) -> User:
    return make_member(Role.REQUEST_OFFICER, agency, **values)
