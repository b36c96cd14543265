"""异议 in the admin: read by both sides, withdrawn by the one, heard and ruled on by the other."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import Verb, toned
from evaluation.admin.objection_links import elsewhere, may_object
from evaluation.enums import ObjectionState, Ruling
from evaluation.forms.objections import HearForm, RuleForm
from evaluation.indicators import AUTOMATIC_INDICATORS
from evaluation.models import Objection, ObjectionFile, Score
from evaluation.scorecard_words import fault_of
from evaluation.scorecards import coded_name
from evaluation.scoring import Case
from evaluation.services import objections, procedure
from evaluation.services.objections import Target
from evaluation.workflow import ObjectionAction
from govportal import access, private_files
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Permission
from requests_app.admin.verb_pages import CaseVerb, CaseVerbAdmin

access.open_admin("evaluation.objection", view=Permission.OBJECT, change=Permission.ASSESS)

_TONES = {ObjectionState.FILED: "warn", ObjectionState.HEARD: "warn", ObjectionState.RULED: "ok"}
_OPEN = {ObjectionState.FILED, ObjectionState.HEARD}
_TEMPLATE = "admin/evaluation/objection_verb.html"


def _against(action: ObjectionAction) -> Any:
    return lambda row, actor: objections.reasons_against(row, action, actor)


def _withdraw(row: Objection, actor: User, _values: dict[str, Any]) -> object:
    return objections.withdraw(row.pk, actor=actor, at=now())


def _hear(row: Objection, actor: User, values: dict[str, Any]) -> object:
    return objections.hear(row.pk, hearing=values["hearing"], heard_on=values["heard_on"], actor=actor, at=now())


def _rule(row: Objection, actor: User, values: dict[str, Any]) -> object:
    left = values.get("left")
    return objections.rule(row.pk, values["ruling"], reason=values["reason"], left=left, actor=actor, at=now())


VERBS = (
    CaseVerb(
        ObjectionAction.HEAR, ObjectionAction.HEAR.label, _against(ObjectionAction.HEAR), _hear, HearForm,
        template=_TEMPLATE,
    ),
    CaseVerb(
        ObjectionAction.RULE, ObjectionAction.RULE.label, _against(ObjectionAction.RULE), _rule, RuleForm,
        gettext_lazy("裁定以后不能更改；支持的，得分和名次随即重新计算。"), template=_TEMPLATE,
    ),
    CaseVerb(
        ObjectionAction.WITHDRAW, ObjectionAction.WITHDRAW.label, _against(ObjectionAction.WITHDRAW), _withdraw,
        template=_TEMPLATE,
    ),
)  # fmt: skip


class WaitingFilter(admin.SimpleListFilter):
    title = gettext_lazy("待办")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", gettext_lazy("待裁定的异议")), ("ruled", gettext_lazy("已裁定的异议"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "open":
                return queryset.open()
            case "ruled":
                return queryset.filter(state=ObjectionState.RULED)
        return queryset


@admin.register(Objection)
class ObjectionAdmin(CaseVerbAdmin[Objection]):
    list_display = ("__str__", "agency", "shown_state", "clause", "ruling", "filed_at", "ruled_at")
    list_filter = (WaitingFilter, "state", "ruling")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("assessment__agency__name", "assessment__round__slug")
    page_template = "admin/evaluation/objection_change.html"
    readonly_fields = ("agency", "shown_state", "clause", "about", "change")
    fieldsets = (
        (None, {"fields": ("shown_state", "agency", "clause", "about", "text", "filed_by", "filed_at", "rule_by")}),
        (gettext_lazy("听取意见"), {"fields": ("heard_on", "heard_by", "hearing")}),
        (gettext_lazy("裁定"), {"fields": ("ruling", "change", "reason", "ruled_by", "ruled_at")}),
    )
    verbs = VERBS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Objection]:
        rows = Objection.objects.visible_to(request.user).defer("assessment__population")
        return rows.select_related(
            "assessment__agency", "assessment__round", "indicator", "finding", "filed_by", "heard_by", "ruled_by"
        ).order_by("-filed_at", "-pk")

    def may_add(self, actor: User) -> bool:
        return False

    def lock(self, row: Objection) -> None:
        procedure.locked_assessment(row.assessment_id)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file_view)
        name = "evaluation_objection_file"
        return [path("<int:pk>/files/<int:file_pk>/", view, name=name), *super().get_urls()]

    def page_title(self, row: Objection) -> str:
        return f"{row.assessment.round}　{_('异议%s') % row.number}"

    def page_context(self, request: HttpRequest, row: Objection) -> dict[str, Any]:
        """A side is offered its own verbs, while there is anything left to do; else they would only ever be refused."""
        context = super().page_context(request, row)
        context |= _elsewhere(row, request.user)
        context["verbs"] = [
            one
            for one in context["verbs"]
            if row.state in _OPEN and (one[0].name == ObjectionAction.WITHDRAW) == context["is_theirs"]
        ]
        context["refused"] = any(reasons for _verb, _address, reasons in context["verbs"])
        files = row.files.select_related("file")
        return context | {"files": files, "assessment": row.assessment}

    def verb_context(self, request: HttpRequest, row: Objection, verb: Verb, form: Any) -> dict[str, Any]:
        said = {"indicator": self.clause(row), "about": self.about(row)}
        return super().verb_context(request, row, verb, form) | _elsewhere(row, request.user) | said

    def file_view(self, request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
        row = self.get_queryset(request).filter(pk=pk).first() if self.has_view_permission(request) else None
        found = ObjectionFile.objects.filter(objection=row, pk=file_pk).select_related("file").first() if row else None
        if found is None:
            raise Http404(_("没有这个文件。"))
        try:
            return private_files.serve(found.file, request)
        except private_files.UnreadableFile:
            return HttpResponse(_("文件读不出来，请联系系统管理员。"), status=503)

    # --- what is said of it -----------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("单位"), ordering="assessment__agency__name")
    def agency(self, row: Objection) -> str:
        return row.assessment.agency.display_name

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: Objection) -> str:
        return toned(row.get_state_display(), _TONES.get(ObjectionState(row.state), "info"))

    @admin.display(description=gettext_lazy("考核指标"), ordering="indicator__position")
    def clause(self, row: Objection) -> str:
        return coded_name(row.indicator)

    @admin.display(description=gettext_lazy("异议针对"))
    def about(self, row: Objection) -> str:
        if row.finding is not None:
            return _("问题%(number)s：%(text)s") % {"number": row.finding.number, "text": row.finding.text}
        case = case_of(row)
        if case is None:
            return row.case_key
        words = f"{case.title or case.key}　{fault_of(case, AUTOMATIC_INDICATORS[row.indicator.measure].judged_by)}"
        return format_html('<a href="{}">{}</a>', case.address, words) if case.address else words

    @admin.display(description=gettext_lazy("裁定后"))
    def change(self, row: Objection) -> str:
        if row.state != ObjectionState.RULED or row.ruling == Ruling.DISMISSED:
            return ""
        if row.finding is None:
            return _("这一事项不计。")
        return _("这个问题扣 %s 分。") % row.finding.deduction


def _elsewhere(row: Objection, reader: Any) -> dict[str, Any]:
    """The same matter in other indicators, as either side reads it."""
    case = case_of(row) if row.finding is None else None
    is_open = may_object(row.assessment, reader, today())
    return {
        "elsewhere": elsewhere(row.assessment, Target(row.indicator, case=case), is_open=is_open) if case else [],
        "is_theirs": access.can(reader, Permission.OBJECT, row.assessment.agency),
    }


def case_of(row: Objection) -> Case | None:
    """The case as it stands in the score, if measuring anew has left it there."""
    scores = Score.objects.filter(assessment=row.assessment_id, indicator=row.indicator_id)
    score = scores.select_related("indicator").first()
    found = objections.disputed_cases(score) if score else []
    return next((case for case in found if case.key == row.case_key), None)
