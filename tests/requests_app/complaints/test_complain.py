"""A complaint comes in: number, code and terms; what is refused; the same form sent twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from disclosure.enums import Audience, ItemState
from govportal.models import AuditEvent
from govportal.permissions import Role
from requests_app.complaint_enums import ComplaintChannel, ComplaintState
from requests_app.models import Complainant, Complaint
from requests_app.services import complain
from tests.factories import make_agency, make_item, make_member, make_private_file, make_request
from tests.factories.complaints import (
    file_complaint,
    make_accused,
    make_complaining,
    make_complaint_officer,
    make_matter,
)
from tests.factories.published import publish_one
from tests.factories.requests import AT, TODAY

pytestmark = pytest.mark.django_db


def refusal(call: Callable[[], object]) -> str:
    """Why it was refused; empty where it was not."""
    try:
        call()
    except ValidationError as error:
        return "\n".join(error.messages)
    return ""


# --- what comes in ---------------------------------------------------------------------------------------------


def test_named_complaint_has_number_code_terms_and_person() -> None:
    filed = file_complaint(person=make_complaining(name="白诉甲", phone="0399-7654321"), evidence=[make_private_file()])

    row = filed.complaint
    assert (row.number, row.state, row.channel) == ("TS-2026-00001", ComplaintState.RECEIVED, ComplaintChannel.WEB)
    assert (row.received_on, row.accept_by) == (TODAY, date(2026, 3, 9))  # the fifth day is a Saturday
    assert (row.transfer_by, row.answer_by) == (date(2026, 3, 9), date(2026, 3, 9))
    assert (row.is_named, row.complainant.name, row.files.count()) == (True, "白诉甲", 1)
    assert complain.find(f" {row.number.lower()} ", filed.query_code.replace("-", " ")) == row


def test_anonymous_complaint_has_no_person() -> None:
    row = file_complaint(is_named=False).complaint

    assert not row.is_named
    assert not Complainant.objects.exists()


def test_county_sets_term_of_answer_in_working_days(settings: Settings) -> None:
    settings.COMPLAINT_ANSWER_DAYS, settings.COMPLAINT_ANSWER_IN_WORKING_DAYS = 10, True

    assert file_complaint().complaint.answer_by == date(2026, 3, 16)


def test_wrong_code_and_wrong_number_open_nothing() -> None:
    filed = file_complaint()

    for number, code in (
        (filed.complaint.number, "AAAA-AAAA"),
        (filed.complaint.number, ""),
        ("TS-2026-99999", filed.query_code),
        ("\x00" * 300, filed.query_code),
    ):
        assert complain.find(number, code) is None


def test_number_of_a_request_is_kept_whether_or_not_there_is_one() -> None:
    accused = make_accused()
    request, of_others = make_request(agency=accused), make_request()

    known = file_complaint(accused, request_number=request.number).complaint
    unknown = file_complaint(accused, request_number=of_others.number).complaint

    assert (known.request, unknown.request) == (request, None)
    assert known.facts.endswith(f"\n（填写的申请受理编号：{request.number}）")
    assert unknown.facts.endswith(f"\n（填写的申请受理编号：{of_others.number}）")


def test_item_of_the_agency_is_kept() -> None:
    item = publish_one()
    make_complaint_officer(make_agency())

    assert file_complaint(item.agency, item=item).complaint.item == item


def test_trail_of_filing_names_nobody() -> None:
    row = file_complaint(person=make_complaining(name="白诉甲")).complaint

    event = AuditEvent.objects.get(action="complaint.file")
    assert (event.actor_name, event.agency_id, event.subject_name) == ("投诉人", row.desk_id, row.number)
    assert (event.note, event.before, event.after) == ("", {}, {})


# --- what is refused -------------------------------------------------------------------------------------------


def test_what_cannot_be_taken_is_refused_with_reasons() -> None:
    accused = make_accused()
    other = publish_one()
    cases: list[tuple[str, dict[str, Any]]] = [
        ("单位名录", {"agency": make_agency(is_active=False)}),
        ("哪一种情形", {"ground": "lost"}),
        ("至少10个字", {"facts": "没有更新。。。。。。。。。"}),
        ("事实经过最多", {"facts": "很" * 10_001}),
        ("公开栏位置最多", {"board": "很" * 201}),
        ("受理编号最多", {"request_number": "9" * 201}),
        ("没有这一条公开信息", {"item": make_item(agency=accused, state=ItemState.UNPUBLISHED)}),
        ("没有这一条公开信息", {"item": make_item(agency=accused, audience=Audience.INTERNAL)}),
        ("请选择该单位", {"item": other}),
    ]
    for words, changes in cases:
        matter = replace(make_matter(accused), **changes)
        assert words in refusal(partial(complain.file_online, matter, None, evidence=(), submission_key="k", at=AT))
    assert not Complaint.objects.exists()
    assert file_complaint(accused).complaint.number == "TS-2026-00001"  # no number is lost


def test_agency_without_any_desk_is_refused_before_a_name_is_typed() -> None:
    assert "向其上一级行政机关提出" in complain.reasons_against_matter(make_matter(make_agency()))[0]


def test_named_person_must_be_reached() -> None:
    for words, changes in (
        ("请填写姓名", {"name": " ——"}),
        ("至少填写一种联系方式", {"phone": " ", "email": "", "address": ""}),
        ("最多 200 个字", {"address": "街" * 201}),
        ("邮箱的格式", {"email": "nobody"}),
    ):
        assert words in "".join(complain.reasons_against_person(make_complaining(**changes))), words
    assert complain.reasons_against_person(None) == []


# --- the same form twice ---------------------------------------------------------------------------------------


def test_form_sent_twice_gives_the_first_receipt() -> None:
    accused = make_accused()
    first, second = (
        complain.file_online(make_matter(accused), None, evidence=(), submission_key="one", at=at)
        for at in (AT, AT + timedelta(days=365))  # across the turn of the year too
    )

    assert (second.complaint, second.query_code, second.is_new) == (first.complaint, "", False)
    assert (Complaint.objects.count(), file_complaint(accused).complaint.number) == (1, "TS-2026-00002")


# --- entered by the desk ---------------------------------------------------------------------------------------


def enter(accused: Any, actor: Any, **changes: Any) -> complain.Filed:
    values = {"channel": ComplaintChannel.MAIL, "received_on": TODAY - timedelta(days=3), "actor": actor, "at": AT}
    return complain.enter(make_matter(accused), make_complaining(), **(values | changes))


def test_letter_is_entered_by_the_desk_with_its_own_day() -> None:
    accused = make_accused()
    officer = make_complaint_officer(accused.parent)

    row = enter(accused, officer).complaint

    assert (row.received_on, row.handler, row.desk) == (date(2026, 2, 27), officer, accused.parent)
    assert row.accept_by == date(2026, 3, 4)
    assert AuditEvent.objects.get(action="complaint.enter").actor_name == str(officer)


def test_entering_is_refused_with_reasons() -> None:
    accused = make_accused()
    officer = make_complaint_officer(accused.parent)
    of_both = make_member(Role.STAFF, accused, user=make_complaint_officer(accused.parent))
    cases: list[tuple[str, Any, dict[str, Any]]] = [
        ("不能登记", make_member(Role.ADMINISTRATOR, accused.parent), {}),
        ("不能登记", make_complaint_officer(make_agency(parent=accused)), {}),
        ("被投诉单位的人员", of_both, {}),
        ("请选择来信", officer, {"channel": ComplaintChannel.WEB}),
        ("请选择来信", officer, {"channel": "lost"}),
        ("晚于今天", officer, {"received_on": TODAY + timedelta(days=1)}),
        ("太早", officer, {"received_on": date(1999, 12, 31)}),
    ]
    for words, actor, changes in cases:
        assert words in refusal(partial(enter, accused, actor, **changes)), words
