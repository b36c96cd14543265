"""阳光票据: recorded, corrected until checked, checked by another; the scan from a set amount on."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from disclosure.enums import ReceiptKind
from disclosure.models import Receipt
from disclosure.services import receipts
from govportal.models import Agency, AuditEvent, SiteProfile
from govportal.permissions import Role
from tests.factories import make_agency, make_attachment, make_member
from tests.factories.registers import make_receipt

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture
def agency() -> Agency:
    return make_agency(name="民政局")


def expense(**values: Any) -> receipts.Expense:
    typed: dict[str, Any] = {
        "kind": ReceiptKind.RECEPTION,
        "spent_on": TODAY,
        "amount": Decimal("860.00"),
        "purpose": "接待邻县考察组",
        "handled_by_name": "许某",
        "payee": "河东宾馆",
        "people": 9,
    }
    return receipts.Expense(**typed | values)


def test_receipt_is_recorded_and_checked_by_another(agency: Agency) -> None:
    publisher, head = make_member(Role.PUBLISHER, agency), make_member(Role.OFFICE_HEAD, agency)

    row = receipts.record(agency, expense(), actor=publisher, at=AT)
    receipts.check(row.pk, actor=head, at=AT)

    row.refresh_from_db()
    assert (row.amount, row.people, row.recorded_by) == (Decimal("860.00"), 9, publisher)
    assert (row.checked_by, row.checked_at) == (head, AT)
    events = list(AuditEvent.objects.order_by("pk"))
    assert [event.action for event in events] == ["receipt.record", "receipt.check"]
    assert events[0].after == {"kind": "reception", "spent_on": "2026-03-02", "amount": "860.00"}
    assert "河东" not in str([(event.after, event.note, event.subject_name) for event in events])


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PUBLISHER])
def test_nobody_but_a_publisher_records_or_corrects(agency: Agency, role: Role) -> None:
    actor, row = make_member(role, agency), make_receipt(agency=agency)

    with pytest.raises(ValidationError, match="承办人"):
        receipts.record(agency, expense(), actor=actor, at=AT)
    with pytest.raises(ValidationError, match="承办人"):
        receipts.correct(row.pk, expense(), actor=actor, at=AT)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OFFICE_HEAD])
def test_nobody_but_an_office_head_checks(agency: Agency, role: Role) -> None:
    row = make_receipt(agency=agency)

    with pytest.raises(ValidationError, match="公开机构负责人"):
        receipts.check(row.pk, actor=make_member(role, agency), at=AT)


def test_recorder_cannot_check_and_nobody_checks_twice(agency: Agency) -> None:
    head = make_member(Role.OFFICE_HEAD, agency)
    own = make_receipt(agency=agency, recorded_by=head)
    done = make_receipt(agency=agency, checked_by=head, checked_at=AT)

    with pytest.raises(ValidationError, match="登记人不能复核"):
        receipts.check(own.pk, actor=head, at=AT)
    with pytest.raises(ValidationError, match="已经复核"):
        receipts.check(done.pk, actor=make_member(Role.OFFICE_HEAD, agency), at=AT)
    assert list(Receipt.objects.to_check_for(head)) == []
    assert list(Receipt.objects.to_check_for(make_member(Role.OFFICE_HEAD, agency))) == [own]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"amount": Decimal("0")}, "金额须大于零"),
        ({"amount": Decimal("-3")}, "金额须大于零"),
        ({"spent_on": TODAY + timedelta(1)}, "还没有到"),
        ({"purpose": " "}, "须写明事由"),
        ({"handled_by_name": ""}, "须写明事由"),
        ({"amount": Decimal("1000")}, "须附票据扫描件"),
        ({"kind": "gift"}, "kind"),
        ({"people": -1}, "people"),
    ],
)
def test_faulty_receipt_is_refused_with_its_reason(agency: Agency, values: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        receipts.record(agency, expense(**values), actor=make_member(Role.PUBLISHER, agency), at=AT)

    assert not Receipt.objects.exists()


def test_amount_from_which_a_scan_is_needed_is_a_setting(agency: Agency) -> None:
    SiteProfile.objects.create(pk=1, receipt_scan_from=Decimal("500"))
    publisher = make_member(Role.PUBLISHER, agency)

    with pytest.raises(ValidationError, match=r"500\.00元"):
        receipts.record(agency, expense(), actor=publisher, at=AT)
    row = receipts.record(agency, expense(scan=make_attachment()), actor=publisher, at=AT)

    assert row.attachment


def test_unchecked_receipt_is_corrected_by_another_publisher_and_a_checked_one_by_nobody(agency: Agency) -> None:
    row, second = make_receipt(agency=agency), make_member(Role.PUBLISHER, agency)

    receipts.correct(row.pk, expense(amount=Decimal("86")), actor=second, at=AT)
    receipts.check(row.pk, actor=make_member(Role.OFFICE_HEAD, agency), at=AT)

    row.refresh_from_db()
    assert (row.amount, row.recorded_by) == (Decimal("86.00"), second)
    with pytest.raises(ValidationError, match="不能再改"):
        receipts.correct(row.pk, expense(), actor=second, at=AT)


@pytest.mark.parametrize(("values", "name"), [({"kind": "gift"}, "kind"), ({"amount": 0}, "amount")])
def test_database_refuses_faulty_columns(agency: Agency, values: dict[str, Any], name: str) -> None:
    with pytest.raises(IntegrityError, match=name):
        make_receipt(agency=agency, **values)


def test_database_refuses_a_check_by_the_recorder(agency: Agency) -> None:
    head = make_member(Role.OFFICE_HEAD, agency)

    with pytest.raises(IntegrityError, match="two_people"):
        make_receipt(agency=agency, recorded_by=head, checked_by=head, checked_at=AT)


def test_receipt_of_more_than_ten_years_ago_is_refused(agency: Agency) -> None:
    today = date(2026, 3, 20)

    assert receipts.faults(expense(spent_on=date(1, 1, 1)), today, scan_from=Decimal(10_000))
    assert not receipts.faults(expense(spent_on=date(2016, 3, 25)), today, scan_from=Decimal(10_000))
