"""Ways and proofs of letters."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from govportal import private_files
from govportal.models import Agency, Notice
from requests_app.enums import Action, DeliveryWay, State
from requests_app.letter_rules import LetterKind
from requests_app.models import Delivery, Letter, RequestOffice
from requests_app.services import charge, letter_delivery, letter_facts, letters
from requests_app.services.letter_delivery import Arrival, Dispatch
from requests_app.services.letters import Order
from tests.factories.requests import (
    AT,
    TODAY,
    officer_of,
    request_in,
    reread_request,
)
from tests.requests_app.letter_cases import SCAN, answered, inquired, issued, make_office, said
from tests.requests_app.services.invariants import assert_consistent
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter_facts, "reverse", lambda name: f"/{name}/")
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "media")


@pytest.fixture
def agency() -> Agency:
    return make_office()


def charged(agency: Agency) -> Letter:
    RequestOffice.objects.update(payee="到代收银行缴纳")
    row = request_in(State.FEE_NOTIFIED, agency=agency)
    return letters.issue(row.pk, Order(kind=LetterKind.FEE), actor=officer_of(agency), at=AT)


# --- sending ------------------------------------------------------------------------------------------------------


def test_mail_to_the_applicant_says_numbers_and_leads_to_his_page(agency: Agency) -> None:
    letter = answered(agency)
    Notice.objects.all().delete()

    delivery = letter_delivery.send(letter.pk, Dispatch(way=DeliveryWay.EMAIL), actor=officer_of(agency), at=AT)

    notice = Notice.objects.get()
    assert delivery.sent_on == TODAY
    assert notice.address == letter.request.applicant.email
    assert letter.number in notice.body
    assert letter.request.applicant.name not in notice.body
    assert letter.request.subject not in notice.subject + notice.body


def test_mail_to_a_third_party_is_its_letter_and_names_no_applicant(agency: Agency) -> None:
    letter = inquired(agency, contact="电话0399-6620011，邮箱：office@shuntong.example", matter="工程合同")
    row = letter.request
    Notice.objects.all().delete()

    letter_delivery.send(letter.pk, Dispatch(way=DeliveryWay.EMAIL), actor=officer_of(agency), at=AT)

    notice = Notice.objects.get()
    assert notice.address == "office@shuntong.example"
    assert "工程合同" in notice.body
    assert "15个工作日" in notice.body
    applicant = [row.number, row.subject, row.description, row.applicant.name, row.applicant.phone]
    assert not [text for text in applicant if text in notice.subject + notice.body]


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        (DeliveryWay.EMAIL, "没有收件人的电子邮箱"),
        (DeliveryWay.DOWNLOAD, "只有申请人可以"),
        ("pigeon", "请选择送达方式"),
    ],
)
def test_way_that_leads_nowhere_is_refused(agency: Agency, way: str, reason: str) -> None:
    letter = inquired(agency, contact="0399-6620011")

    with pytest.raises(ValidationError, match=reason):
        letter_delivery.send(letter.pk, Dispatch(way=way), actor=officer_of(agency), at=AT)


@pytest.mark.parametrize("days", [-1, 1])
def test_letter_is_sent_neither_before_it_was_written_nor_tomorrow(agency: Agency, days: int) -> None:
    letter = issued(agency)
    dispatch = Dispatch(way=DeliveryWay.POST, sent_on=TODAY + timedelta(days=days))

    with pytest.raises(ValidationError, match="发出日期须在"):
        letter_delivery.send(letter.pk, dispatch, actor=officer_of(agency), at=AT)


def test_replaced_version_is_not_sent(agency: Agency) -> None:
    old = issued(agency)
    letters.regenerate(old.pk, reason="错字", actor=officer_of(agency), at=AT)

    with pytest.raises(ValidationError, match="已经被新的版次替代"):
        letter_delivery.send(old.pk, Dispatch(way=DeliveryWay.POST), actor=officer_of(agency), at=AT)


# --- arrival ------------------------------------------------------------------------------------------------------


def posted(letter: Letter, agency: Agency) -> Delivery:
    return letter_delivery.send(
        letter.pk, Dispatch(way=DeliveryWay.POST, note="EMS 1234"), actor=officer_of(agency), at=AT
    )


def test_arrival_is_kept_with_its_proof(agency: Agency) -> None:
    delivery = posted(issued(agency), agency)
    later = AT + timedelta(days=3)
    arrival = Arrival(
        delivered_on=TODAY + timedelta(days=2), note="本人签收", proof=SimpleUploadedFile("回执.pdf", SCAN)
    )

    delivery = letter_delivery.record_delivery(delivery.pk, arrival, actor=officer_of(agency), at=later)

    assert delivery.delivered_on == arrival.delivered_on
    assert delivery.note == "EMS 1234\n本人签收"
    assert delivery.proof is not None
    assert private_files.open_bytes(delivery.proof) == SCAN
    assert not any("1234" in event or "签收" in event for event in said("letter.deliver"))


@pytest.mark.parametrize("days", [-1, 4])
def test_letter_arrives_neither_before_it_was_sent_nor_in_the_future(agency: Agency, days: int) -> None:
    delivery = posted(issued(agency), agency)
    arrival = Arrival(delivered_on=TODAY + timedelta(days=days))

    with pytest.raises(ValidationError, match="送达日期须在"):
        letter_delivery.record_delivery(delivery.pk, arrival, actor=officer_of(agency), at=AT + timedelta(days=3))


def test_letter_arrives_once(agency: Agency) -> None:
    delivery, officer = posted(issued(agency), agency), officer_of(agency)
    letter_delivery.record_delivery(delivery.pk, Arrival(delivered_on=TODAY), actor=officer, at=AT)

    with pytest.raises(ValidationError, match="已经登记 2026-03-02 送达"):
        letter_delivery.record_delivery(delivery.pk, Arrival(delivered_on=TODAY), actor=officer, at=AT)


def test_arrival_of_an_inquiry_starts_its_fifteen_days(agency: Agency) -> None:
    letter = inquired(agency)
    assert letter.inquiry
    was_due = letter.inquiry.due_on
    delivery, later = posted(letter, agency), AT + timedelta(days=2)

    letter_delivery.record_delivery(
        delivery.pk, Arrival(delivered_on=TODAY + timedelta(days=2)), actor=officer_of(agency), at=later
    )

    letter.inquiry.refresh_from_db()
    assert letter.inquiry.delivered_on == TODAY + timedelta(days=2)
    assert letter.inquiry.due_on > was_due


def test_arrival_of_a_fee_notice_starts_the_period_for_payment(agency: Agency) -> None:
    letter = charged(agency)
    delivery = posted(letter, agency)

    letter_delivery.record_delivery(delivery.pk, Arrival(delivered_on=TODAY), actor=officer_of(agency), at=AT)

    assert reread_request(letter.request).fee.delivered_on == TODAY


@pytest.mark.parametrize("way", [DeliveryWay.DOWNLOAD, DeliveryWay.EMAIL])
def test_fee_notice_opened_by_the_applicant_starts_the_period_for_payment(agency: Agency, way: DeliveryWay) -> None:
    letter = charged(agency)
    letter_delivery.send(letter.pk, Dispatch(way=way), actor=officer_of(agency), at=AT)
    was_due = letter.request.fee.pay_by

    letter_delivery.note_download(letter.pk, at=AT + timedelta(days=2))
    letter_delivery.note_download(letter.pk, at=AT + timedelta(days=9))

    row = assert_consistent(letter.request)
    arrived = TODAY + timedelta(days=2)
    assert (row.fee.delivered_on, row.fee.pay_by > was_due, row.state) == (arrived, True, State.FEE_NOTIFIED)
    event = row.events.get(action=Action.NOTE_DELIVERY)
    assert (event.on, event.actor, event.by_applicant) == (arrived, None, True)


def test_fee_notice_opened_after_the_payment_moves_nothing(agency: Agency) -> None:
    letter = charged(agency)
    letter_delivery.send(letter.pk, Dispatch(way=DeliveryWay.DOWNLOAD), actor=officer_of(agency), at=AT)
    charge.record_payment(letter.request_id, actor=officer_of(agency), at=AT)

    letter_delivery.note_download(letter.pk, at=AT + timedelta(days=1))

    assert assert_consistent(letter.request).fee.delivered_on is None
    assert letter.deliveries.get().delivered_on == TODAY + timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_fee_notice_opened_in_eight_windows_arrives_once(agency: Agency) -> None:
    letter, officer = charged(agency), officer_of(agency)
    letter_delivery.send(letter.pk, Dispatch(way=DeliveryWay.DOWNLOAD), actor=officer, at=AT)

    outcomes = at_once(
        *[partial(letter_delivery.note_download, letter.pk, at=AT)] * 7,
        partial(charge.record_payment, letter.request_id, actor=officer, at=AT),
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert assert_consistent(letter.request).events.filter(action=Action.NOTE_DELIVERY).count() <= 1
    assert len(said("letter.download")) == 1


# --- the applicant's page -----------------------------------------------------------------------------------------


def test_applicant_sees_what_went_out_to_him_in_its_newest_version(agency: Agency) -> None:
    letter, officer = answered(agency), officer_of(agency)
    row = letter.request
    before = list(letter_delivery.shown_to_applicant(row))
    letter_delivery.send(letter.pk, Dispatch(way=DeliveryWay.DOWNLOAD), actor=officer, at=AT)
    sent = list(letter_delivery.shown_to_applicant(row))
    newer = letters.regenerate(letter.pk, reason="错字", actor=officer, at=AT)
    unsent = list(letter_delivery.shown_to_applicant(row))
    letter_delivery.send(newer.pk, Dispatch(way=DeliveryWay.DOWNLOAD), actor=officer, at=AT)

    assert (before, sent, unsent) == ([], [letter], [letter])
    assert list(letter_delivery.shown_to_applicant(row)) == [newer]


def test_version_that_never_went_out_hides_nothing_of_the_one_after(agency: Agency) -> None:
    first, officer = answered(agency), officer_of(agency)
    letter_delivery.send(first.pk, Dispatch(way=DeliveryWay.DOWNLOAD), actor=officer, at=AT)
    unsent = letters.regenerate(first.pk, reason="错字", actor=officer, at=AT)
    third = letters.regenerate(unsent.pk, reason="错字", actor=officer, at=AT)
    letter_delivery.send(third.pk, Dispatch(way=DeliveryWay.DOWNLOAD), actor=officer, at=AT)

    assert list(letter_delivery.shown_to_applicant(first.request)) == [third]


def test_applicant_never_sees_the_letter_to_a_third_party(agency: Agency) -> None:
    letter = inquired(agency)
    posted(letter, agency)

    assert list(letter_delivery.shown_to_applicant(letter.request)) == []


def test_download_proves_arrival_once(agency: Agency) -> None:
    letter = answered(agency)
    delivery = letter_delivery.send(letter.pk, Dispatch(way=DeliveryWay.DOWNLOAD), actor=officer_of(agency), at=AT)

    letter_delivery.note_download(letter.pk, at=AT + timedelta(days=1))
    letter_delivery.note_download(letter.pk, at=AT + timedelta(days=9))

    delivery.refresh_from_db()
    assert delivery.delivered_on == TODAY + timedelta(days=1)
    assert len(said("letter.download")) == 1
