"""The import page of the desk: an agency of the officer's own, a preview, and nothing before the confirmation."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from govportal.models import Agency, AuditEvent, Membership
from govportal.permissions import Role
from govportal.spreadsheets import csv_bytes
from requests_app.models import InformationRequest
from tests.disclosure.admin.desks import signed_in
from tests.factories import make_agency, make_member
from tests.factories.requests import make_officer

pytestmark = pytest.mark.django_db

URL = reverse("admin:requests_app_informationrequest_import")
HEADER = ("受理编号", "收到日期", "申请方式", "申请人类型", "申请内容", "办理结果", "办结日期")
GOOD = ("依申请〔2025〕1号", "2025-3-5", "邮寄", "自然人", "公路养护明细", "予以公开", "2025-4-2")
BAD = ("依申请〔2025〕2号", "2024/13/45", "邮寄", "自然人", "公路养护明细", "予以公开", "2025-4-2")


def upload(client: Client, agency: Agency, *lines: tuple[str, ...]) -> Any:
    file = SimpleUploadedFile("台账.csv", csv_bytes([HEADER, *lines]), "text/csv")
    return client.post(URL, {"agency": agency.pk, "file": file})


def test_preview_tells_every_row_and_writes_nothing() -> None:
    officer = make_officer()

    page = upload(signed_in(officer), Membership.objects.get(user=officer).agency, GOOD, BAD)

    text = page.content.decode()
    assert "新增 1" in text and "未导入 1" in text
    assert "收到日期“2024/13/45”不是有效的日期" in text
    assert not InformationRequest.objects.exists()


def test_confirmed_import_writes_into_the_agency_that_was_chosen() -> None:
    officer = make_officer()
    second = make_agency()
    make_member(Role.REQUEST_OFFICER, second, user=officer)
    client = signed_in(officer)
    token = upload(client, second, GOOD, BAD).context["token"]

    done = client.post(URL, {"token": token}, follow=True)

    text = done.content.decode()
    assert "共 2 行：新增 1" in text and "没有导入的行：3。" in text
    assert InformationRequest.objects.get().number in text.partition('id="result_list"')[2]
    assert InformationRequest.objects.get().agency == second
    assert AuditEvent.objects.get(action="request.import_ledger").actor_id == officer.pk


def test_report_of_the_preview_is_a_table_and_writes_nothing() -> None:
    officer = make_officer()
    client = signed_in(officer)
    token = upload(client, Membership.objects.get(user=officer).agency, GOOD, BAD).context["token"]

    report = client.post(URL, {"token": token, "report": "1"})

    assert report["Content-Type"].startswith("text/csv")
    assert "2024/13/45" in report.content.decode()
    assert not InformationRequest.objects.exists()


def test_file_without_a_header_is_told_on_the_form() -> None:
    officer = make_officer()
    agency = Membership.objects.get(user=officer).agency
    file = SimpleUploadedFile("台账.csv", "甲,乙\n1,2\n".encode(), "text/csv")

    page = signed_in(officer).post(URL, {"agency": agency.pk, "file": file})

    assert page.status_code == 200
    assert "台账须有这些列" in page.content.decode()


def test_agency_of_others_is_not_on_offer() -> None:
    client, foreign = signed_in(make_officer()), make_agency(name="别的单位")

    page = upload(client, foreign, GOOD)

    assert "别的单位" not in client.get(URL).content.decode()
    assert page.context["form"].errors["agency"]


def test_officer_who_left_meanwhile_confirms_nothing() -> None:
    officer = make_officer()
    agency = Membership.objects.get(user=officer).agency
    client = signed_in(officer)
    token = upload(client, agency, GOOD).context["token"]
    Membership.objects.filter(user=officer).update(agency=make_agency())

    assert client.post(URL, {"token": token}).status_code == 403
    assert not InformationRequest.objects.exists()


@pytest.mark.parametrize("role", [Role.OFFICE_HEAD, Role.ADMINISTRATOR, Role.PUBLISHER])
def test_page_is_closed_to_whoever_handles_no_requests(role: Role) -> None:
    client = signed_in(make_member(role))

    assert client.get(URL).status_code == 403


def test_list_offers_the_import_to_officers_alone() -> None:
    changelist = reverse("admin:requests_app_informationrequest_changelist")

    assert URL in signed_in(make_officer()).get(changelist).content.decode()
    assert URL not in signed_in(make_member(Role.OFFICE_HEAD)).get(changelist).content.decode()
