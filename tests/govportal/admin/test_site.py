"""Holidays, site, outbox and audit trail in the admin."""

import json
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from govportal import audit
from govportal import notices as sending
from govportal.models import Agency, AuditEvent, HolidayYear, Notice, SiteProfile, User
from govportal.models.notice import NoticeState
from govportal.now import now
from govportal.permissions import Role
from tests.factories import make_attachment, make_member, make_notice, make_user
from tests.govportal.admin.pages import Tree, address, signed_in

pytestmark = pytest.mark.django_db


def test_holiday_file_is_imported_by_the_administrator(tree: Tree) -> None:
    day = {"name": "元旦", "date": "2031-01-01", "isOffDay": True}
    file = SimpleUploadedFile("2031.json", json.dumps({"year": 2031, "papers": [], "days": [day]}).encode())

    response = signed_in(tree.chief).post(address("holidayyear", "import"), {"file": file})

    assert response.status_code == 302
    assert HolidayYear.objects.filter(year=2031).exists()


def test_bad_holiday_file_is_answered_with_the_reason(tree: Tree) -> None:
    file = SimpleUploadedFile("2031.json", b'{"year": 2031, "papers": [], "days": []}')

    response = signed_in(tree.chief).post(address("holidayyear", "import"), {"file": file})

    assert response.status_code == 200
    assert "没有日期" in response.content.decode()


@pytest.mark.parametrize("model", ["holidayyear", "agency", "siteprofile", "auditevent", "notice", "user"])
def test_pages_open_for_the_administrator(tree: Tree, model: str) -> None:
    make_notice()
    make_attachment(by=tree.administrator)

    response = signed_in(tree.chief).get(address(model, "changelist"), follow=True)

    assert response.status_code == 200


@pytest.mark.parametrize("model", ["holidayyear", "siteprofile", "notice"])
def test_pages_of_the_whole_site_are_closed_to_the_administrator_of_a_part(tree: Tree, model: str) -> None:
    client = signed_in(tree.administrator)

    response = client.get(address(model, "changelist"))

    assert response.status_code == 403
    assert address(model, "changelist") not in client.get(reverse("admin:index")).content.decode()


def test_holiday_file_of_the_administrator_of_a_part_is_refused(tree: Tree) -> None:
    file = SimpleUploadedFile("2031.json", b"{}")

    response = signed_in(tree.administrator).post(address("holidayyear", "import"), {"file": file})

    assert response.status_code == 403


def test_events_of_the_whole_site_are_for_its_administrator_alone(tree: Tree) -> None:
    with transaction.atomic():
        audit.record(None, "import_holidays", HolidayYear(2031), note="全站事项")

    whole, part = (
        signed_in(user).get(address("auditevent", "changelist")) for user in (tree.chief, tree.administrator)
    )

    assert "全站事项" in whole.content.decode()
    assert "全站事项" not in part.content.decode()


def site_data(**values: str) -> dict[str, str]:
    return {"name": "政务公开", "index_pattern": "{agency}/{year}-{sequence:05}"} | values


def test_index_number_pattern_that_disclosure_refuses_is_not_saved(tree: Tree) -> None:
    SiteProfile.objects.get_or_create(pk=1)

    response = signed_in(tree.chief).post(address("siteprofile", "change", 1), site_data(index_pattern="{nothing}"))

    assert response.status_code == 200
    assert "{nothing}" not in SiteProfile.objects.get(pk=1).index_pattern


def test_standing_texts_are_cleaned(tree: Tree) -> None:
    SiteProfile.objects.get_or_create(pk=1)
    data = {
        "name": "政务公开",
        "index_pattern": "{agency}/{year}-{sequence:05}",
        "guide": "<p>一、<script>x</script></p>",
    }

    signed_in(tree.chief).post(address("siteprofile", "change", 1), data)

    assert SiteProfile.objects.get(pk=1).guide == "<p>一、</p>"
    assert AuditEvent.objects.get(action="siteprofile.change").after["guide"] == "<p>一、</p>"


def test_notices_show_neither_address_nor_text(tree: Tree) -> None:
    notice = make_notice(address="secret@example.test", body="秘密")

    page = signed_in(tree.chief).get(address("notice", "change", notice.pk)).content.decode()

    listed = signed_in(tree.chief).get(address("notice", "changelist")).content.decode()
    for shown in (page, listed):
        assert notice.subject in shown
        assert "s***@example.test" in shown
        assert "secret@" not in shown
        assert "秘密" not in shown


def send_again(user: User, *notices: Notice) -> Any:
    data = {"action": "send_again", "_selected_action": [notice.pk for notice in notices]}
    return signed_in(user).post(address("notice", "changelist"), data, follow=True)


def test_failed_notices_are_sent_again_on_demand_and_others_left(tree: Tree) -> None:
    failed = make_notice(state=NoticeState.FAILED, attempts=10, last_error="SMTPServerDisconnected")
    sent = make_notice(state=NoticeState.SENT, sent_at=now())

    response = send_again(tree.chief, failed, sent)

    sending.sweep(now())
    failed.refresh_from_db()
    assert "1 条失败通知" in response.content.decode()
    assert (failed.state, failed.attempts, failed.last_error) == (NoticeState.SENT, 0, "")
    assert [message.to for message in mail.outbox] == [[failed.address]]
    assert AuditEvent.objects.get(action="notice.send_again").subject_id == str(failed.pk)


def test_outbox_of_the_whole_site_is_not_sent_again_by_the_administrator_of_a_part(tree: Tree) -> None:
    failed = make_notice(state=NoticeState.FAILED, attempts=10)

    response = send_again(tree.administrator, failed)

    failed.refresh_from_db()
    assert (response.status_code, failed.state) == (403, NoticeState.FAILED)


def test_audit_trail_is_read_only_and_only_of_ones_own_agencies(tree: Tree) -> None:
    with transaction.atomic():
        event = audit.record(tree.administrator, "user.change", make_user(full_name="李四"), agency=tree.office)
    head = signed_in(make_member(Role.AGENCY_HEAD, tree.office))
    stranger = signed_in(make_member(Role.AGENCY_HEAD, tree.other))

    shown, hidden = head.get(address("auditevent", "changelist")), stranger.get(address("auditevent", "changelist"))

    assert "李四" in shown.content.decode()
    assert "李四" not in hidden.content.decode()
    assert head.post(address("auditevent", "delete", event.pk), {"post": "yes"}).status_code == 403


def test_history_follows_an_agency_whose_code_was_put_right(tree: Tree) -> None:
    with transaction.atomic():
        audit.record(None, "x", tree.office, agency=tree.office, note="旧代码时的事")
    Agency.objects.filter(pk=tree.office.pk).update(code="corrected")
    Agency.objects.filter(pk=tree.other.pk).update(code=tree.office.code)

    own, other = (
        signed_in(make_member(Role.AGENCY_HEAD, agency)).get(address("auditevent", "changelist"))
        for agency in (tree.office, tree.other)
    )

    assert "旧代码时的事" in own.content.decode()
    assert "旧代码时的事" not in other.content.decode()
