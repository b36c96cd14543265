"""对内公开: what staff of an agency read there; who else may not is in test_register_doors."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.enums import Audience, Category, ReceiptKind
from disclosure.models import LogEntry
from govportal.models import Agency
from govportal.permissions import Role
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_attachment, make_item, make_member
from tests.factories.published import publish_one
from tests.factories.registers import make_receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Agency:
    return make_agency(code="own", name="民政局")


@pytest.fixture
def staff(agency: Agency) -> Client:
    client = Client()
    client.force_login(make_member(Role.STAFF, agency))
    return client


def internal(agency: Agency, title: str, **values: Any) -> Any:
    return make_item(agency=agency, audience=Audience.INTERNAL, edition={"title": title} | values)


@pytest.mark.parametrize("name", ["internal", "receipts", "internal_log"])
def test_stranger_signs_in_first_and_comes_back(client: Client, agency: Agency, name: str) -> None:
    user = make_member(Role.STAFF, agency, password="a-long-passphrase-9")
    address = reverse(name) + "?category=finance"

    sent = client.get(address)
    form = {"username": user.username, "password": "a-long-passphrase-9", "next": address}
    back = client.post(sent["Location"], form)

    assert (sent.status_code, back.status_code, back["Location"]) == (302, 302, address)
    assert client.get(address).status_code == 200


def test_internal_items_are_listed_newest_first_and_by_category(staff: Client, agency: Agency) -> None:
    internal(agency, "一月票据公示", published_on=date(2026, 1, 9), category=Category.FINANCE)
    internal(agency, "二月票据公示", published_on=date(2026, 2, 9), category=Category.FINANCE)
    internal(agency, "培训安排", published_on=date(2026, 3, 9), category=Category.PERSONNEL)
    internal(make_agency(), "别家内部事")
    make_item(agency=agency, edition={"title": "公开的事"})

    everything = staff.get(reverse("internal"))
    finance = staff.get(reverse("internal") + "?category=finance")

    def titles(response: Any) -> list[str]:
        return [item.title for item in response.context["page"].object_list]

    assert titles(everything) == ["培训安排", "二月票据公示", "一月票据公示"]
    assert titles(finance) == ["二月票据公示", "一月票据公示"]
    assert everything.context["categories"] == finance.context["categories"] == [
        ("finance", Category.FINANCE.label, 2), ("personnel", Category.PERSONNEL.label, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_internal_pages_ask_the_same_number_of_queries(
    staff: Client, agency: Agency, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        publish_one(agency=agency, audience=Audience.INTERNAL)
        make_receipt(agency=agency, attachment=make_attachment(str(number).encode()))

    for name, budget in (("internal", 7), ("receipts", 7), ("internal_log", 7)):
        with django_assert_num_queries(budget):
            staff.get(reverse(name))


def test_receipts_are_totalled_by_month_and_kind(staff: Client, agency: Agency) -> None:
    for kind, day, amount in (
        (ReceiptKind.FUEL, date(2026, 2, 3), "100.10"),
        (ReceiptKind.FUEL, date(2026, 2, 27), "200.20"),
        (ReceiptKind.TRAVEL, date(2026, 2, 9), "12345.00"),
        (ReceiptKind.FUEL, date(2026, 3, 1), "50"),
    ):
        make_receipt(agency=agency, kind=kind, spent_on=day, amount=Decimal(amount))
    make_receipt(amount=Decimal("99999"))

    response = staff.get(reverse("receipts"))
    totals = response.context["totals"]

    lines = {month: {str(label): amount for label, amount in line if amount} for month, line, _sum in totals["lines"]}
    assert [month for month, _line, _sum in totals["lines"]] == [date(2026, 3, 1), date(2026, 2, 1)]
    assert lines[date(2026, 2, 1)] == {"汽车燃油费": Decimal("300.30"), "差旅费": Decimal("12345.00")}
    assert totals["sum"] == Decimal("12695.30")
    assert "12,345.00" in text_of(response) and "12,695.30" in text_of(response)


@pytest.mark.parametrize(
    ("query", "expected"),
    [("?kind=fuel", 2), ("?after=2026-03-01", 1), ("?before=2026-02-28&kind=travel", 1), ("?kind=gold&after=x", 3)],
)
def test_receipts_narrow_by_kind_and_day(staff: Client, agency: Agency, query: str, expected: int) -> None:
    make_receipt(agency=agency, spent_on=date(2026, 2, 3))
    make_receipt(agency=agency, spent_on=date(2026, 3, 3))
    make_receipt(agency=agency, spent_on=date(2026, 2, 9), kind=ReceiptKind.TRAVEL)

    page, table = staff.get(reverse("receipts") + query), text_of(staff.get(reverse("receipts_csv") + query))

    assert len(page.context["page"].object_list) == expected
    assert len(table.strip().splitlines()) == expected + 1


def test_agency_of_others_cannot_be_asked_for(staff: Client, agency: Agency) -> None:
    other = make_agency(code="other")
    make_receipt(agency=other, purpose="别家票据")

    listed = text_of(staff.get(reverse("receipts") + "?agency=other"))
    logged = staff.get(reverse("internal_log") + "?agency=other")

    assert "别家票据" not in listed
    assert logged.status_code == 404


def test_publication_of_an_internal_item_stands_in_the_internal_log_alone(staff: Client, agency: Agency) -> None:
    first = publish_one(agency=agency, content={"title": "公开公示"})
    hidden = publish_one(agency=agency, audience=Audience.INTERNAL, content={"title": "内部公示"})
    second = publish_one(agency=agency)

    log, public = text_of(staff.get(reverse("internal_log"))), text_of(staff.get(reverse("log")))

    assert "内部公示" in log and hidden.index_number in log and "公开公示" not in log
    assert "内部公示" not in public
    entries = LogEntry.objects.filter(chain="public").order_by("sequence")
    assert [(entry.sequence, entry.item_id) for entry in entries] == [(1, first.pk), (2, second.pk)]


def test_staff_of_two_agencies_read_both_and_choose_a_log(agency: Agency) -> None:
    other = make_agency(code="other", name="救助站", position=agency.position + 1)
    user = make_member(Role.STAFF, agency)
    make_member(Role.PUBLISHER, agency, user=user)
    make_member(Role.STAFF, other, user=user)
    client = Client()
    client.force_login(user)
    make_receipt(agency=agency), make_receipt(agency=other)

    response = client.get(reverse("receipts"))

    assert [one.code for one in response.context["agencies"]] == ["own", "other"]
    assert len(response.context["page"].object_list) == 2
    assert len(client.get(reverse("receipts") + "?agency=other").context["page"].object_list) == 1
    assert client.get(reverse("internal_log") + "?agency=other").context["agency"] == other
