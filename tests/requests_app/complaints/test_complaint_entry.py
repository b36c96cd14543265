"""What came by letter, phone, fax, e-mail or in person: entered once by the desk, and by nobody of the agency."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from disclosure.enums import ItemState
from govportal.models import PrivateFile
from govportal.now import today
from govportal.permissions import Role
from requests_app.complaint_enums import ComplaintChannel
from requests_app.models import Complainant, Complaint
from requests_app.services import complain
from tests.disclosure.admin.desks import signed_in
from tests.disclosure.doors import text_of
from tests.factories import make_item, make_member
from tests.requests_app.complaints.complaint_desks import NAME, ComplaintDesks, page, problems

pytestmark = pytest.mark.django_db
SHEET = reverse(f"{NAME}_add")
FACTS = "公示栏三年没有换过内容，多次询问无人答复。"


@pytest.fixture
def desks() -> ComplaintDesks:
    return ComplaintDesks()


def typed(desks: ComplaintDesks, **values: Any) -> dict[str, Any]:
    """A sheet as it is handed over, complete."""
    return {
        "form_key": "0" * 32,
        "channel": "phone",
        "received_on": today().isoformat(),
        "agency": desks.township.pk,
        "ground": "late_or_stale",
        "facts": FACTS,
        "who": "named",
        "name": "柳青禾",
        "phone": "0399-6610001",
    } | values


def test_sheet_is_entered_and_number_and_code_are_shown_once(desks: ComplaintDesks) -> None:
    answer = desks.handling.post(SHEET, typed(desks))

    row, code = Complaint.objects.get(), answer.context["code"]
    assert row.number in text_of(answer) and code in text_of(answer) and "no-store" in answer["Cache-Control"]
    assert complain.find(row.number, code) == row
    assert (row.desk, row.handler, row.channel) == (desks.county, desks.officer, ComplaintChannel.PHONE)
    assert Complainant.objects.get().name == "柳青禾"
    assert code not in text_of(desks.handling.get(page(row)))


def test_every_channel_but_the_web_is_entered_and_anonymous_as_well(desks: ComplaintDesks) -> None:
    for number, channel in enumerate(ComplaintChannel):
        without = {"who": "anonymous", "name": "", "phone": ""}
        answer = desks.handling.post(SHEET, typed(desks, channel=channel, form_key=f"{number:032}", **without))
        assert (channel == ComplaintChannel.WEB) == ("form" in answer.context and bool(problems(answer))), channel

    assert Complaint.objects.filter(is_named=False).count() == len(ComplaintChannel) - 1
    assert not Complainant.objects.exists()


def test_sheet_with_a_fault_comes_back_as_it_was_typed(desks: ComplaintDesks) -> None:
    hidden = make_item(agency=desks.township, state=ItemState.UNPUBLISHED)
    wrong: tuple[dict[str, Any], ...] = (
        {"name": ""},
        {"phone": ""},
        {"who": "anonymous"},
        {"who": ""},
        {"facts": "太短"},
        {"facts": "长" * 100_000},
        {"facts": f"{FACTS}\x00"},
        {"ground": "elsewhere"},
        {"received_on": "2199-01-01"},
        {"received_on": "不是日期"},
        {"agency": "999999"},
        {"item_number": "没有这个号"},
        {"item_number": hidden.index_number},
        {"email": "not-an-address"},
        {"form_key": "mine"},
        {"evidence": SimpleUploadedFile("照片.png", b"MZ\x90\x00program")},
    )
    for values in wrong:
        answer = desks.handling.post(SHEET, typed(desks, **values))
        form = answer.context["form"]
        assert problems(answer), values
        assert form["board"].value() in (None, "") and form["channel"].value() == "phone"
        assert form["facts"].value() == typed(desks, **values)["facts"]
    assert not Complaint.objects.exists() and not PrivateFile.objects.exists()


def test_sheet_sent_twice_makes_one_complaint_and_keeps_no_second_file(desks: ComplaintDesks) -> None:
    client = desks.handling

    first, second = (
        client.post(SHEET, typed(desks, evidence=SimpleUploadedFile("来信.txt", b"letter"))) for _press in range(2)
    )

    assert Complaint.objects.count() == 1 and PrivateFile.objects.count() == 1
    assert first.context["code"] and not second.context["code"]
    assert "没有重复登记" in text_of(second)


def test_nobody_but_the_desk_enters_complaints(desks: ComplaintDesks) -> None:
    for role in set(Role) - {Role.COMPLAINT_OFFICER}:
        client = signed_in(make_member(role, desks.county))
        assert client.get(SHEET).status_code == 403 and client.post(SHEET, typed(desks)).status_code == 403, role
    make_member(Role.STAFF, desks.township, user=desks.officer)
    assert problems(desks.handling.post(SHEET, typed(desks)))  # his own agency is no choice
    assert not Complaint.objects.exists()
