"""社会评议 in the admin: set up, opened, closed and tallied by verbs; nobody sees what a ballot says before the tally,
and nobody at all what fewer than ten say."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import Verb, VerbForm, toned
from evaluation import survey_slips
from evaluation.admin.survey_forms import QuestionsForm, StartForm
from evaluation.admin.survey_verbs import ACTIONS, SLIPS, VERBS
from evaluation.models import Survey
from evaluation.services import survey_evaluators, survey_procedure, survey_results, survey_setup, survey_tokens
from evaluation.survey_enums import SurveyAction, SurveyState
from evaluation.survey_page import grade_ranges, lines_of, steps_of, too_few
from evaluation.survey_standing import is_public, open_steps
from evaluation.survey_workflow import may_still_be
from govportal import access
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Permission
from requests_app.admin.queue_filter import QueueFilter
from requests_app.admin.verb_pages import CaseVerbAdmin, pdf_response

access.open_admin("evaluation.survey", view=Permission.ASSESS, is_site_wide=True)

_TONES = {
    SurveyState.DRAFT: "info", SurveyState.OPEN: "ok", SurveyState.CLOSED: "warn", SurveyState.TALLIED: "ok",
    SurveyState.CANCELLED: "bad",
}  # fmt: skip


class SurveyQueueFilter(QueueFilter):
    queues = {
        "open": (gettext_lazy("在办"), lambda: {"pk__in": open_steps().values("survey")}),
        "running": (gettext_lazy("评议中"), lambda: {"state": SurveyState.OPEN}),
        "tally": (gettext_lazy("待汇总"), lambda: {"state": SurveyState.CLOSED}),
        "tallied": (gettext_lazy("已汇总"), lambda: {"state": SurveyState.TALLIED}),
    }

    def rows(self, request: HttpRequest, queryset: Any, chosen: Any) -> Any:
        return queryset.filter(**chosen())


def _may_still_be(row: Survey, verb: Verb) -> bool:
    if verb.name == SurveyAction.DRAFT_ITEM and survey_results.has_draft(row):
        return False
    return may_still_be(row.state, ACTIONS.get(verb.name) or SurveyAction(verb.name))


@admin.register(Survey)
class SurveyAdmin(CaseVerbAdmin[Survey]):
    list_display = ("title", "shown_state", "opens_on", "closes_on", "next_step", "slug")
    list_filter = (SurveyQueueFilter, "state")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("title", "slug")
    readonly_fields = ("shown_state", "public_page", "thresholds")
    fieldsets = (
        (None, {"fields": ("shown_state", "public_page", "opens_on", "closes_on", "accepts_public", "thresholds")}),
        (gettext_lazy("说明"), {"fields": ("introduction", "cancelled_because")}),
        (gettext_lazy("汇总"), {"fields": ("tallied_at", "digest", "item")}),
    )
    page_template = "admin/evaluation/survey_change.html"
    verb_template = "admin/evaluation/survey_verb.html"
    add_form = StartForm
    add_title = gettext_lazy("筹备社会评议")
    warning = gettext_lazy("社会评议向社会公开。不写个人信息；国家秘密不得录入本系统。")
    verbs = VERBS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Survey]:
        return survey_procedure.visible_to(request.user).select_related("item")

    def may_add(self, actor: User) -> bool:
        return access.holds_for_all(actor, Permission.ASSESS)

    def add_row(self, actor: User, values: dict[str, Any]) -> Survey:
        slug, copied = values.pop("slug"), values.pop("copied")
        values.pop("form_key", None)
        setting = survey_setup.Setting(**values | {"agencies": list(values["agencies"])})
        return survey_setup.start(setting, slug=slug, actor=actor, at=now(), copied=copied)

    def lock(self, row: Survey) -> None:
        survey_procedure.locked(row.pk)

    # --- the verbs ---------------------------------------------------------------------------------------------------

    def answer(self, request: HttpRequest, row: Survey, verb: Verb, form: VerbForm) -> HttpResponseBase | None:
        if verb.name == SLIPS:
            return self._printed(request, row, form)
        if form.is_bound and form.is_valid() and isinstance(form, QuestionsForm):
            form.cleaned_data = {"questions": form.questions()}
        done = super().answer(request, row, verb, form)
        if done and verb.name == "draft_item":
            messages.info(request, _("下一步：公开稿送审、公开以后，结果才在网上公布。"))
        return done

    def _printed(self, request: HttpRequest, row: Survey, form: VerbForm) -> HttpResponse | None:
        """Set first and issued afterwards, so that nobody waits for a printer with the survey locked."""
        if not form.is_bound or not form.is_valid():
            return None
        assert isinstance(request.user, User)
        values = {name: form.cleaned_data[name] for name in ("group", "is_again")}
        try:
            slips = survey_tokens.prepare_slips(row, actor=request.user, **values)
            data = survey_slips.render(row, slips, at=now())
            survey_tokens.issue_slips(row.pk, slips, actor=request.user, at=now())
        except ValidationError as error:
            form.add_error(None, error)
            return None
        return pdf_response(data, f"{row.slug}-slips.pdf", is_saved=True)

    # --- its page ----------------------------------------------------------------------------------------------------

    def page_context(self, request: HttpRequest, row: Survey) -> dict[str, Any]:
        ballots = row.ballots.order_by()
        tally = row.tally or {}
        context = super().page_context(request, row)
        # What can be done comes first; what can never be done any more is no button.
        verbs = sorted((one for one in context["verbs"] if _may_still_be(row, one[0])), key=lambda one: bool(one[2]))
        return context | {
            "verbs": verbs,
            "refused": any(reasons for _verb, _address, reasons in verbs),
            "steps": steps_of(row, today()),
            "questions": row.questions.order_by("position"),
            "agencies": row.agencies.order_by("position", "name", "pk"),
            "returned": survey_evaluators.returned(row),
            "public_ballots": ballots.filter(is_invited=False).count(),
            "invited_ballots": ballots.filter(is_invited=True).count(),
            "lines": lines_of(tally) if tally else [],
            "too_few": too_few(),
            "people": f"{reverse('admin:evaluation_evaluator_changelist')}?survey__id__exact={row.pk}",
            "importing": f"{reverse('admin:evaluation_evaluator_import')}?survey={row.pk}",
        }

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: Survey) -> str:
        return toned(row.get_state_display(), _TONES[SurveyState(row.state)])

    @admin.display(description=gettext_lazy("下一步"))
    def next_step(self, row: Survey) -> str:
        steps = steps_of(row, today())
        step = next((step for step in steps if step.is_next), None)
        if step is None:
            return "—"
        words = _("%(step)s（%(day)s）") % {"step": step.row.get_step_display(), "day": step.row.due_on}
        return toned(words, "bad") if step.marks else words

    @admin.display(description=gettext_lazy("档次"))
    def thresholds(self, row: Survey) -> str:
        return grade_ranges(row)

    @admin.display(description=gettext_lazy("公开页面"))
    def public_page(self, row: Survey) -> str:
        if row.opened_at is None:
            return ""
        words = _("结果已公布") if is_public(row) else ""
        return format_html('<a href="{}">{}</a> {}', row.get_absolute_url(), row.get_absolute_url(), words)
