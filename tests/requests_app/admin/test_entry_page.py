"""What came on paper, by wire or by word of mouth: entered once, with the day of receipt its channel allows."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from govportal.models import PrivateFile
from govportal.now import today
from govportal.permissions import Role
from requests_app.enums import Channel, FileKind, ReceiptBasis, State
from requests_app.models import InformationRequest
from requests_app.rules import RECEIPT_BASES
from requests_app.services import intake
from tests.disclosure.doors import text_of
from tests.requests_app.admin.desk_world import NAME, Desk, page, problems

pytestmark = pytest.mark.django_db
SHEET = reverse(f"{NAME}_add")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def typed(desk: Desk, **values: Any) -> dict[str, Any]:
    """A sheet as it is handed over, complete."""
    return {
        "form_key": "0" * 32,
        "channel": Channel.COUNTER,
        "basis": ReceiptBasis.SUBMITTED,
        "received_on": today().isoformat(),
        "agency": desk.agency.pk,
        "applicant_kind": "natural_person",
        "name": "林小溪",
        "phone": "0399-6610001",
        "address": "澄明县人民路1号",
        "subject": "三座桥的检测报告",
        "description": "2025年的检测报告",
        "supply_form": "paper",
        "supply_way": "post",
        "accepts_other": "on",
    } | values


def test_sheet_is_entered_and_number_and_code_are_shown_once(desk: Desk) -> None:
    answer = desk.handling.post(SHEET, typed(desk))

    row = InformationRequest.objects.get()
    shown, code = text_of(answer), answer.context["code"]
    assert row.number in shown and code in shown and "只显示这一次" in shown
    assert intake.find(row.number, code) == row
    assert "no-store" in answer["Cache-Control"]
    assert (row.state, row.received_on, row.handler) == (State.RECEIVED, today(), desk.officer)
    assert code not in text_of(desk.handling.get(page(row)))


@pytest.mark.parametrize("channel", [channel for channel in Channel if channel != Channel.WEB])
@pytest.mark.parametrize("basis", [ReceiptBasis.SUBMITTED, ReceiptBasis.SIGNED_FOR, ReceiptBasis.CONFIRMED])
def test_day_of_receipt_follows_the_channel(desk: Desk, channel: Channel, basis: ReceiptBasis) -> None:
    answer = desk.handling.post(SHEET, typed(desk, channel=channel, basis=basis))

    is_lawful = basis in RECEIPT_BASES[channel]
    assert InformationRequest.objects.count() == is_lawful
    assert is_lawful or any("第三十一条" in reason for reason in problems(answer))


def test_ordinary_mail_waits_for_its_confirmation(desk: Desk) -> None:
    desk.handling.post(SHEET, typed(desk, channel="mail", basis="confirmed", received_on=""))

    row = InformationRequest.objects.get()
    assert row.received_on is None and row.due_on is None


def test_web_is_no_channel_of_the_sheet(desk: Desk) -> None:
    answer = desk.handling.post(SHEET, typed(desk, channel="web", basis="portal"))

    assert {"channel", "basis"} <= set(answer.context["form"].errors)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"phone": "", "address": "", "supply_way": "counter"},
        {"subject": "", "description": ""},
        {"identity_kind": "resident", "identity_number": "110101199003070000"},
        {"subject": "13800005521的申请"},
        {"supply_way": "email"},
        {"received_on": "2199-01-01"},
        {"period_from": "2025", "period_to": "2020"},
        {"agency": "999999"},
    ],
)
def test_sheet_with_a_fault_comes_back_as_it_was_typed(desk: Desk, wrong: dict[str, str]) -> None:
    answer = desk.handling.post(SHEET, typed(desk, **wrong))

    form = answer.context["form"]
    assert problems(answer) and not InformationRequest.objects.exists()
    assert form["address"].value() == typed(desk, **wrong)["address"]
    assert form["form_key"].value() == "0" * 32


def test_scans_are_kept_under_their_kind(desk: Desk) -> None:
    papers = {
        "application": [SimpleUploadedFile("一.txt", b"one"), SimpleUploadedFile("二.txt", b"two")],
        "proof": SimpleUploadedFile("证.txt", b"proof"),
    }

    desk.handling.post(SHEET, typed(desk, **papers))

    kinds = sorted(InformationRequest.objects.get().files.values_list("kind", flat=True))
    assert kinds == [FileKind.APPLICATION, FileKind.APPLICATION, FileKind.PROOF]


def test_sheet_sent_twice_makes_one_request_and_keeps_no_second_scan(desk: Desk) -> None:
    client = desk.handling

    first, second = (
        client.post(SHEET, typed(desk, proof=SimpleUploadedFile("证.txt", b"proof"))) for _press in range(2)
    )

    assert InformationRequest.objects.count() == 1 and PrivateFile.objects.count() == 1
    assert first.context["code"] and not second.context["code"]
    assert "没有重复登记" in text_of(second)


def test_two_sheets_of_the_same_applicant_are_two_requests(desk: Desk) -> None:
    for key in ("1", "2"):
        desk.handling.post(SHEET, typed(desk, form_key=key * 32))

    assert InformationRequest.objects.count() == 2


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.REQUEST_OFFICER}))
def test_only_officers_enter_requests(desk: Desk, role: Role) -> None:
    assert desk.member(role).get(SHEET).status_code in {302, 403}
    assert desk.member(role).post(SHEET, typed(desk)).status_code in {302, 403}
    assert not InformationRequest.objects.exists()


def test_new_sheet_has_a_key_of_its_own(desk: Desk) -> None:
    keys = {desk.handling.get(SHEET).context["form"]["form_key"].value() for _sheet in range(2)}

    assert len(keys) == 2 and all(len(key) == 32 for key in keys)
