"""年度报告 in the admin: written and frozen by verbs; every figure leads to its cases, every fault names its cell."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import Verb, VerbAdmin, VerbForm, toned
from disclosure.models import Item
from disclosure.views.paging import BoundedPaginator, read_page
from govportal import access, files
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Permission
from requests_app import report_counts, report_pdf, report_published
from requests_app.admin.report_forms import DropForm, FigureForm, FreezeForm, ReturnForm, StartForm, WriteForm
from requests_app.enums import ReportState
from requests_app.models import AnnualReport, ReportFigure
from requests_app.report_checks import RULES
from requests_app.report_form import CARRIED, CLOSED, FORMS, NEW, NEXT, TABLE2, TABLE3, TOTAL, Column, Form, Row
from requests_app.report_page import changes, sheets
from requests_app.report_published import figure_key, figure_label
from requests_app.report_reading import read_report
from requests_app.report_tables import Cells
from requests_app.report_workflow import ReportAction
from requests_app.services import annual_report, report_drafting

access.open_admin("requests_app.annualreport", view=Permission.VIEW_ITEMS)

_CASES_PER_PAGE = 50
_FREEZE_TOTALS = (
    (NEW, gettext_lazy("本年新收")),
    (CARRIED, gettext_lazy("上年结转")),
    (CLOSED, gettext_lazy("本年办结")),
    (NEXT, gettext_lazy("结转下年")),
)
_TONES = {ReportState.FROZEN: "ok", ReportState.SUBMITTED: "warn"}


def _against(action: ReportAction) -> Any:
    return lambda row, actor: report_drafting.reasons_against(row, action, actor)


def _write(row: AnnualReport, actor: User, values: dict[str, Any]) -> object:
    seen_at = values.pop("seen_at")
    return report_drafting.write(row.pk, values, actor=actor, at=now(), seen_at=seen_at)


def _state(row: AnnualReport, actor: User, values: dict[str, Any]) -> object:
    upload = values.pop("upload")
    evidence = files.store(upload, by=actor) if upload else None
    figure = report_drafting.Figure(evidence=evidence, **values)
    return report_drafting.state_figure(row.pk, figure, actor=actor, at=now())


def _drop(row: AnnualReport, actor: User, values: dict[str, Any]) -> None:
    report_drafting.drop_figure(row.pk, values["key"], actor=actor)


def _submit(row: AnnualReport, actor: User, _values: dict[str, Any]) -> object:
    return report_drafting.submit(row.pk, actor=actor, at=now())


def _send_back(row: AnnualReport, actor: User, values: dict[str, Any]) -> object:
    return report_drafting.send_back(row.pk, actor=actor, at=now(), note=values["note"])


def _freeze(row: AnnualReport, actor: User, values: dict[str, Any]) -> object:
    return report_drafting.freeze(row.pk, actor=actor, at=now(), seen=values["seen"])


def _draft_item(row: AnnualReport, actor: User, _values: dict[str, Any]) -> object:
    return report_drafting.draft_item(row.pk, actor=actor, at=now())


@admin.register(AnnualReport)
class AnnualReportAdmin(VerbAdmin[AnnualReport]):
    list_display = ("__str__", "shown_state", "year", "agency", "drafted_by", "updated_at", "frozen_at")
    list_filter = ("state", "year")
    list_select_related = ("agency", "drafted_by")
    search_fields = ("agency__name", "agency__code")
    page_template = "admin/requests_app/report_change.html"
    verb_template = "admin/requests_app/report_verb.html"
    readonly_fields = ("shown_state", "public_page")
    fieldsets = (
        (None, {"fields": ("shown_state", "agency", "year", "drafted_by", "updated_at")}),
        (gettext_lazy("定稿"), {"fields": ("frozen_by", "frozen_at", "digest", "item", "public_page")}),
    )
    add_form = StartForm
    add_title = gettext_lazy("编制年度报告")
    warning = gettext_lazy("年度报告向社会公开，不写申请人的任何信息；国家秘密不得录入本系统。")
    verbs = (
        Verb("write", ReportAction.WRITE.label, _against(ReportAction.WRITE), _write, WriteForm),
        Verb("state", ReportAction.STATE.label, _against(ReportAction.STATE), _state, FigureForm),
        Verb("drop", gettext_lazy("取消填报的数据"), _against(ReportAction.STATE), _drop, DropForm),
        Verb("submit", ReportAction.SUBMIT.label, _against(ReportAction.SUBMIT), _submit),
        Verb("return", ReportAction.RETURN.label, _against(ReportAction.RETURN), _send_back, ReturnForm),
        Verb("freeze", ReportAction.FREEZE.label, _against(ReportAction.FREEZE), _freeze, FreezeForm),
        Verb("draft_item", ReportAction.DRAFT_ITEM.label, _against(ReportAction.DRAFT_ITEM), _draft_item),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AnnualReport]:
        seen = access.agencies_under(request.user, Permission.VIEW_ITEMS).values("pk")
        return AnnualReport.objects.filter(agency__in=seen).select_related("agency", "drafted_by", "item")

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.HANDLE_REQUEST)

    def add_row(self, actor: User, values: dict[str, Any]) -> AnnualReport:
        return report_drafting.start(values["agency"], values["year"], actor=actor, at=now())

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "requests_app_annualreport"
        return [
            path("<int:pk>/cases/<slug:table>/<slug:row>/<slug:column>/", view(self.cases_view), name=f"{name}_cases"),
            path("<int:pk>/draft.pdf", view(self.draft_view), name=f"{name}_draft"),
            path("<int:pk>/evidence/<slug:key>/", view(self.evidence_view), name=f"{name}_evidence"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: AnnualReport) -> str:
        return toned(row.get_state_display(), _TONES.get(ReportState(row.state), "info"))

    @admin.display(description=gettext_lazy("公开页面"))
    def public_page(self, row: AnnualReport) -> str:
        if row.item is None or not Item.objects.visible_to(AnonymousUser()).filter(pk=row.item.pk).exists():
            return ""
        address = reverse("report", args=[row.agency.code, row.year])
        return format_html('<a href="{}">{}</a>', address, address)

    def page_title(self, row: AnnualReport) -> str:
        return report_drafting.title_of(row)

    # --- the verbs --------------------------------------------------------------------------------------------------

    def answer(self, request: HttpRequest, row: AnnualReport, verb: Verb, form: VerbForm) -> HttpResponseBase | None:
        done = super().answer(request, row, verb, form)
        if done and verb.name == "freeze":
            address = reverse("report", args=[row.agency.code, row.year])
            messages.info(request, _("下一步：由承办人拟制公开稿，审查公开后 %s 才能看到。") % address)
        return done

    def verb_context(self, request: HttpRequest, row: AnnualReport, verb: Verb, form: VerbForm) -> dict[str, Any]:
        """Beside the box that freezes: what is frozen."""
        if verb.name != "freeze":
            return {}
        computed = annual_report.compute(row.agency, row.year, today=today())
        cells = computed.tables()[TABLE3.key]
        return {
            "totals": [(label, cells.get((line, TOTAL.key))) for line, label in _FREEZE_TOTALS],
            "findings": annual_report.findings(computed, row.parts),
            "digest": annual_report.digest_of(annual_report.payload(computed, row.parts)),
        }

    # --- the page of a report ---------------------------------------------------------------------------------------

    def page_context(self, request: HttpRequest, row: AnnualReport) -> dict[str, Any]:
        computed = annual_report.compute(row.agency, row.year, today=today())
        found = annual_report.findings(computed, row.parts)
        frozen = read_report(row.payload) if row.state == ReportState.FROZEN else None
        tables = frozen.tables if frozen else computed.tables()
        before = annual_report.tables_of_last_year(row.agency, row.year, today=today())
        has_report_before = annual_report.previous_report(row.agency, row.year) is not None
        faulty = {(fault.table, fault.row, fault.column) for fault in found.faults}

        def beside(form: Form, line: Row, column: Column) -> dict[str, Any]:
            return {
                "url": self._cases_address(row, form, line, column),
                "is_faulty": not frozen and (form.key, line.key, column.key) in faulty,
            }

        origins = [(figure_label(figure_key(*cell)), origin) for cell, origin in computed.origins.items()]
        return super().page_context(request, row) | {
            "sheets": sheets(tables, beside),
            "parts": frozen.parts if frozen else row.parts,
            "is_frozen": frozen is not None,
            "findings": None if frozen else found,
            "rules": RULES.values(),
            "changes": changes(tables, before) if has_report_before or _has_figures(before) else [],
            "has_report_before": has_report_before,
            "origins": origins,
            "figures": self._figures(row),
            "as_of": computed.period.as_of,
            "scope": len(computed.agencies),
            "fees": annual_report.fees(computed.agencies, computed.period).sentence(),
            "is_drifted": frozen is not None and dict(frozen.tables) != computed.tables(),
        }

    def _cases_address(self, row: AnnualReport, form: Form, line: Row, column: Column) -> str:
        return reverse("admin:requests_app_annualreport_cases", args=[row.pk, form.key, line.key, column.key])

    def _figures(self, row: AnnualReport) -> list[tuple[str, ReportFigure, str]]:
        stated = ReportFigure.objects.filter(agency=row.agency_id, year=row.year).select_related(
            "entered_by", "evidence"
        )
        return [
            (
                figure_label(one.key),
                one,
                reverse("admin:requests_app_annualreport_evidence", args=[row.pk, one.key.replace(".", "-")])
                if one.evidence_id
                else "",
            )
            for one in stated
            if one.key in report_published.FIGURE_KEYS
        ]  # fmt: skip

    # --- what hangs on it -------------------------------------------------------------------------------------------

    def _row(self, request: HttpRequest, pk: int) -> AnnualReport:
        row = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        if row is None:
            raise Http404(_("没有这一项，或者您看不到它。"))
        return row

    def cases_view(self, request: HttpRequest, pk: int, table: str, row: str, column: str) -> HttpResponse:
        """The cases of one cell: all are counted, and those are listed that this person may see."""
        report = self._row(request, pk)
        form = next((one for one in FORMS if one.key == table), None)
        cell = next(((r, c) for r, c in form.cells() if (r.key, c.key) == (row, column)), None) if form else None
        if form is None or cell is None:
            raise Http404(_("报告没有这个数据。"))
        computed = annual_report.compute(report.agency, report.year, today=today())
        everything, seen = self._cases(request, computed, form, row, column)
        page, problems = read_page(request, BoundedPaginator(seen, per_page=_CASES_PER_PAGE))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{form.label} {cell[0].label}　{cell[1].label}",
            "report": report,
            "back": self._page_of(report),
            "table": form.key,
            "page": page,
            "problems": problems,
            "total": everything.count(),
            "rows": [(one, _address_of(one)) for one in page.object_list],
            "origin": computed.origins.get((row, column)) if form is TABLE2 else None,
        }
        return TemplateResponse(request, "admin/requests_app/report_cases.html", context)

    def _cases(
        self, request: HttpRequest, computed: annual_report.Computed, form: Form, row: str, column: str
    ) -> tuple[QuerySet[Any], QuerySet[Any]]:
        ids, period = computed.ids, computed.period
        if form is TABLE2:
            items = report_published.items_in_cell(ids, period, row, column)
            return items, items.order_by("-formed_on", "-pk").select_related("agency")
        mine = access.agencies_with(request.user, Permission.VIEW_REQUESTS)
        if form is TABLE3:
            requests = report_counts.requests_in_cell(ids, period, row, column)
            return requests, requests.filter(agency__in=mine).order_by("received_on", "pk").select_related("agency")
        appeals = report_counts.appeals_in_cell(ids, period, row, column)
        return appeals, appeals.filter(agency__in=mine).order_by("filed_on", "pk").select_related("agency", "request")

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The PDF as it would be now."""
        report = self._row(request, pk)
        title = report_drafting.title_of(report)
        computed = annual_report.compute(report.agency, report.year, today=today())
        as_of = computed.period.as_of.isoformat()
        data = report_pdf.of_draft(computed.tables(), report.parts, title=title, as_of=as_of, at=now())
        headers = {"Content-Disposition": content_disposition_header(as_attachment=False, filename=f"{title}.pdf")}
        return HttpResponse(data, content_type="application/pdf", headers=headers)

    def evidence_view(self, request: HttpRequest, pk: int, key: str) -> HttpResponseBase:
        report = self._row(request, pk)
        stated = ReportFigure.objects.filter(agency=report.agency_id, year=report.year, key=key.replace("-", "."))
        figure = stated.select_related("evidence").first()
        if figure is None or figure.evidence is None:
            raise Http404(_("没有这个文件。"))
        return files.serve(figure.evidence, request)


def _has_figures(tables: Mapping[str, Cells]) -> bool:
    return any(any(cells.values()) for cells in tables.values())


def _address_of(case: Any) -> str:
    """The page of a case in the admin."""
    try:
        return reverse(f"admin:{case._meta.app_label}_{case._meta.model_name}_change", args=[case.pk])
    except NoReverseMatch:
        return ""
