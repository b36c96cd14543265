"""Whoever was told of a complaint and may see it no longer reads no line of it, and gets no mail that still waits."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from govportal import notices, reminders
from govportal.inbox_rows import messages_of
from govportal.models import InboxMessage, Notice, User
from govportal.models.notice import NoticeState
from govportal.now import now
from govportal.permissions import Role
from requests_app.models import Complaint
from requests_app.services import complaint_handling as handling
from tests.factories import make_agency, make_inbox_message, make_member
from tests.factories.complaints import file_complaint, make_accused, make_complaining, make_complaint_officer
from tests.factories.requests import AT

pytestmark = pytest.mark.django_db


def told() -> tuple[Complaint, User]:
    """A case just come in, with the one officer who was told of it, of a second desk that has others too."""
    agency = make_accused()
    officer = make_complaint_officer(agency.parent, email="first@county.example")
    row = file_complaint(agency, person=make_complaining(email="he@mail.example")).complaint
    make_inbox_message(officer, subject="别的消息", kind="review")
    return row, officer


def joins(row: Complaint, officer: User) -> None:
    make_member(Role.STAFF, row.agency, user=officer)


def leaves(_row: Complaint, officer: User) -> None:
    officer.memberships.all().delete()


def hands_over(row: Complaint, officer: User) -> None:
    to = make_agency()
    make_complaint_officer(to)
    handling.accept(row.pk, actor=officer, at=AT)
    handling.transfer(row.pk, to=to, actor=officer, at=AT, note="请核实处理。")
    officer.memberships.all().delete()
    make_complaint_officer(make_agency(), user=officer)


@pytest.mark.parametrize("happens", [joins, leaves, hands_over])
def test_who_may_see_a_case_no_longer_reads_nothing_of_it(happens: Callable[[Complaint, User], None]) -> None:
    row, officer = told()
    assert messages_of(officer).count() == 2

    happens(row, officer)
    now_read = messages_of(User.objects.get(pk=officer.pk))

    assert [message.subject for message in now_read] == ["别的消息"]
    assert InboxMessage.objects.filter(user=officer).count() >= 2


@pytest.mark.parametrize("happens", [joins, leaves, hands_over])
def test_mail_that_waits_is_not_sent_to_him(
    happens: Callable[[Complaint, User], None], mailoutbox: list[object]
) -> None:
    row, officer = told()
    happens(row, officer)

    notices.sweep(now())

    sent_to = {address for mail in mailoutbox for address in mail.to}  # type: ignore[attr-defined]
    assert "first@county.example" not in sent_to
    assert "he@mail.example" in sent_to
    assert NoticeState.DROPPED in set(Notice.objects.values_list("state", flat=True))


def test_inactive_officer_gets_no_mail(mailoutbox: list[object]) -> None:
    _row, officer = told()
    User.objects.filter(pk=officer.pk).update(is_active=False)

    notices.sweep(now())

    assert "first@county.example" not in {address for mail in mailoutbox for address in mail.to}  # type: ignore[attr-defined]


def test_officer_who_still_has_the_case_is_told(mailoutbox: list[object]) -> None:
    told()

    notices.sweep(now())

    assert "first@county.example" in {address for mail in mailoutbox for address in mail.to}  # type: ignore[attr-defined]


def test_mail_about_two_cases_names_the_one_that_is_still_his(mailoutbox: list[Any]) -> None:
    desk = make_agency()
    officer = make_complaint_officer(desk, email="first@county.example")
    rows = [file_complaint(make_agency(parent=desk)).complaint for _n in range(2)]
    Complaint.objects.update(handler=officer)
    Notice.objects.all().delete()
    reminders.remind(datetime.combine(rows[0].answer_by + timedelta(days=60), time(1), tzinfo=UTC))
    waiting = Notice.objects.get(key__startswith="reminder:")
    assert all(row.number in waiting.body for row in rows)
    joins(rows[0], officer)

    notices.sweep(waiting.due_at)

    (mail,) = mailoutbox
    assert rows[0].number not in mail.body and rows[1].number in mail.body
