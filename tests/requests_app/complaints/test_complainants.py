"""投诉人 before the desk: masked, in full with a reason, found by fingerprint; each look in the trail of the case."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from govportal.admin.records import AuditEventAdmin
from govportal.models import AuditEvent
from govportal.permissions import Role
from requests_app.models import Complaint
from requests_app.services import complain, complainants
from requests_app.services.complainants import Wanted
from tests.factories import make_agency, make_member
from tests.factories.complaints import (
    complaint_officer_of,
    file_complaint,
    make_accused,
    make_complaining,
    make_complaint,
    make_complaint_file,
    make_complaint_officer,
)
from tests.factories.requests import AT

pytestmark = pytest.mark.django_db

PERSON = {"name": "白诉甲", "phone": "13900005521", "email": "jia@mail.example", "address": "澄明县柳林镇东街8号"}


@pytest.fixture
def row() -> Complaint:
    return file_complaint(person=make_complaining(**PERSON)).complaint


def events(action: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=f"complaint.{action}").order_by("id"))


def test_mask_shows_beginnings_alone(row: Complaint) -> None:
    lines = {str(line.label): line.value for line in complainants.masked(row.complainant)}

    assert lines == {
        "姓名或者名称": "白**",
        "联系电话": "139****5521",
        "电子邮箱": "j***@mail.example",
        "联系地址": "澄明县****",
    }


def test_reason_shows_all_and_is_kept(row: Complaint) -> None:
    person = complainants.unmask(row.pk, "电话核实情况", actor=complaint_officer_of(row))

    assert [line.value for line in complainants.plain(person)] == list(PERSON.values())
    (event,) = events("unmask")
    assert (event.note, event.subject_name, event.agency_id) == ("电话核实情况", row.number, row.desk_id)


def test_bad_reasons_show_nothing(row: Complaint) -> None:
    officer = complaint_officer_of(row)
    for reason, words in (
        ("", "请写明查看的理由"),
        ("————。", "请写明查看的理由"),
        ("给 13812345678 打电话", "不要写身份证号"),
        ("联系白诉甲本人", "不要写投诉人"),
        (f"核实{row.number}", "不要写投诉人"),
    ):
        with pytest.raises(ValidationError, match=words):
            complainants.unmask(row.pk, reason, actor=officer)
    assert events("unmask") == []


def test_anonymous_complaint_has_nobody_to_show() -> None:
    row = make_complaint(is_named=False)

    with pytest.raises(ValidationError, match="匿名投诉"):
        complainants.unmask(row.pk, "电话核实情况", actor=complaint_officer_of(row))
    with pytest.raises(ValidationError, match="匿名投诉"):
        complainants.renew_code(row.pk, actor=complaint_officer_of(row), at=AT)


def test_view_is_noted_once_for_each_officer_and_day(row: Complaint) -> None:
    one, other = complaint_officer_of(row), make_complaint_officer(row.desk)

    for officer, at in ((one, AT), (one, AT + timedelta(hours=3)), (other, AT), (one, AT + timedelta(days=1))):
        assert complainants.view(row.pk, actor=officer, at=at) == row

    seen = [(event.actor_id, event.after["on"]) for event in events("view")]
    assert seen == [(one.pk, "2026-03-02"), (other.pk, "2026-03-02"), (one.pk, "2026-03-03")]


def test_opened_file_leaves_a_trace(row: Complaint) -> None:
    held = make_complaint_file(row, title="照片.jpg")

    assert complainants.open_file(held.pk, actor=complaint_officer_of(row)) == held

    (event,) = events("open_file")
    assert (event.subject_id, event.after) == (str(row.pk), {"file": held.pk, "kind": "evidence"})


def test_search_finds_among_visible_cases_and_tells_no_number(row: Complaint) -> None:
    officer = complaint_officer_of(row)
    second = file_complaint(row.agency, person=make_complaining(**(PERSON | {"phone": "0399-1"}))).complaint
    file_complaint(row.agency)
    elsewhere = make_accused()
    file_complaint(elsewhere, person=make_complaining(**PERSON))

    assert complainants.search(Wanted(name=" 白诉甲 "), actor=officer) == [second, row]
    assert complainants.search(Wanted(name="白诉甲", phone="13900005521"), actor=officer) == [row]
    assert complainants.search(Wanted(phone="不存在"), actor=officer) == []

    found = [(event.subject_type, event.subject_id, event.subject_name, event.after) for event in events("search")]
    noted = ("requests_app.Complaint", "0", "")
    assert found == [(*noted, {"by": by}) for by in (["name"], ["name", "phone"], ["phone"])]


def test_search_stands_in_no_list_of_the_trail(row: Complaint) -> None:
    """Whoever heads the desk's agency may not learn that it has a complaint to look for."""
    officer = complaint_officer_of(row)
    complainants.search(Wanted(name="白诉甲"), actor=officer)
    head = make_member(Role.AGENCY_HEAD, row.desk)

    for reader in (head, officer):
        request = RequestFactory().get("/")
        request.user = reader
        listed = AuditEventAdmin(AuditEvent, admin.site).get_queryset(request)
        assert not listed.filter(action__startswith="complaint.").exists()


def test_search_is_refused_without_role_or_words(row: Complaint) -> None:
    for actor, wanted in (
        (make_complaint_officer(make_agency()), Wanted()),
        (complaint_officer_of(row), Wanted(name=" ")),
    ):
        with pytest.raises(ValidationError, match="至少填写一项"):
            complainants.search(wanted, actor=actor)


def test_new_code_opens_and_the_old_one_no_more() -> None:
    filed = file_complaint()
    row = filed.complaint

    code = complainants.renew_code(row.pk, actor=complaint_officer_of(row), at=AT)

    assert (complain.find(row.number, code), complain.find(row.number, filed.query_code)) == (row, None)
    assert len(events("renew_code")) == 1
