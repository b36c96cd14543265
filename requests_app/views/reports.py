"""Published annual reports: list, page in the official form, PDF, CSV and JSON, all from the frozen payload."""

from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from disclosure.models import Item
from disclosure.publication_log import canonical_json
from disclosure.views.paging import BoundedPaginator, read_page
from govportal.forms import whole_number
from govportal.models import Agency
from govportal.spreadsheets import csv_response
from requests_app import report_pdf
from requests_app.enums import ReportState
from requests_app.models import AnnualReport
from requests_app.report_page import csv_rows, sheets
from requests_app.report_published import figure_label
from requests_app.report_reading import read_report
from requests_app.services.report_drafting import title_of

ROWS_PER_PAGE = 50


def _published() -> QuerySet[AnnualReport]:
    """Frozen reports whose item the public can read."""
    readable = Item.objects.visible_to(AnonymousUser()).filter(item_type="annual_report")
    return AnnualReport.objects.filter(state=ReportState.FROZEN, item__in=readable).select_related("agency", "item")


def report_list(request: HttpRequest) -> HttpResponse:
    """By year, the newest first; `agency` and `year` narrow it."""
    reports = _published()
    years = list(reports.order_by("-year").values_list("year", flat=True).distinct())
    agencies = list(Agency.objects.filter(pk__in=reports.order_by().values("agency")).order_by("position", "name"))
    code, year = request.GET.get("agency", ""), request.GET.get("year", "")
    problems = []
    if code and code not in {agency.code for agency in agencies}:
        problems.append(_("代码为“%(code)s”的单位在这里没有年度报告。") % {"code": code[:40]})
    if year and whole_number(year) not in years:
        problems.append(_("没有 %(year)s 年度的报告。") % {"year": year[:10]})
    if code:
        reports = reports.filter(agency__code=code[:40])
    if year:
        chosen = whole_number(year)
        reports = reports.filter(year=chosen) if chosen in years else reports.none()
    ordered = reports.order_by("-year", "agency__position", "agency__name")
    page, page_problems = read_page(request, BoundedPaginator(ordered, per_page=ROWS_PER_PAGE))
    context = {
        "page": page,
        "agencies": agencies,
        "years": years,
        "agency": code,
        "year": year,
        "problems": problems + page_problems,
    }
    return render(request, "requests_app/report_list.html", context)


def report_page(request: HttpRequest, code: str, year: int) -> HttpResponseBase:
    row = _find(code, year)
    if isinstance(row, HttpResponse):
        return row
    payload = row.payload or {}
    report = read_report(payload)
    context = {
        "report": row,
        "title": title_of(row),
        "sheets": sheets(report.tables),
        "parts": report.parts,
        "as_of": date.fromisoformat(payload["as_of"]),
        "scope": len(payload["agencies"]),
        "sources": [(figure_label(key), words) for key, words in payload["sources"].items()],
    }
    return render(request, "requests_app/report_page.html", context)


def report_pdf_file(request: HttpRequest, code: str, year: int) -> HttpResponseBase:
    row = _find(code, year)
    if isinstance(row, HttpResponse):
        return row
    title = title_of(row)
    return _file(report_pdf.of_frozen(row, title), "application/pdf", f"{title}.pdf")


def report_csv(request: HttpRequest, code: str, year: int) -> HttpResponseBase:
    row = _find(code, year)
    return row if isinstance(row, HttpResponse) else csv_response(title_of(row), csv_rows(row.payload or {}))


def report_json(request: HttpRequest, code: str, year: int) -> HttpResponseBase:
    """The frozen payload, byte for byte what its digest was taken of."""
    row = _find(code, year)
    if isinstance(row, HttpResponse):
        return row
    return _file(canonical_json(row.payload or {}), "application/json; charset=utf-8", f"{title_of(row)}.json")


def _find(code: str, year: int) -> AnnualReport | HttpResponse:
    """The published report; of one whose item was withdrawn, the way to the notice that says why."""
    if year > 9999:  # no column could hold it
        raise Http404(_("没有这份年度报告。"))
    row = _published().filter(agency__code=code, year=year).first()
    if row:
        return row
    closed = Item.objects.addressable_by(AnonymousUser()).filter(
        annual_report__agency__code=code, annual_report__year=year, annual_report__state=ReportState.FROZEN
    )
    if item := closed.first():
        return HttpResponseRedirect(item.get_absolute_url())
    raise Http404(_("没有这份年度报告，或者还没有公布。"))


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    headers: dict[str, Any] = {"Content-Disposition": content_disposition_header(as_attachment=False, filename=name)}
    return HttpResponse(data, content_type=content_type, headers=headers)
