"""Every rule of the database has a row that breaks it: a valid one, changed in one respect."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F

from requests_app import complaint_database, database, feedback_database
from requests_app.complaint_enums import ComplaintState
from requests_app.enums import DecisionKind, DecisionState, InquiryAnswer, Outcome, ReportState, State, TaskState
from requests_app.feedback_enums import FeedbackState
from requests_app.models import Complaint, InformationRequest
from tests.database import run
from tests.factories import make_item, make_request, make_user
from tests.factories.complaints import make_complaint, make_complaint_event, make_complaint_file, order_after_complaint
from tests.factories.feedback import make_feedback, make_feedback_event
from tests.factories.request_rows import (
    make_annual_report,
    make_appeal,
    make_clock_event,
    make_correction,
    make_delivery,
    make_fee,
    make_letter,
    make_message,
    make_publication_task,
    make_report_figure,
    make_request_event,
    make_request_file,
)
from tests.factories.requests import AT, TODAY, make_decision, make_inquiry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_guards(db: None) -> None:
    """The triggers that keep rows as they were speak before the rules do; the rollback puts them back."""
    for guard in (*database.guards(), *complaint_database.guards(), *feedback_database.guards()):
        for statement in guard.drop[connection.vendor]:
            run(statement)


type Break = Callable[[], object]
YESTERDAY = TODAY - timedelta(days=1)


def change(make: Callable[[], models.Model], **values: Any) -> Break:
    """A row that is valid, with these columns changed behind the back of the services."""

    def run() -> object:
        row = make()
        resolved = {name: value() if callable(value) else value for name, value in values.items()}
        return type(row)._default_manager.filter(pk=row.pk).update(**resolved)

    return run


def in_review() -> Any:
    return make_request(state=State.IN_REVIEW)


def decision(**values: Any) -> Callable[[], models.Model]:
    return lambda: make_decision(in_review(), **values)


def signed() -> dict[str, Any]:
    return {"decided_by": make_user(), "decided_at": AT}


def twice(make: Callable[..., models.Model], *same: str) -> Break:
    """A second row that repeats these columns of the first."""

    def run() -> object:
        first, second = make(), make()
        values = {name: getattr(first, name) for name in same}
        return type(second)._default_manager.filter(pk=second.pk).update(**values)

    return run


def two_decisions(state: DecisionState) -> Break:
    def run() -> object:
        row = in_review()
        for _number in range(2):
            make_decision(row, state=state, **(signed() if state != DecisionState.SUBMITTED else {}))
        return row

    return run


def by_the_drafter() -> object:
    row = make_decision(in_review())
    values = {"state": DecisionState.RELEASED, "decided_by": row.drafted_by_id, "decided_at": AT}
    return type(row).objects.filter(pk=row.pk).update(**values)


def frozen_by_the_drafter() -> object:
    row = make_annual_report()
    return type(row).objects.filter(pk=row.pk).update(frozen_by=row.drafted_by_id)


def second_inquiry_of_one_ref() -> object:
    row = in_review()
    return [make_inquiry(row, ref="1") for _number in range(2)]


def answered_complaint() -> Complaint:
    return make_complaint(ComplaintState.ANSWERED)


_FROZEN = {"state": ReportState.FROZEN, "payload": {}, "digest": "0" * 64}
# By model and rule: what breaks it. More than one where a rule has more than one side.
BREAKS: Mapping[str, list[Break]] = {
    "annualreport_once": [twice(make_annual_report, "agency", "year")],
    "annualreport_state": [change(make_annual_report, state="lost")],
    "annualreport_year": [change(make_annual_report, year=2007), change(make_annual_report, year=2101)],
    "annualreport_frozen_is_whole": [
        change(make_annual_report, **_FROZEN),
        change(make_annual_report, **{**_FROZEN, "digest": "", "frozen_at": AT}),
        change(make_annual_report, payload={}),
    ],
    "annualreport_two_people": [frozen_by_the_drafter],
    "reportfigure_once": [twice(make_report_figure, "agency", "year", "key")],
    "reportfigure_value": [change(make_report_figure, value=-1)],
    "appeal_route": [change(make_appeal, route="lost")],
    "appeal_result": [change(make_appeal, result="lost", closed_on=TODAY)],
    "appeal_closed_has_result": [
        change(make_appeal, closed_on=TODAY),
        change(make_appeal, result="upheld"),
        change(make_appeal, result="upheld", closed_on=YESTERDAY),
    ],
    "appeal_follows_review": [change(make_appeal, after=make_appeal)],
    "applicant_identity_kind": [change(lambda: make_request().applicant, identity_kind="lost")],
    "clockevent_kind": [change(make_clock_event, kind="lost")],
    "clockevent_void_has_reason": [change(make_clock_event, voided_at=AT)],
    "complaint_state": [change(make_complaint, state="lost")],
    "complaint_ground": [change(make_complaint, ground="lost")],
    "complaint_channel": [change(make_complaint, channel="lost")],
    "complaint_result": [change(answered_complaint, result="lost")],
    "complaint_other_path": [change(lambda: make_complaint(ComplaintState.REDIRECTED), other_path="lost")],
    "complaint_not_by_itself": [change(make_complaint, desk=F("agency"))],
    "complaint_answered_has_result": [
        change(answered_complaint, result=""),
        change(answered_complaint, answered_on=None),
        change(make_complaint, answered_on=TODAY),
        change(make_complaint, result="upheld"),
    ],
    "complaint_ended_has_day": [
        change(make_complaint, closed_on=TODAY),
        change(lambda: make_complaint(ComplaintState.WITHDRAWN), closed_on=None),
    ],
    "complaint_redirected_somewhere": [
        change(make_complaint, other_path="petition"),
        change(lambda: make_complaint(ComplaintState.REDIRECTED), other_path=""),
    ],
    "complaint_one_subject": [change(make_complaint, item=make_item, request=make_request)],
    "complaint_ordered_after_result": [
        change(make_complaint, referred_on=TODAY),
        change(make_complaint, rectification=lambda: order_after_complaint(answered_complaint())),
    ],
    "complaintevent_action": [change(make_complaint_event, action="lost")],
    "complaintevent_from_state": [change(make_complaint_event, from_state="lost")],
    "complaintevent_to_state": [change(make_complaint_event, to_state="lost")],
    "complaintfile_kind": [change(make_complaint_file, kind="lost")],
    "correction_period": [change(make_correction, due_on=TODAY)],
    "correction_answered_after_asked": [change(make_correction, answered_on=YESTERDAY)],
    "decision_kind": [change(decision(kind=DecisionKind.DELAY), kind="lost")],
    "decision_state": [change(decision(), state="lost", decided_by=make_user, decided_at=AT)],
    "decision_shape": [
        change(decision(), reply_kind=""),
        change(decision(), days=5),
        change(decision(kind=DecisionKind.EXTENSION), days=None),
        change(decision(kind=DecisionKind.EXTENSION), days=0),
        change(decision(kind=DecisionKind.EXTENSION), reply_kind="disclosed"),
    ],
    "decision_extension_at_most_twenty": [change(decision(kind=DecisionKind.EXTENSION), days=21)],
    "decision_two_people": [by_the_drafter],
    "decision_decided_is_signed": [
        change(decision(), state=DecisionState.RELEASED),
        change(decision(), state=DecisionState.RELEASED, decided_by=make_user),
        change(decision(), decided_by=make_user, decided_at=AT),
    ],
    "decision_one_open": [two_decisions(DecisionState.SUBMITTED)],
    "decision_each_kind_once": [two_decisions(DecisionState.RELEASED)],
    "feedback_kind": [change(make_feedback, kind="lost")],
    "feedback_state": [change(make_feedback, state="lost")],
    "feedback_judgement": [change(make_feedback, judgement="lost")],
    "feedback_other_path": [change(make_feedback, other_path="lost")],
    "feedback_ended_has_day": [
        change(make_feedback, state=FeedbackState.ANSWERED),
        change(make_feedback, answered_on=TODAY),
    ],
    "feedback_selected_is_answered": [change(make_feedback, is_selected=True)],
    "feedbackevent_action": [change(make_feedback_event, action="lost")],
    "feedbackevent_from_state": [change(make_feedback_event, from_state="lost")],
    "feedbackevent_to_state": [change(make_feedback_event, to_state="lost")],
    "feenotice_mode": [change(make_fee, mode="lost")],
    "feenotice_amount": [change(make_fee, amount=0)],
    "feenotice_paid_after_notified": [change(make_fee, paid_on=YESTERDAY)],
    "informationrequest_state": [change(make_request, state="lost")],
    "informationrequest_channel": [change(make_request, channel="lost")],
    "informationrequest_applicant_kind": [change(make_request, applicant_kind="lost")],
    "informationrequest_outcome": [change(lambda: make_request(state=State.REPLIED), outcome="lost")],
    "informationrequest_reply_kind": [change(make_request, reply_kind="lost")],
    "informationrequest_receipt_basis": [change(make_request, receipt_basis="lost")],
    "informationrequest_supply_form": [change(make_request, supply_form="lost")],
    "informationrequest_supply_way": [change(make_request, supply_way="lost")],
    "informationrequest_closed_has_outcome": [
        change(in_review, state=State.REPLIED),
        change(in_review, state=State.REPLIED, outcome=Outcome.R1),
        change(in_review, closed_on=TODAY),
        change(in_review, outcome=Outcome.R1),
    ],
    "informationrequest_has_receipt_day": [change(in_review, received_on=None)],
    "informationrequest_closed_after_receipt": [
        change(lambda: make_request(state=State.REPLIED), closed_on=YESTERDAY),
    ],
    "inquiry_kind": [change(lambda: make_inquiry(in_review()), kind="lost")],
    "inquiry_answer": [change(lambda: make_inquiry(in_review()), answer="lost", answered_on=TODAY)],
    "inquiry_answer_has_day": [
        change(lambda: make_inquiry(in_review()), answered_on=TODAY),
        change(lambda: make_inquiry(in_review()), answer=InquiryAnswer.CONSENT),
    ],
    "inquiry_delivered_after_asked": [change(lambda: make_inquiry(in_review()), delivered_on=YESTERDAY)],
    "inquiry_ref": [second_inquiry_of_one_ref],
    "letter_version": [twice(make_letter, "agency", "number")],
    "letter_version_from_one": [change(make_letter, version=0)],
    "letter_new_version_has_reason": [
        change(make_letter, version=2),
        change(make_letter, version=2, supersedes=make_letter),
        change(make_letter, supersedes=make_letter),
    ],
    "delivery_way": [change(make_delivery, way="lost")],
    "delivery_arrives_after_sent": [change(make_delivery, delivered_on=YESTERDAY)],
    "message_kind": [change(make_message, kind="lost")],
    "publicationtask_state": [change(make_publication_task, state="lost")],
    "publicationtask_decided": [
        change(make_publication_task, state=TaskState.PUBLISHED, item=make_item),
        change(make_publication_task, state=TaskState.PUBLISHED, decided_by=make_user),
        change(make_publication_task, state=TaskState.DECLINED, decided_by=make_user),
        change(make_publication_task, decided_by=make_user),
    ],
    "requestevent_action": [change(make_request_event, action="lost")],
    "requestevent_from_state": [change(make_request_event, from_state="lost")],
    "requestevent_to_state": [change(make_request_event, to_state="lost")],
    "requestfile_kind": [change(make_request_file, kind="lost")],
}
# A value that no rule of its own lists may break the rule that compares it as well: which is told first is the
# database's choice.
_ALSO = {
    "publicationtask_state": "publicationtask_decided",
    "informationrequest_state": "informationrequest_closed_has_outcome",
    "decision_kind": "decision_shape",
    "decision_extension_at_most_twenty": "decision_shape",
    "letter_version_from_one": "letter_new_version_has_reason",
    "annualreport_state": "annualreport_frozen_is_whole",
}


def rules() -> dict[str, models.BaseConstraint]:
    found = [c for model in apps.get_app_config("requests_app").get_models() for c in model._meta.constraints]
    return {constraint.name.removeprefix("requests_app_"): constraint for constraint in found}


def test_every_rule_of_the_models_is_broken_here() -> None:
    assert set(rules()) == set(BREAKS)


@pytest.mark.parametrize(("name", "broken"), [(name, one) for name, breaks in BREAKS.items() for one in breaks])
def test_database_refuses_what_breaks_the_rule(name: str, broken: Break) -> None:
    words = f"{name}|{_ALSO.get(name, name)}"
    if isinstance(rules()[name], models.UniqueConstraint):
        words += "|UNIQUE constraint failed|never replaced"  # as SQLite and the triggers of frozen reports say it

    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        broken()


UNIQUE_COLUMNS = {
    ("Complaint", "number"),
    ("Complaint", "submission_key"),
    ("Feedback", "number"),
    ("Feedback", "submission_key"),
    ("InformationRequest", "number"),
    ("InformationRequest", "submission_key"),
    ("RequestDraft", "token_key"),
    ("SentForm", "key"),
}


def test_unique_columns_are_the_known_ones() -> None:
    found = {
        (model.__name__, field.name)
        for model in apps.get_app_config("requests_app").get_models()
        for field in model._meta.concrete_fields
        if field.unique and not field.primary_key and not field.is_relation
    }

    assert found == UNIQUE_COLUMNS


@pytest.mark.parametrize("column", ["number", "submission_key"])
def test_request_repeats_neither_number_nor_form(column: str) -> None:
    one, other = make_request(), make_request()
    rows = InformationRequest.objects
    rows.filter(pk=one.pk).update(**{column: "T-1"})

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.filter(pk=other.pk).update(**{column: "T-1"})
