"""特邀评议人员 in the admin: masked, imported from a table, given tokens one by one; never a way to a ballot."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import Verb, VerbForm, toned
from evaluation import survey_slips
from evaluation.admin.survey_forms import ReasonForm
from evaluation.models import Evaluator, Survey
from evaluation.services import survey_evaluators, survey_procedure, survey_tokens
from evaluation.survey_enums import InvitationWay, SurveyState
from govportal import access
from govportal.admin.imports import ImportPages, UploadForm
from govportal.imports import ImportResult
from govportal.models import User
from govportal.now import now
from govportal.permissions import Permission
from requests_app.admin.verb_pages import CaseVerb, CaseVerbAdmin, pdf_response
from requests_app.services.applicants import mask_name

access.open_admin("evaluation.evaluator", view=Permission.ASSESS, is_site_wide=True)

_TEMPLATE = "admin/evaluation/survey_verb.html"
_SLIP = "slip"


def _against_giving(way: InvitationWay) -> Any:
    return lambda row, actor: survey_tokens.reasons_against_issuing(row.survey, [row], way, actor)


def _mail(row: Evaluator, actor: User, _values: dict[str, Any]) -> object:
    return survey_tokens.mail(row.survey_id, actor=actor, at=now(), only=[row.pk])


def _slip(row: Evaluator, actor: User, _values: dict[str, Any]) -> object:
    return survey_tokens.prepare_slips(row.survey, actor=actor, only=[row.pk])


def _void(row: Evaluator, actor: User, values: dict[str, Any]) -> object:
    return survey_evaluators.void(row.pk, actor=actor, at=now(), note=values["note"])


def _unmask(row: Evaluator, actor: User, values: dict[str, Any]) -> Evaluator:
    return survey_evaluators.unmask(row.pk, values["note"], actor=actor)


def _unmasked(_row: Evaluator, seen: Evaluator) -> tuple[str, dict[str, Any]]:
    return "admin/evaluation/survey_contact.html", {"lines": survey_evaluators.plain(seen)}


_WARNING = gettext_lazy("原来的评议码作废。")
VERBS = (
    CaseVerb(
        "mail", gettext_lazy("邮件发放、重发"), _against_giving(InvitationWay.MAIL), _mail,
        template=_TEMPLATE, warning=_WARNING,
    ),
    CaseVerb(
        _SLIP, gettext_lazy("印、重印评议单"), _against_giving(InvitationWay.SLIP), _slip,
        template=_TEMPLATE,
        warning=gettext_lazy("原来的评议码作废。新的评议码只在这份 PDF 里，系统不保存；遗失的可以再重印。"),
    ),
    CaseVerb(
        "void", gettext_lazy("取消邀请"), survey_evaluators.reasons_against_voiding, _void, ReasonForm,
        template=_TEMPLATE,
    ),
    CaseVerb(
        "unmask", gettext_lazy("查看姓名和联系方式"), survey_evaluators.reasons_against_looking, _unmask, ReasonForm,
        shows=_unmasked, template=_TEMPLATE,
    ),
)  # fmt: skip


class ImportForm(UploadForm):
    survey = forms.ModelChoiceField(
        Survey.objects.none(), label=gettext_lazy("哪一次社会评议"), empty_label=gettext_lazy("请选择")
    )
    field_order = ("survey", "file")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["survey"]
        assert isinstance(field, forms.ModelChoiceField)
        running = (SurveyState.DRAFT, SurveyState.OPEN)
        field.queryset = survey_procedure.visible_to(user).filter(state__in=running).order_by("-opens_on", "-pk")


@admin.register(Evaluator)
class EvaluatorAdmin(ImportPages, CaseVerbAdmin[Evaluator]):
    list_display = ("__str__", "group", "masked_name", "masked_contact", "way", "issued_on", "progress")
    list_filter = ("survey", "group", "way")
    list_select_related = ("survey",)
    ordering = ("-survey_id", "number")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = ("masked_name", "masked_contact", "progress")
    fieldsets = (
        (None, {"fields": ("survey", "group", "masked_name", "masked_contact")}),
        (gettext_lazy("评议码"), {"fields": ("way", "issued_on", "progress")}),
    )
    verb_template = _TEMPLATE
    page_template = "admin/disclosure/register_change.html"
    warning = gettext_lazy("姓名和联系方式加密保存，只用于发放评议码，汇总半年后清除。")
    verbs = VERBS
    import_permission = Permission.ASSESS
    import_help = gettext_lazy(
        "表头：类别、姓名、电子邮箱、联系电话；邮箱和电话至少填一项，其他列不读。先逐行预览，确认后才写入，重复导入不会重复邀请。"
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Evaluator]:
        return survey_evaluators.evaluators_visible_to(request.user).select_related("survey")

    def may_add(self, actor: User) -> bool:
        """Through the survey, or by import."""
        return False

    def lock(self, row: Evaluator) -> None:
        survey_evaluators.locked_evaluator(row.pk)

    # --- import ------------------------------------------------------------------------------------------------------

    def upload_form(self, request: HttpRequest) -> ImportForm:
        initial = {"survey": request.GET.get("survey", "")[:10]}
        return ImportForm(request.POST or None, request.FILES or None, user=request.user, initial=initial)

    def choices(self, form: UploadForm) -> dict[str, int]:
        return {"survey": form.cleaned_data["survey"].pk}

    def run_chosen(self, source: Any, choices: Mapping[str, int], *, actor: Any, is_dry_run: bool) -> ImportResult:
        return survey_evaluators.import_people(choices["survey"], source, actor=actor, is_dry_run=is_dry_run)

    def list_with_imported(self, choices: Mapping[str, int]) -> str:
        return f"{super().list_with_imported(choices)}?survey__id__exact={choices['survey']}"

    # --- tokens ------------------------------------------------------------------------------------------------------

    def answer(self, request: HttpRequest, row: Evaluator, verb: Verb, form: VerbForm) -> HttpResponseBase | None:
        return self._printed(request, row, form) if verb.name == _SLIP else super().answer(request, row, verb, form)

    def _printed(self, request: HttpRequest, row: Evaluator, form: VerbForm) -> HttpResponse | None:
        if not form.is_bound or not form.is_valid():
            return None
        assert isinstance(request.user, User)
        try:
            slips = survey_tokens.prepare_slips(row.survey, actor=request.user, only=[row.pk])
            data = survey_slips.render(row.survey, slips, at=now())
            survey_tokens.issue_slips(row.survey_id, slips, actor=request.user, at=now())
        except ValidationError as error:
            form.add_error(None, error)
            return None
        return pdf_response(data, f"{row.survey.slug}-slip-{row.number}.pdf", is_saved=True)

    # --- columns -----------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("姓名"))
    def masked_name(self, row: Evaluator) -> str:
        return mask_name(row.name) or _("已按保存期限清除")

    @admin.display(description=gettext_lazy("联系方式"))
    def masked_contact(self, row: Evaluator) -> str:
        return "　".join(value for _label, value in survey_evaluators.masked(row)[1:]) or "—"

    @admin.display(description=gettext_lazy("进展"), ordering="is_used")
    def progress(self, row: Evaluator) -> str:
        if row.voided_on:
            return toned(_("已取消"), "info")
        if row.is_used:
            return toned(_("已评议"), "ok")
        return toned(_("已发，没有评议"), "warn") if row.issued_on else _("没有发评议码")
