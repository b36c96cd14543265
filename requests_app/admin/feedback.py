"""留言、纠错 in the admin: the list by due day, the desk of one with its verbs, and the draft of a public summary."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, VerbForm, toned
from govportal import access
from govportal.calendar import load_calendar
from govportal.forms import whole_number
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Permission
from govportal.workdays import working_days_between
from requests_app.admin.feedback_verbs import VERB_TEMPLATE, VERBS
from requests_app.admin.queue_filter import EVERYTHING, QueueFilter
from requests_app.admin.request_list import RequestList
from requests_app.admin.verb_pages import CaseVerbAdmin
from requests_app.feedback_enums import FeedbackState
from requests_app.feedback_queues import FEEDBACK_QUEUES, SOON, Look
from requests_app.models import Feedback
from requests_app.services import applicants, feedback, feedback_summary

access.open_admin("requests_app.feedback", view=Permission.HANDLE_FEEDBACK)

_PERSONAL = ("text", "name", "phone", "email", "answer")
_TONES = {FeedbackState.RECEIVED: "warn", FeedbackState.JUDGED: "info"}
_NAME = "admin:requests_app_feedback"


class FeedbackQueueFilter(QueueFilter):
    queues = FEEDBACK_QUEUES

    def rows(self, request: HttpRequest, queryset: Any, chosen: Any) -> Any:
        return queryset.filter(chosen(Look(request.user, today(), load_calendar)))


class AgencyFilter(admin.SimpleListFilter):
    """For whoever works at several."""

    title = gettext_lazy("单位")
    parameter_name = "agency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        agencies = {row.pk: row.display_name for row in access.agencies_with(request.user, Permission.HANDLE_FEEDBACK)}
        return [(str(pk), name) for pk, name in agencies.items()] if len(agencies) > 1 else []

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(agency=self.value()) if self.value() in known else queryset


class SummaryForm(VerbForm):
    agency = forms.ModelChoiceField(label=gettext_lazy("单位"), queryset=Agency.objects.none(), empty_label=CHOOSE)
    period = forms.ChoiceField(
        label=gettext_lazy("期间"),
        help_text=gettext_lazy("月或者季度。摘要写明收到、办结、按期办结的件数，和列入公开摘要的问题、答复。"),
    )

    def prepare(self) -> None:
        agencies = access.agencies_with(self.actor, Permission.HANDLE_FEEDBACK)
        self.choices_of("agency").queryset = Agency.objects.filter(pk__in=[agency.pk for agency in agencies])
        if len(agencies) == 1:
            self.fields["agency"].initial = agencies[0].pk
        field = self.fields["period"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(period.code, str(period)) for period in feedback_summary.last_periods(today())]


@admin.register(Feedback)
class FeedbackAdmin(CaseVerbAdmin[Feedback]):
    """Changed by verbs alone; how the writer is reached is masked until somebody says why he needs it."""

    list_display = ("number", "kind", "shown_state", "left", "due_on", "agency", "handler", "judgement")
    list_filter = (FeedbackQueueFilter, "kind", "state", "judgement", AgencyFilter)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("number",)
    search_help_text = gettext_lazy("编号。内容和留言人的信息是加密的，不能搜索。")
    readonly_fields = ("shown_state", "contact")
    fieldsets = (
        (None, {"fields": ("shown_state", "kind", "agency", "text")}),
        (gettext_lazy("来自"), {"fields": ("page", "item", "contact", "filed_at", "received_on", "due_on")}),
        (gettext_lazy("办理"), {"fields": ("judgement", "handler", "answered_on", "answer", "other_path")}),
        (gettext_lazy("公开"), {"fields": ("is_selected", "public_question", "public_answer", "summary")}),
    )
    change_list_template = "admin/import_change_list.html"
    page_template = "admin/requests_app/feedback_change.html"
    verb_template = VERB_TEMPLATE
    verbs = VERBS

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RequestList]:
        return RequestList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feedback]:
        """What is encrypted stays so until somebody opens one."""
        rows = Feedback.objects.visible_to(request.user).select_related("agency", "handler")
        return rows.defer(*_PERSONAL)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Feedback | None:
        pk = whole_number(object_id)
        rows = Feedback.objects.visible_to(request.user).select_related("agency", "handler", "item", "summary")
        return rows.filter(pk=pk).first() if pk is not None else None

    def get_ordering(self, request: HttpRequest) -> Any:
        return ("-id",) if request.GET.get("queue") in {"closed", "selected", EVERYTHING} else ("due_on", "id")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.summary_view)
        return [path("summary/", view, name="requests_app_feedback_summary"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        tools = [(_("拟制公开摘要"), reverse(f"{_NAME}_summary"))]
        wide = {"list_tools": tools, "has_add_permission": False, "is_nav_sidebar_enabled": False}
        return super().changelist_view(request, wide | (extra_context or {}))

    def may_add(self, actor: User) -> bool:
        return False

    def page_context(self, request: HttpRequest, row: Feedback) -> dict[str, Any]:
        events = row.events.select_related("actor", "agency").order_by("id")
        day, calendar = today(), load_calendar()
        return super().page_context(request, row) | {"events": events, "left": left_mark(row, day, calendar)}

    def lock(self, row: Feedback) -> None:
        feedback.locked(row.pk)

    # --- the public summary ------------------------------------------------------------------------------------------

    def summary_view(self, request: HttpRequest) -> HttpResponse:
        """拟制公开摘要 of a period: the draft of an item, for the ordinary review."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form, made = self._form(SummaryForm, request, None), []

        def run(actor: User, values: dict[str, Any]) -> None:
            period = feedback_summary.Period.read(values["period"])
            assert period  # one of the choices
            made.append(feedback_summary.draft(values["agency"], period, actor=actor, at=now()))

        if self._done(request, form, run):
            messages.success(request, _("已拟制 %s，由承办人修改、送审后公开。") % made[0].index_number)
            return HttpResponseRedirect(reverse("admin:disclosure_item_change", args=[made[0].pk]))
        context = {"form": form, "title": _("拟制公开摘要"), "back": reverse(f"{_NAME}_changelist")}
        return self.verb_page(request, context)

    # --- columns -----------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: Feedback) -> str:
        return toned(row.get_state_display(), _TONES.get(FeedbackState(row.state), "ok"))

    @admin.display(description=gettext_lazy("剩余工作日"), ordering="due_on")
    def left(self, row: Any) -> str:
        return left_mark(row, row.seen_on, row.calendar)

    @admin.display(description=gettext_lazy("称呼和联系方式"))
    def contact(self, row: Feedback) -> str:
        masked = (
            applicants.mask_name(row.name), applicants.mask_number(row.phone), applicants.mask_mail(row.email),
        )  # fmt: skip
        return "　".join(filter(None, masked)) or _("没有留")


def left_mark(row: Feedback, day: date, calendar: Any) -> str:
    """剩余工作日: yellow from the day before the last, red when overdue."""
    if row.answered_on:
        return toned(_("逾期办结"), "bad") if row.answered_on > row.due_on else "—"
    left = working_days_between(day, row.due_on, calendar)
    if row.is_overdue(day):
        return toned(_("逾期 %s 个工作日") % -left if left else _("已逾期"), "bad")
    if row.due_on == day:
        return toned(_("今天到期"), "warn")
    return toned(_("还有 %s 个") % left, "warn") if left <= SOON else _("还有 %s 个") % left
