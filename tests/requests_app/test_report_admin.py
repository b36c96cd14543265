"""Annual reports in the admin: written, frozen and drafted by verbs; cells that lead to their cases."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from govportal.models import User
from govportal.models.agency import AgencyKind
from govportal.permissions import Role
from requests_app.enums import ReportState
from requests_app.models import AnnualReport, ReportFigure
from requests_app.report_form import FORMS
from tests.disclosure.doors import text_of
from tests.factories import make_agency, make_item, make_member, make_user
from tests.requests_app.report_samples import (
    PARTS,
    frozen_report,
    make_appeal,
    make_request,
    submitted_report,
    written_report,
)

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(report: AnnualReport) -> str:
    return reverse("admin:requests_app_annualreport_change", args=[report.pk])


def verb(report: AnnualReport, name: str) -> str:
    return reverse("admin:requests_app_annualreport_verb", args=[report.pk, name])


def cases(report: AnnualReport, table: str, row: str, column: str) -> str:
    return reverse("admin:requests_app_annualreport_cases", args=[report.pk, table, row, column])


def test_officer_starts_writes_states_and_hands_in() -> None:
    agency = make_agency()
    client = signed_in(make_member(Role.REQUEST_OFFICER, agency))

    client.post(reverse("admin:requests_app_annualreport_add"), {"agency": agency.pk, "year": 2025})
    report = AnnualReport.objects.get()
    form = client.get(verb(report, "write")).context["form"]
    client.post(verb(report, "write"), PARTS | {"seen_at": form["seen_at"].value()})
    upload = SimpleUploadedFile("年报.pdf", PDF, "application/pdf")
    figure = {"key": "fees.amount", "value": "12.5", "source": "财政局非税收入年报", "upload": upload}
    stated = client.post(verb(report, "state"), figure)
    client.post(verb(report, "submit"))

    report.refresh_from_db()
    assert (report.state, report.parts["five"]) == (ReportState.SUBMITTED, PARTS["five"])
    assert stated.status_code == 302, stated.context["form"].errors
    one = ReportFigure.objects.get()
    assert (one.value, one.evidence is not None) == (Decimal("12.5"), True)


def test_head_freezes_what_he_looked_at_and_publisher_drafts_the_item() -> None:
    report = submitted_report()
    head = signed_in(make_member(Role.OFFICE_HEAD, report.agency))
    publisher = signed_in(make_member(Role.PUBLISHER, report.agency))

    asked = head.get(verb(report, "freeze"))
    form = asked.context["form"]
    done = head.post(verb(report, "freeze"), {"seen": form["seen"].value(), "is_read": "on"}, follow=True)
    publisher.post(verb(report, "draft_item"))

    report.refresh_from_db()
    text = text_of(asked)
    assert "本年新收" in text and "错误 0" in text and "预览 PDF" in text and report.digest in text
    assert "下一步：由承办人拟制公开稿" in text_of(done)
    assert f"{report.agency.name}{report.year}年政府信息公开工作年度报告" in text_of(done)
    assert report.state == ReportState.FROZEN
    assert report.item is not None and report.item.item_type == "annual_report"


def test_form_keeps_what_was_typed_when_it_is_refused() -> None:
    report = written_report()
    client = signed_in(report.drafted_by)

    answer = client.post(verb(report, "write"), PARTS | {"one": "我写的一大段", "seen_at": "2020-01-01T00:00:00+00:00"})

    assert answer.status_code == 200
    assert "已经修改过" in text_of(answer)
    assert answer.context["form"]["one"].value() == "我写的一大段"


@pytest.mark.parametrize("seen_at", ["", "昨天", "2026-99-99T00:00:00Z"])
def test_form_without_the_moment_it_was_opened_at_is_refused(seen_at: str) -> None:
    report = written_report()

    answer = signed_in(report.drafted_by).post(verb(report, "write"), PARTS | {"seen_at": seen_at})

    assert "表单已过期" in text_of(answer)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("state", {"key": "x", "value": "1", "source": "s"}),
        ("state", {"key": "fees.amount", "value": "NaN", "source": "s"}),
        ("state", {"key": "fees.amount", "value": "1e30", "source": "s"}),
        ("state", {"key": "licence.decisions", "value": "-1", "source": "s"}),
        ("drop", {"key": "licence.decisions"}),
        ("write", {"one": "长" * 20_001}),
        ("submit", {"x": "y"}),
    ],
)
def test_bad_input_is_refused_on_the_page(name: str, values: dict[str, str]) -> None:
    report = written_report(parts={"one": "概况"})

    answer = signed_in(report.drafted_by).post(verb(report, name), values)

    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_part_six_is_offered_the_sentence_on_fees() -> None:
    report = written_report(parts={"one": "概况"})

    form = signed_in(report.drafted_by).get(verb(report, "write")).context["form"]

    assert form["six"].value() == "本年度未收取政府信息公开信息处理费。"


def test_page_shows_faults_with_rule_row_and_column_and_marks_their_cells() -> None:
    report = written_report(fees=None, parts=PARTS | {"five": "无"})

    answer = signed_in(report.drafted_by).get(page(report))

    text = text_of(answer)
    assert "错误 V7 表二“行政事业性收费”行“本年收费金额（单位：万元）”列" in text
    assert "错误 V7 五、存在的主要问题及改进情况" in text
    assert answer.content.decode().count("report-bad") == 1
    assert "[fees amount]" not in text and "[five]" not in text


def test_page_compares_with_last_year_and_leads_every_figure_to_its_cases() -> None:
    report = written_report()
    for year, number in ((2024, 2), (2025, 3)):
        for _each in range(number):
            make_request(report.agency, received_on=date(year, 5, 5), outcome="r1")

    answer = signed_in(report.drafted_by).get(page(report))

    change = next(one for one in answer.context["changes"] if one.label == "表三 （一）予以公开")
    assert (change.now, change.before, change.difference, change.percent) == ("3", "2", "+1", "+50.0%")
    html = answer.content.decode()
    for form in FORMS:
        for row, column in form.cells():
            assert cases(report, form.key, row.key, column.key) in html


def test_page_without_a_year_before_says_so() -> None:
    report = written_report()

    text = text_of(signed_in(report.drafted_by).get(page(report)))

    assert "没有上一年度报告。" in text
    assert "增减比例" not in text


def test_cell_lists_its_cases_to_who_may_see_them() -> None:
    county = make_agency(kind=AgencyKind.GOVERNMENT)
    bureau = make_agency(parent=county)
    report = written_report(agency=county)
    own = make_request(county, received_on=date(2025, 5, 5), outcome="r1")
    below = make_request(bureau, received_on=date(2025, 5, 5), outcome="r1")
    appeal = make_appeal(
        county, "review", filed_on=date(2025, 5, 5), by=report.drafted_by, case_number="澄政复〔2025〕1号"
    )

    requests = signed_in(report.drafted_by).get(cases(report, "table3", "r1", "total"))
    appeals = signed_in(report.drafted_by).get(cases(report, "table4", "review", "pending"))

    text = text_of(requests)
    assert own.number in text and below.number not in text
    assert "共 2 项，您可以查看其中 1 项" in text
    assert str(appeal) in text_of(appeals)


def test_cell_of_table_2_lists_its_items() -> None:
    report = written_report()
    extra = {"kind": "licence", "decided_on": "2025-05-05"}
    item = make_item(agency=report.agency, item_type="enforcement", edition={"extra": extra, "title": "准予许可决定"})

    answer = signed_in(report.drafted_by).get(cases(report, "table2", "licence", "decisions"))

    assert item.title in text_of(answer)


@pytest.mark.parametrize("number", [1, 3])
def test_cell_takes_as_many_queries_for_one_case_as_for_three(number: int, django_assert_num_queries: Any) -> None:
    report = written_report()
    for _each in range(number):
        make_request(report.agency, received_on=date(2025, 5, 5), outcome="r1")
    client = signed_in(report.drafted_by)
    address = cases(report, "table3", "r1", "total")
    client.get(address)

    with django_assert_num_queries(16):
        answer = client.get(address)

    assert len(answer.context["rows"]) == number


@pytest.mark.parametrize("cell", [("table9", "r1", "total"), ("table3", "r9", "total"), ("table3", "r1", "upheld")])
def test_cell_that_the_form_does_not_have_is_not_found(cell: tuple[str, str, str]) -> None:
    report = written_report()

    assert signed_in(report.drafted_by).get(cases(report, *cell)).status_code == 404


def test_frozen_report_shows_what_was_frozen_and_says_that_the_rows_went_on() -> None:
    report = frozen_report()
    make_request(report.agency, received_on=date(2025, 5, 5), outcome="r1")

    answer = signed_in(report.drafted_by).get(page(report))

    assert "定稿以后台账有变化" in text_of(answer)
    assert {cell.text for line in answer.context["sheets"].table3 for cell in line.cells} == {"0"}


def test_draft_pdf_is_shown_to_staff() -> None:
    report = written_report()

    answer = signed_in(report.drafted_by).get(reverse("admin:requests_app_annualreport_draft", args=[report.pk]))

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_evidence_of_a_figure_is_opened_by_staff_of_the_agency() -> None:
    report = written_report()
    client = signed_in(report.drafted_by)
    upload = SimpleUploadedFile("年报.pdf", PDF, "application/pdf")
    client.post(verb(report, "state"), {"key": "licence.decisions", "value": "3", "source": "系统", "upload": upload})

    def opened(key: str, by: Client) -> int:
        return by.get(reverse("admin:requests_app_annualreport_evidence", args=[report.pk, key])).status_code

    assert opened("licence-decisions", client) == 200
    assert opened("fees-amount", client) == 404
    assert opened("licence-decisions", signed_in(make_member(Role.REQUEST_OFFICER, make_agency()))) == 404


@pytest.mark.parametrize("role", [Role.REQUEST_OFFICER, Role.ADMINISTRATOR, Role.COMPLAINT_OFFICER, None])
def test_report_is_closed_to_other_agencies(role: Role | None) -> None:
    report = written_report()
    user = make_member(role, make_agency()) if role else make_user(is_superuser=True)
    client = signed_in(user)
    addresses = [
        page(report),
        verb(report, "write"),
        cases(report, "table3", "r1", "total"),
        reverse("admin:requests_app_annualreport_draft", args=[report.pk]),
    ]

    assert {client.get(address).status_code for address in addresses} <= {302, 403, 404}
    assert AnnualReport.objects.get(pk=report.pk).parts == report.parts
