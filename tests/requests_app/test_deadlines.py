"""What the sources of requests, complaints and messages answer: what is open, whose it is, and what is closed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from disclosure.enums import ItemState
from disclosure.models import Item
from govportal import reminders
from govportal.contributions import Deadline, Reach
from govportal.models import Agency, AgencyKind, InboxMessage, Notice, Reminder, Webhook
from govportal.permissions import Permission, Role
from requests_app import deadlines
from requests_app.complaint_enums import ComplaintState
from requests_app.enums import InquiryAnswer, InquiryKind, State
from requests_app.feedback_enums import FeedbackState
from requests_app.models import Complaint, InformationRequest
from tests.factories import make_agency, make_edition, make_item, make_member, make_officer, make_request
from tests.factories.complaints import (
    bring_complaint_to,
    complaint_officer_of,
    make_accused,
    make_complaint,
    make_complaint_officer,
    reread_complaint,
)
from tests.factories.feedback import make_feedback
from tests.factories.request_rows import make_appeal, make_correction, make_fee
from tests.factories.requests import make_inquiry

pytestmark = pytest.mark.django_db
SOURCES = {source.key: source for source in deadlines.SOURCES}
DAY = date(2026, 4, 20)


def found(key: str, *agencies: Agency, until: date = DAY) -> list[Deadline]:
    """What is open of these agencies, which `still_open` must confirm."""
    rows = list(SOURCES[key].open(Reach(until, [agency.pk for agency in agencies] or None)))
    days = {row.key: row.due_on for row in rows}
    assert SOURCES[key].still_open(list(days)) == days
    return rows


def of_request(agency: Agency, state: State) -> InformationRequest:
    return make_request(agency=agency, state=state, handler=make_officer(agency), due_on=DAY)


def closed(row: InformationRequest) -> Callable[[], object]:
    ended = {"state": State.WITHDRAWN, "closed_on": DAY, "outcome": "r6_3", "due_on": None}
    return lambda: InformationRequest.objects.filter(pk=row.pk).update(**ended)


def _asked(agency: Agency, kind: InquiryKind, state: State) -> tuple[int, InformationRequest, Callable[[], object]]:
    row = of_request(agency, state)
    inquiry = make_inquiry(row, kind=kind, due_on=DAY)
    done = {"answered_on": DAY, "answer": InquiryAnswer.values[0]}
    return inquiry.pk, row, lambda: type(inquiry).objects.filter(pk=inquiry.pk).update(**done)


def _request(agency: Agency) -> tuple[int, InformationRequest, Callable[[], object]]:
    row = of_request(agency, State.IN_REVIEW)
    return row.pk, row, closed(row)


def _correction(agency: Agency) -> tuple[int, InformationRequest, Callable[[], object]]:
    row = of_request(agency, State.CORRECTION_ASKED)
    asked = make_correction(row, due_on=DAY)
    return asked.pk, row, lambda: type(asked).objects.filter(pk=asked.pk).update(answered_on=DAY)


def _fee(agency: Agency) -> tuple[int, InformationRequest, Callable[[], object]]:
    row = of_request(agency, State.FEE_NOTIFIED)
    fee = make_fee(row, pay_by=DAY)
    return fee.pk, row, lambda: type(fee).objects.filter(pk=fee.pk).update(paid_on=DAY)


type Made = tuple[int, InformationRequest, Callable[[], object]]
OPEN: dict[str, Callable[[Agency], Made]] = {
    "request": _request,
    "correction": _correction,
    "fee": _fee,
    "third_party": lambda agency: _asked(agency, InquiryKind.THIRD_PARTY, State.CONSULTING_THIRD_PARTY),
    "co_agency": lambda agency: _asked(agency, InquiryKind.CO_AGENCY, State.CONSULTING_CO_AGENCY),
}


@pytest.mark.parametrize("key", OPEN)
def test_what_a_request_waits_for_is_its_handlers_until_it_is_done(key: str) -> None:
    agency = make_agency()
    pk, row, close = OPEN[key](agency)

    rows = found(key, agency)

    assert [(one.key, one.due_on, one.agency_id, one.handlers) for one in rows] == [
        (f"{key}:{pk}", DAY, agency.pk, (row.handler_id,))
    ]
    assert row.number in rows[0].label and rows[0].path.endswith(f"/{row.pk}/change/")
    assert found(key, make_agency()) == found(key, until=DAY - timedelta(days=1)) == []
    close()
    assert found(key) == [] and SOURCES[key].still_open([f"{key}:{pk}"]) == {}


def test_standing_clock_is_no_deadline() -> None:
    for state in (State.CORRECTION_ASKED, State.FEE_NOTIFIED):
        make_request(state=state)

    assert found("request") == []


def test_appeal_and_message_until_they_are_answered() -> None:
    agency = make_agency()
    appeal, message = make_appeal(agency=agency, answer_due_on=DAY), make_feedback(agency=agency, due_on=DAY)
    make_feedback(agency=agency, state=FeedbackState.ANSWERED, due_on=DAY)

    assert [row.key for row in found("appeal", agency)] == [f"appeal:{appeal.pk}"]
    assert [(row.key, row.permission) for row in found("feedback", agency)] == [
        (f"feedback:{message.pk}", Permission.HANDLE_FEEDBACK)
    ]
    type(appeal).objects.filter(pk=appeal.pk).update(answered_on=DAY)
    assert found("appeal") == []


# --- complaints -----------------------------------------------------------------------------------------------------


def test_complaint_is_told_to_its_desk_and_to_nobody_of_the_agency_complained_of() -> None:
    accused = make_accused()
    row = make_complaint(agency=accused)
    officer = complaint_officer_of(row)
    of_both = make_complaint_officer(row.desk)
    make_member(Role.STAFF, accused, user=of_both)
    above = make_complaint_officer(make_agency())

    told = found("complaint")

    assert [(one.key, one.due_on, one.agency_id) for one in told] == [
        (f"complaint:accept:{row.pk}", row.due_on, row.desk_id)
    ]
    assert (
        told[0].handlers
        == (officer.pk,)
        == tuple(user.pk for user in (officer, of_both, above) if Complaint.objects.visible_to(user).exists())
    )
    assert found("complaint", accused) == []


def test_complaint_goes_on_to_its_answer_and_is_closed_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    row = make_complaint(ComplaintState.ACCEPTED)
    monkeypatch.setattr("requests_app.deadlines.today", lambda: row.received_on)
    officer, other = complaint_officer_of(row), make_complaint_officer(row.desk)
    Complaint.objects.filter(pk=row.pk).update(handler=None)
    both = found("complaint")[0].handlers
    Complaint.objects.filter(pk=row.pk).update(handler=other)

    told = found("complaint")

    assert set(both) == {officer.pk, other.pk}
    assert [(one.key, one.due_on, one.handlers) for one in told] == [
        (f"complaint:transfer:{row.pk}", row.transfer_by, (other.pk,)),
        (f"complaint:answer:{row.pk}", row.answer_by, (other.pk,)),
    ]
    assert SOURCES["complaint"].still_open([f"complaint:accept:{row.pk}"]) == {}
    bring_complaint_to(ComplaintState.ANSWERED, make_complaint())
    answered = Complaint.objects.get(state=ComplaintState.ANSWERED)
    keys = [f"complaint:accept:{answered.pk}", f"complaint:answer:{answered.pk}"]
    assert SOURCES["complaint"].still_open(keys) == {}


def test_complaint_whose_day_has_passed_is_told_to_the_whole_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    row = make_complaint(ComplaintState.INVESTIGATING)
    officer, other = complaint_officer_of(row), make_complaint_officer(row.desk)
    Complaint.objects.filter(pk=row.pk).update(handler=officer)

    told = []
    for morning in (row.answer_by, row.answer_by + timedelta(days=1)):
        monkeypatch.setattr("requests_app.deadlines.today", lambda morning=morning: morning)
        told.append(set(found("complaint")[0].handlers))

    assert told == [{officer.pk}, {officer.pk, other.pk}]


def test_complaint_is_passed_on_in_time_or_looked_into() -> None:
    for state in (ComplaintState.TRANSFERRED, ComplaintState.INVESTIGATING):
        row = make_complaint(state)
        key = f"complaint:transfer:{row.pk}"

        assert SOURCES["complaint"].still_open([key]) == {}, state
        assert {one.key.split(":")[1] for one in found("complaint")} == {"answer"}, state


def test_overdue_complaint_reaches_no_head_and_no_messenger() -> None:
    accused = make_accused()
    row = make_complaint(agency=accused)
    officer = complaint_officer_of(row)
    for agency in (row.desk, accused):
        Webhook.objects.create(agency=agency, url="https://im.example.test/", secret="s" * 20)
        for role in (Role.OFFICE_HEAD, Role.AGENCY_HEAD, Role.ADMINISTRATOR):
            make_member(role, agency, email=f"{role}-{agency.pk}@county.example")
    Notice.objects.all().delete()
    late = reread_complaint(row).accept_by + timedelta(days=21)  # a Monday

    done = reminders.remind_source("complaint", datetime(late.year, late.month, late.day, 1, tzinfo=UTC))

    assert {one.recipient for one in Reminder.objects.all()} == {officer}
    assert (done.confidential, done.told, done.mails, done.hooks) == (1, 0, 0, 0)
    assert [notice.is_confidential for notice in Notice.objects.all()] == [True]
    assert InboxMessage.objects.exclude(user=officer).count() == 0


# --- annual reports ---------------------------------------------------------------------------------------------------


def test_annual_report_is_owed_until_everybody_can_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "today", lambda: date(2027, 1, 20))
    department = make_agency(kind=AgencyKind.DEPARTMENT)
    government = make_agency(kind=AgencyKind.GOVERNMENT)
    make_agency(kind=AgencyKind.TOWNSHIP)
    make_agency(kind=AgencyKind.DEPARTMENT, is_active=False)

    rows = found("annual_report", until=date(2027, 4, 1))

    assert {(row.agency_id, row.due_on, row.key) for row in rows} == {
        (department.pk, date(2027, 1, 31), f"annual_report:2026:{department.pk}"),
        (government.pk, date(2027, 3, 31), f"annual_report:2026:{government.pk}"),
    }
    item = make_item(agency=department, item_type="annual_report")
    edition = make_edition(item=item, extra={"report_year": 2026})
    Item.objects.filter(pk=item.pk).update(state=ItemState.LIVE, current_edition=edition)
    assert [row.agency_id for row in found("annual_report", until=date(2027, 4, 1))] == [government.pk]
    assert found("annual_report", department, until=date(2027, 1, 1)) == []


def test_every_kind_is_held_here() -> None:
    assert set(SOURCES) == {*OPEN, "appeal", "feedback", "complaint", "annual_report"}
