"""问题 in the admin: inspectors see those of the agencies they inspect, supervisors their own, an agency what it was
told."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from disclosure.admin.register_verbs import Verb, toned
from evaluation.admin.finding_verbs import VERB_TEMPLATE, VERBS
from evaluation.admin.objection_links import may_object, object_address
from evaluation.enums import FindingState
from evaluation.forms.findings import ChooseForm, FileForm, chosen_assessment, content_of
from evaluation.models import AssessmentRound, Finding, FindingFile, Objection
from evaluation.scorecards import coded_name
from evaluation.services import accountability_open, evidence, findings
from evaluation.services.objections import Target
from evaluation.workflow import PROPOSER_ACTIONS
from govportal import access, private_files
from govportal.forms import whole_number
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Permission
from requests_app.admin.verb_pages import CaseVerbAdmin

access.open_admin("evaluation.finding", view=Permission.OBJECT, change=Permission.FILE_FINDING)

TONES = {FindingState.PROPOSED: "warn", FindingState.STANDING: "bad", FindingState.REJECTED: "info"}


class WaitingFilter(admin.SimpleListFilter):
    title = gettext_lazy("待办")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        mine = ("mine", gettext_lazy("我提出的"))
        is_inspector = access.can(request.user, Permission.ASSESS)
        return [("adopt", gettext_lazy("待采纳的问题")), mine] if is_inspector else [mine]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "adopt":
                return queryset.to_decide_for(request.user)
            case "mine":
                return queryset.filter(found_by=request.user.pk)
        return queryset


class _SeenFilter(admin.SimpleListFilter):
    """By rounds or agencies of the findings this person sees."""

    model: Any
    column: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        seen = Finding.objects.visible_to(request.user).order_by().values(self.column)
        return [(str(one.pk), str(one)) for one in self.model.objects.filter(pk__in=seen)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(**{self.column: self.value()}) if self.value() in known else queryset


class RoundFilter(_SeenFilter):
    title, parameter_name = gettext_lazy("考核"), "round"
    model, column = AssessmentRound, "assessment__round"


class AgencyFilter(_SeenFilter):
    title, parameter_name = gettext_lazy("单位"), "agency"
    model, column = Agency, "assessment__agency"


@admin.register(Finding)
class FindingAdmin(CaseVerbAdmin[Finding]):
    """Changed by verbs alone; filed on the entry page of the agency, or here."""

    list_display = ("shown_number", "agency", "text", "called", "taken", "shown_state", "source", "found_at")
    list_filter = (WaitingFilter, RoundFilter, AgencyFilter, "state", "source")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("text", "indicator__code")
    search_help_text = gettext_lazy("问题的文字或者条目代码。")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("shown_state", "text", "clause", "amount")}),
        (gettext_lazy("在哪里"), {"fields": ("agency", "round", "address", "item", "obligation", "carried_from")}),
        (gettext_lazy("办理"), {"fields": ("source", "finder", "found_at", "decider", "decided_at", "note")}),
        (gettext_lazy("整改"), {"fields": ("order",)}),
    )
    page_template = "admin/evaluation/finding_change.html"
    verb_template = VERB_TEMPLATE
    verbs = VERBS
    add_form = FileForm
    add_title = gettext_lazy("提出问题")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        rows = Finding.objects.visible_to(request.user)
        return rows.select_related(
            "assessment__agency", "assessment__round", "indicator", "item", "found_by", "decided_by"
        )

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Finding | None:
        pk = whole_number(object_id)
        return self.get_queryset(request).filter(pk=pk).first() if pk is not None else None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file_view)
        return [
            path("<int:pk>/files/<int:file_pk>/", view, name="evaluation_finding_file"),
            *super().get_urls(),
        ]

    def lock(self, row: Finding) -> None:
        evidence.locked_finding(row.pk)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First the agency, then what was found at it by a clause of its round."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST" or chosen_assessment(request.user, request.GET.get("assessment")):
            return super().add_view(request, form_url, extra_context)
        form = self._form(ChooseForm, request, None)
        back = reverse("admin:evaluation_finding_changelist")
        is_wrong = bool(request.GET.get("assessment"))
        context = {"form": form, "title": self.add_title, "back": back, "is_wrong": is_wrong}
        return self.verb_page(request, context | {"template": "admin/evaluation/finding_choose.html"})

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.FILE_FINDING)

    def add_row(self, actor: User, values: dict[str, Any]) -> Finding:
        assessment, indicator = values["assessment"], values["indicator"]
        content = content_of(values, values["unit"])
        return findings.file(assessment.pk, indicator.pk, content, values["uploads"], actor=actor, at=now())

    def verb_context(self, request: HttpRequest, row: Finding, verb: Verb, form: Any) -> dict[str, Any]:
        return super().verb_context(request, row, verb, form) | {"indicator": coded_name(row.indicator)}

    def page_title(self, row: Finding) -> str:
        return f"{row.assessment.round}　{_('问题%s') % row.number}"

    def page_context(self, request: HttpRequest, row: Finding) -> dict[str, Any]:
        shown: dict[str, Any] = {"files": _files_of(row), "case_address": _case_address(row, request.user)}
        shown |= _objections_of(row, request.user)
        if not self._is_at_work(request):  # the agency reads, and does nothing here
            return shown
        context = super().page_context(request, row)
        is_inspector = findings.may_inspect(row.assessment, request.user)
        # Who proposes sees only what he can do, and nobody else is offered what is his.
        context["verbs"] = [
            one for one in context["verbs"] if not one[2] or (is_inspector and one[0].name not in PROPOSER_ACTIONS)
        ]
        context["refused"] = any(reasons for _verb, _address, reasons in context["verbs"])
        return context | shown

    def _is_at_work(self, request: HttpRequest) -> bool:
        return access.can(request.user, Permission.FILE_FINDING)

    def facts(self, request: HttpRequest, row: Finding) -> Any:
        """Who watched an agency is told to nobody there."""
        groups = super().facts(request, row)
        if self._is_at_work(request):
            return groups
        hidden = {str(_("登记人")), str(_("处理人")), str(_("处理意见"))}
        return [(heading, [fact for fact in facts if fact.label not in hidden]) for heading, facts in groups]

    def file_view(self, request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
        return _file_page(request, pk, file_pk)

    # --- columns -----------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("编号"), ordering="id")
    def shown_number(self, row: Finding) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("单位"), ordering="assessment__agency__position")
    def agency(self, row: Finding) -> str:
        return row.assessment.agency.display_name

    @admin.display(description=gettext_lazy("考核"))
    def round(self, row: Finding) -> str:
        return str(row.assessment.round)

    @admin.display(description=gettext_lazy("扣分"))
    def taken(self, row: Finding) -> str:
        return str(row.deduction)

    @admin.display(description=gettext_lazy("整改"))
    def order(self, row: Finding) -> str:
        if (order := row.order) is None:
            return "—"
        address = reverse("admin:disclosure_rectification_change", args=[order.pk])
        return format_html('<a href="{}">{}</a> {}', address, order, order.get_state_display())

    @admin.display(description=gettext_lazy("扣分"))
    def amount(self, row: Finding) -> str:
        words = f"{row.count} × {row.unit_deduction} = {row.count * row.unit_deduction}"
        return words if row.ruled_deduction is None else _("%(words)s，裁定后扣 %(left)s") % {
            "words": words, "left": row.ruled_deduction,
        }  # fmt: skip

    @admin.display(description=gettext_lazy("考核指标"), ordering="indicator")
    def called(self, row: Finding) -> str:
        return coded_name(row.indicator)

    @admin.display(description=gettext_lazy("条目"))
    def clause(self, row: Finding) -> str:
        return f"{coded_name(row.indicator)}\n{row.indicator.text}"

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: Finding) -> SafeString:
        return toned(row.get_state_display(), TONES.get(FindingState(row.state), "info"))

    @admin.display(description=gettext_lazy("网址"))
    def address(self, row: Finding) -> str:
        return format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', row.link) if row.link else ""

    @admin.display(description=gettext_lazy("登记人"))
    def finder(self, row: Finding) -> str:
        return str(row.found_by)

    @admin.display(description=gettext_lazy("处理人"))
    def decider(self, row: Finding) -> str:
        return str(row.decided_by or "")

    class Media:
        css = {"all": ("css/admin_request.css",)}


def _case_address(row: Finding, reader: Any) -> str:
    """Where a case of accountability is opened that comes of it; empty for whom it is not to open."""
    if not accountability_open.may_come_of(row, reader):
        return ""
    values = urlencode({"agency": row.assessment.agency_id, "finding": row.pk})
    return f"{reverse('admin:evaluation_accountabilitycase_add')}?{values}"


def _objections_of(row: Finding, reader: Any) -> dict[str, Any]:
    """What the agency said of it, for those who see that; and where it may object."""
    made = list(Objection.objects.visible_to(reader).filter(finding=row).order_by("number"))
    is_open = row.state == FindingState.STANDING and may_object(row.assessment, reader, today())
    address = object_address(row.assessment, Target(row.indicator, finding=row), made) if is_open else ""
    return {"objections": made, "object_address": address}


def _files_of(row: Finding) -> list[tuple[FindingFile, str]]:
    """Its evidence, and what it brought along from the check it was carried over from."""
    held = FindingFile.objects.evidence_of([row]).select_related("added_by")
    return [(one, reverse("admin:evaluation_finding_file", args=[row.pk, one.pk])) for one in held]


@require_safe
@never_cache
def _file_page(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    """Evidence, for those who see the finding."""
    row = Finding.objects.visible_to(request.user).filter(pk=pk).first()
    held = {one.pk for one, _address in _files_of(row)} if row else set()
    if file_pk not in held:
        raise Http404(_("没有这份证据，或者您看不到它。"))
    assert isinstance(request.user, User)
    return private_files.serve(evidence.open_file(file_pk, actor=request.user), request)
