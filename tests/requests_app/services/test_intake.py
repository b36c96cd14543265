"""受理: number, code, day of receipt, and what article 29 lets be asked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from govportal.crypto import decrypt
from govportal.models import AuditEvent, Notice
from govportal.models.agency import AgencyKind
from govportal.permissions import Role
from requests_app.enums import ApplicantKind, Channel, FileKind, IdentityKind, ReceiptBasis, State, SupplyWay
from requests_app.models import Applicant, InformationRequest, RequestOffice
from requests_app.rules import RECEIPT_BASES
from requests_app.services import intake
from tests.factories import make_agency, make_member, make_officer, make_private_file
from tests.factories.requests import AT, TODAY, file_request, make_person, make_wanted, request_in
from tests.requests_app.services.invariants import assert_consistent, assert_says_nothing_personal, refusal

pytestmark = pytest.mark.django_db

B, C = ReceiptBasis, Channel
NEW_YEAR = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # half past midnight of the first of January in Beijing


# --- filing by the portal ------------------------------------------------------------------------------------------


def test_filing_gives_number_code_and_a_running_clock() -> None:
    agency = make_agency(code="CM-MZJ")

    filed = file_request(agency)

    row = assert_consistent(filed.request)
    assert (row.number, row.state, row.channel) == ("CM-MZJ-2026-00001", State.RECEIVED, C.WEB)
    assert (row.received_on, row.receipt_basis, row.due_on) == (TODAY, B.PORTAL, date(2026, 3, 30))
    assert filed.is_new
    assert intake.find(row.number, filed.query_code) == row


def test_filing_after_midnight_in_beijing_is_received_on_the_new_day_of_the_new_year() -> None:
    agency = make_agency(code="CM-MZJ")
    file_request(agency)

    row = file_request(agency, at=NEW_YEAR).request

    assert (row.number, row.received_on) == ("CM-MZJ-2027-00001", date(2027, 1, 1))
    assert row.is_provisional  # the notice of that year is not out


def test_numbers_are_consecutive_within_agency_and_year_and_a_refused_filing_uses_none() -> None:
    first, second = make_agency(code="A"), make_agency(code="B")
    file_request(first)
    refusal(lambda: file_request(first, subject="", description=""))

    numbers = [file_request(agency).request.number for agency in (first, second, first)]

    assert numbers == ["A-2026-00002", "B-2026-00001", "A-2026-00003"]


def test_filing_where_the_office_confirms_leaves_the_day_of_receipt_open(settings: Settings) -> None:
    settings.REQUEST_PORTAL_CONFIRMS_RECEIPT = False

    row = assert_consistent(file_request().request)

    assert (row.received_on, row.receipt_basis, row.due_on) == (None, B.CONFIRMED, None)


def test_filing_keeps_whether_the_receipt_day_counts(settings: Settings) -> None:
    settings.REQUEST_COUNTS_RECEIPT_DAY = True

    row = assert_consistent(file_request().request)

    settings.REQUEST_COUNTS_RECEIPT_DAY = False
    assert (row.counts_receipt_day, row.due_on) == (True, date(2026, 3, 27))
    assert_consistent(row)


def test_same_form_sent_twice_gives_the_first_receipt_and_no_second_code() -> None:
    agency, other = make_agency(), make_agency()
    person, key = make_person(), "k" * 64
    first = intake.file_online(person, make_wanted(agency), proofs=(), submission_key=key, at=AT)
    mails = Notice.objects.count()

    again = intake.file_online(person, make_wanted(agency), proofs=(), submission_key=key, at=AT)
    elsewhere = intake.file_online(person, make_wanted(other), proofs=(), submission_key=key, at=AT)

    assert [again, elsewhere] == [intake.Filed(first.request, "", is_new=False)] * 2
    assert (InformationRequest.objects.count(), Notice.objects.count()) == (1, mails)
    assert file_request(agency).request.number.endswith("00002")  # nothing was lost
    assert file_request(other).request.number.endswith("00001")


def test_filing_tells_the_office_and_the_applicant_and_neither_what_nor_who() -> None:
    agency = make_agency()
    make_officer(agency, email="officer@county.example")
    make_officer(agency, email="second@county.example")
    make_officer(agency, email="gone@county.example", is_active=False)
    make_member(Role.OFFICE_HEAD, agency, email="head@county.example")

    filed = file_request(agency, person=make_person(email="lin@mail.example"))

    addresses = sorted(Notice.objects.values_list("address", flat=True), key=lambda address: address[0])
    assert sorted(addresses) == ["lin@mail.example", "officer@county.example", "second@county.example"]
    assert_says_nothing_personal(filed.request, filed.query_code, filed.query_code.replace("-", ""))
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_name, event.agency_id, event.actor_name) == (
        "request.file", filed.request.number, agency.pk, "申请人",
    )  # fmt: skip


def test_filing_without_an_address_of_mail_tells_the_office_alone() -> None:
    file_request(person=make_person(email=""))

    assert not Notice.objects.exists()


def test_proofs_are_kept_with_the_request() -> None:
    file = make_private_file()

    filed = intake.file_online(
        make_person(identity_number=""), make_wanted(make_agency()), proofs=[file], submission_key="k", at=AT
    )

    held = filed.request.files.get()
    assert (held.kind, held.file, held.added_by) == (FileKind.PROOF, file, None)


# --- what is asked -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        ({"name": "　"}, "请填写姓名或者名称。"),
        ({"phone": "", "email": " ", "address": ""}, "请至少填写一种联系方式：电话、电子邮箱或者地址。"),
        ({"email": "不是邮箱"}, "电子邮箱的格式不对。"),
        ({"name": "长" * 201}, "申请人信息每一项最多 200 个字。"),
        ({"identity_kind": IdentityKind.CREDIT_CODE}, "自然人请以本人的证件证明身份。"),
        ({"identity_number": " "}, "请填写证件号码，或者上传身份证明。"),
    ],
)
def test_filing_without_what_article_29_asks_of_the_person_is_refused(person: dict[str, Any], reason: str) -> None:
    assert refusal(lambda: file_request(person=make_person(**person))) == [reason]


_NO_NUMBERS = "信息名称和文号里不要写身份证号、手机号或者银行卡号，确有需要请写在内容描述里。"


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"subject": " ", "description": ""}, "请写明所需信息的名称、文号，或者能据以查找的描述。"),
        ({"description": "长" * 100_000}, "内容描述最多 10000 个字，现在有 100000 个字。"),
        ({"purpose": "长" * 10_001}, "用途最多 10000 个字，现在有 10001 个字。"),
        ({"subject": "长" * 201}, "信息名称最多 200 个字，现在有 201 个字。"),
        ({"document_number": "长" * 101}, "文号最多 100 个字，现在有 101 个字。"),
        ({"subject": "身份证号11010519491231002X的档案"}, _NO_NUMBERS),
        ({"period_from": 2026, "period_to": 2025}, "起始年份不能晚于截止年份。"),
        ({"period_from": 26}, "年份请填写四位数字。"),
        ({"period_to": 99999}, "年份请填写四位数字。"),
    ],
)  # fmt: skip
def test_filing_without_what_article_29_asks_of_the_matter_is_refused(wanted: dict[str, Any], reason: str) -> None:
    assert refusal(lambda: file_request(**wanted)) == [reason]


@pytest.mark.parametrize(
    ("way", "missing", "reason"),
    [
        (SupplyWay.EMAIL, "email", "选择以电子邮件获取，须填写电子邮箱。"),
        (SupplyWay.POST, "address", "选择邮寄，须填写联系地址。"),
        (SupplyWay.FAX, "fax", "选择传真，须填写传真号码。"),
    ],
)
def test_way_of_delivery_needs_its_address(way: SupplyWay, missing: str, reason: str) -> None:
    person = make_person(fax="0399-6613321")

    assert refusal(lambda: file_request(person=replace(person, **{missing: ""}), supply_way=way)) == [reason]
    assert file_request(person=person, supply_way=way).is_new


@pytest.mark.parametrize(
    "wanted", [{"document_number": "澄民〔2025〕3号", "subject": "", "description": ""}, {"purpose": ""}]
)
def test_purpose_is_never_asked_and_a_document_number_is_enough(wanted: dict[str, Any]) -> None:
    assert file_request(**wanted).is_new


def test_every_reason_is_told_at_once() -> None:
    person = make_person(name="", phone="", email="", address="")

    assert len(refusal(lambda: file_request(person=person, subject="", description=""))) == 3


def test_organisation_proves_itself_by_its_credit_code_or_other_paper() -> None:
    by_passport, by_code = make_person(), make_person(identity_kind=IdentityKind.CREDIT_CODE)

    words = refusal(lambda: file_request(person=by_passport, applicant_kind=ApplicantKind.BUSINESS))

    assert words == ["法人或者其他组织请以统一社会信用代码证或者其他有效证件证明身份。"]
    assert file_request(person=by_code, applicant_kind=ApplicantKind.BUSINESS).is_new


@pytest.mark.parametrize("kind", [AgencyKind.VILLAGE, AgencyKind.ENTERPRISE])
def test_agencies_that_article_27_does_not_name_take_no_request(kind: AgencyKind) -> None:
    agency = make_agency(kind=kind)

    assert "不受理信息公开申请" in refusal(lambda: file_request(agency))[0]
    assert agency not in intake.open_agencies()


def test_closed_and_inactive_agencies_take_no_request() -> None:
    closed, inactive, without_row = make_agency(), make_agency(is_active=False), make_agency()
    RequestOffice.objects.create(agency=closed, is_open=False)

    assert set(intake.open_agencies()) == {without_row}
    for agency in (closed, inactive):
        assert "请另选单位" in refusal(partial(file_request, agency))[0]


def test_subject_left_empty_points_to_the_description() -> None:
    assert file_request(subject=" ").request.subject == "（见内容描述）"


def test_control_characters_are_taken_out_of_every_text() -> None:
    row = file_request(subject="养护\x00资金", description="\x00明细", person=make_person(name="林\x00试")).request

    row.refresh_from_db()
    assert (row.subject, row.description, row.applicant.name) == ("养护资金", "明细", "林试")


def test_applicant_is_encrypted_in_the_database_and_found_by_fingerprint() -> None:
    row = file_request(person=make_person(name="林试", phone="0399-6613320")).request

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM requests_app_applicant WHERE request_id = %s", [row.pk])
        stored = cursor.fetchone()

    assert "林试" not in stored[0] and decrypt(stored[0]) == "林试"
    assert Applicant.objects.get(request=row).phone == "0399-6613320"
    again = file_request(person=make_person(name="林 试", phone="０３９９-６６１３３２０")).request
    assert again.applicant.contact_key == row.applicant.contact_key
    assert again.applicant.name_key == row.applicant.name_key


# --- entered by staff ----------------------------------------------------------------------------------------------


def enter(channel: Channel, basis: ReceiptBasis, received_on: date | None = TODAY, **values: Any) -> intake.Filed:
    agency = values.pop("agency", None) or make_agency()
    actor = values.pop("actor", None) or make_officer(agency)
    arrival = intake.Arrival(channel=channel, basis=basis, received_on=received_on)
    return intake.enter(make_person(), make_wanted(agency), arrival, actor=actor, at=AT, **values)


# 第三十一条, written down a second time.
ALLOWED = {
    C.MAIL: {B.SIGNED_FOR, B.CONFIRMED},
    C.COUNTER: {B.SUBMITTED},
    C.EMAIL: {B.CONFIRMED},
    C.FAX: {B.CONFIRMED},
    C.ORAL: {B.SUBMITTED},
}


@pytest.mark.parametrize("channel", ALLOWED)
@pytest.mark.parametrize("basis", ReceiptBasis)
def test_receipt_day_rests_on_what_article_31_says_of_the_channel(channel: Channel, basis: ReceiptBasis) -> None:
    if basis in ALLOWED[channel]:
        row = assert_consistent(enter(channel, basis).request)

        assert (row.received_on, row.receipt_basis, row.channel) == (TODAY, basis, channel)
    else:
        assert "收到日期为" in refusal(lambda: enter(channel, basis))[0]


def test_rules_of_receipt_name_every_channel() -> None:
    assert set(RECEIPT_BASES) == set(Channel)
    assert {channel: set(bases) for channel, bases in RECEIPT_BASES.items() if channel != C.WEB} == ALLOWED
    assert set(RECEIPT_BASES[C.WEB]) == {B.PORTAL, B.CONFIRMED}


@pytest.mark.parametrize(
    ("channel", "basis", "received_on", "reason"),
    [
        (C.COUNTER, B.SUBMITTED, TODAY + timedelta(days=1), "收到日期不能晚于今天。"),
        (C.COUNTER, B.SUBMITTED, None, "请填写收到日期。"),
        (C.MAIL, B.SIGNED_FOR, None, "请填写收到日期。"),
        (C.COUNTER, B.SUBMITTED, date(2019, 5, 14), "收到申请的日期早于2019年5月15日"),
        (C.WEB, B.PORTAL, TODAY, "网上申请由申请人自己提交，不由工作人员登记。"),
    ],
)
def test_entering_with_a_day_that_cannot_be_is_refused(
    channel: Channel, basis: ReceiptBasis, received_on: date | None, reason: str
) -> None:
    words = refusal(lambda: enter(channel, basis, received_on))

    assert len(words) == 1 and words[0].startswith(reason)


def test_entering_leaves_the_day_open_while_the_applicant_is_not_reached() -> None:
    row = assert_consistent(enter(C.MAIL, B.CONFIRMED, None).request)

    assert (row.state, row.received_on, row.due_on) == (State.RECEIVED, None, None)


def test_entering_late_counts_from_the_day_of_receipt() -> None:
    row = assert_consistent(enter(C.MAIL, B.SIGNED_FOR, date(2026, 2, 2)).request)

    assert (row.filed_at, row.due_on) == (AT, date(2026, 3, 6))  # 春节: off from 15 to 23, worked on 14 and 28 February


def test_entering_gives_the_case_to_whoever_enters_it_and_keeps_his_papers() -> None:
    officer = make_officer(agency := make_agency())
    files = [(FileKind.APPLICATION, make_private_file()), (FileKind.PROOF, make_private_file())]

    filed = enter(C.COUNTER, B.SUBMITTED, agency=agency, actor=officer, files=files)

    assert (filed.request.handler, filed.is_new) == (officer, True)
    assert [(held.kind, held.added_by) for held in filed.request.files.all()] == [(kind, officer) for kind, _ in files]
    assert intake.find(filed.request.number, filed.query_code) == filed.request
    assert AuditEvent.objects.get().action == "request.enter"
    assert_says_nothing_personal(filed.request)


def test_entering_with_the_key_of_its_form_is_done_once() -> None:
    officer = make_officer(agency := make_agency())
    first = enter(C.COUNTER, B.SUBMITTED, agency=agency, actor=officer, submission_key="form")

    again = enter(C.COUNTER, B.SUBMITTED, agency=agency, actor=officer, submission_key="form")

    assert again == intake.Filed(first.request, "", is_new=False)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.REQUEST_OFFICER])
def test_entering_is_for_request_officers_of_the_agency_alone(role: Role) -> None:
    agency = make_agency(name="民政局")
    here, elsewhere = make_member(role, agency), make_officer()

    for actor in (here, elsewhere):
        words = refusal(partial(enter, C.COUNTER, B.SUBMITTED, agency=agency, actor=actor))
        assert words == ["您不是民政局的依申请公开经办。"]


def test_entering_asks_no_proof_of_identity_for_it_is_asked_for_by_correction() -> None:
    agency = make_agency()
    arrival = intake.Arrival(channel=C.MAIL, basis=B.SIGNED_FOR, received_on=TODAY)
    person = make_person(identity_kind="", identity_number="")

    filed = intake.enter(person, make_wanted(agency), arrival, actor=make_officer(agency), at=AT)

    assert (filed.request.applicant.identity_key, filed.is_new) == ("", True)


def test_personal_rows_are_named_by_their_number_alone() -> None:
    row = request_in(State.REGISTERED)

    assert {str(row), str(row.applicant)} == {row.number}
