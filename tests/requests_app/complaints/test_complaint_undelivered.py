"""Mails of a case that were given up: seen and sent again at its desk alone."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from govportal.models import AuditEvent, Notice
from govportal.models.notice import NoticeState
from govportal.notices import MAX_ATTEMPTS
from govportal.permissions import Role
from govportal.reminders import remind
from requests_app.complaint_enums import ComplaintState
from requests_app.services import complaint_undelivered
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_member
from tests.factories.complaints import (
    complaint_officer_of,
    file_complaint,
    make_complaining,
    make_complaint,
    make_complaint_officer,
)
from tests.factories.requests import AT
from tests.requests_app.complaints.complaint_desks import ComplaintDesks, page, sent
from tests.threads import at_once

MAIL = "liu@mail.example"


def give_up() -> int:
    """All that waits has failed ten times."""
    error = {"attempts": MAX_ATTEMPTS, "last_error": "SMTPRecipientsRefused"}
    return Notice.objects.filter(state=NoticeState.WAITING).update(state=NoticeState.FAILED, **error)


@pytest.mark.django_db
def test_desk_sees_what_did_not_go_out_without_addresses_and_sends_it_again() -> None:
    desks = ComplaintDesks()
    officer = desks.officer
    officer.email = "officer@county.example"
    officer.save(update_fields=["email"])
    row, other = desks.complaint(person=make_complaining(email=MAIL)), desks.complaint()
    assert "通知没有发出" not in text_of(desks.handling.get(page(row)))
    assert "没有发送失败的通知" in text_of(desks.handling.get(page(row)))
    give_up()

    shown = text_of(desks.handling.get(page(row)))
    answer = sent(desks.handling, row, "resend")

    assert "通知没有发出" in shown and "SMTPRecipientsRefused" in shown and f"新的投诉举报：{row.number}" in shown
    assert MAIL not in shown and officer.email not in shown and other.number not in shown
    assert answer.status_code == 302
    waiting = Notice.objects.filter(state=NoticeState.WAITING, attempts=0)
    assert {notice.address for notice in waiting} == {MAIL, officer.email}
    assert Notice.objects.filter(state=NoticeState.FAILED).count() == 2  # those of the other case
    event = AuditEvent.objects.get(action="complaint.send_again")
    assert (event.subject_type, event.subject_id, event.after) == (
        "requests_app.Complaint",
        str(row.pk),
        {"notices": 2},
    )
    assert not AuditEvent.objects.filter(action="notice.send_again").exists()
    assert "重新发送通知" in text_of(desks.handling.get(page(row)))
    assert "没有发送失败的通知" in text_of(
        desks.handling.get(reverse("admin:requests_app_complaint_verb", args=[row.pk, "resend"]))
    )


@pytest.mark.django_db
def test_nobody_else_reads_of_it() -> None:
    desks = ComplaintDesks()
    row = desks.complaint(person=make_complaining(email=MAIL))
    give_up()
    sent(desks.handling, row, "resend")
    give_up()

    for role in (Role.ADMINISTRATOR, Role.OFFICE_HEAD, Role.AGENCY_HEAD):
        client = signed_in(make_member(role, desks.city))
        for door in ("admin:govportal_auditevent_changelist", "admin:govportal_notice_changelist", "admin:index"):
            shown = client.get(reverse(door), follow=True)
            assert row.number not in text_of(shown) and "重新发送通知" not in text_of(shown), (role, door)
    stranger = make_complaint_officer(make_agency())
    with pytest.raises(ValidationError, match="不能办理"):
        complaint_undelivered.send_again(row.pk, actor=stranger)
    assert signed_in(stranger).post(
        reverse("admin:requests_app_complaint_verb", args=[row.pk, "resend"])
    ).status_code in {302, 404}
    assert Notice.objects.filter(state=NoticeState.WAITING).count() == 0


@pytest.mark.django_db
def test_reminders_count_and_officers_whom_the_case_has_left_do_not() -> None:
    row = make_complaint(ComplaintState.TRANSFERRED)
    reached = complaint_officer_of(row)
    reached.email = "second@county.example"
    reached.save(update_fields=["email"])
    remind(AT.replace(day=9))  # its last day
    give_up()

    found = complaint_undelivered.undelivered(row)

    reminders = [one for one in found if Notice.objects.get(pk=one.pk).key.startswith("reminder:")]
    assert [one.receiver for one in reminders] == [reached]
    assert {one.receiver for one in found} == {None, reached}
    assert Notice.objects.filter(key__startswith="complaint-filed:", state=NoticeState.FAILED).count() == 2


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_send_it_again_once() -> None:
    row = file_complaint(person=make_complaining(email=MAIL)).complaint
    officer = complaint_officer_of(row)
    give_up()

    outcomes = at_once(partial(complaint_undelivered.send_again, row.pk, actor=officer), times=8)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ValidationError"] * 7 + ["int"]
    assert AuditEvent.objects.filter(action="complaint.send_again").count() == 1
