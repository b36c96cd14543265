"""责任追究 in the admin: for those who hold to account the list, the desk and its verbs; for the heads of an agency its
own decided cases.

Every door asks AccountabilityCaseQuerySet. To whoever it leaves out a case answers as a number that nobody has.
"""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.accountability_enums import TriggerGroup
from evaluation.accountability_queues import CASE_QUEUES, Look
from evaluation.accountability_rules import CLAUSES
from evaluation.admin import accountability_desk, accountability_pages
from evaluation.admin.accountability_forms import OpenForm
from evaluation.admin.accountability_verbs import VERB_TEMPLATE, VERBS
from evaluation.models import AccountabilityCase
from evaluation.services import accountability_open, accountability_procedure
from govportal import access
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Permission
from requests_app.admin.queue_filter import QueueFilter
from requests_app.admin.verb_pages import CaseVerbAdmin
from requests_app.services import sent_forms

access.open_admin("evaluation.accountabilitycase", view=Permission.HOLD_ACCOUNTABLE, change=Permission.OBJECT)
# What the heads of an agency choose from: the others say how a case came about.
_FOR_AGENCY = ("report", "overdue", "open", "ended")


class CaseQueueFilter(QueueFilter):
    queues = CASE_QUEUES
    everything = gettext_lazy("全部责任追究")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        found = super().lookups(request, model_admin)
        if access.can(request.user, Permission.HOLD_ACCOUNTABLE):
            return [(key, label) for key, label in found if key != "report"]
        return [(key, label) for key, label in found if key in {*_FOR_AGENCY, "all"}]

    def rows(self, request: HttpRequest, queryset: Any, chosen: Any) -> Any:
        """A number that is looked for is found wherever it stands."""
        if not self.used_parameters.get(self.parameter_name) and request.GET.get("q", "").strip():
            return queryset
        return queryset.filter(chosen(Look(request.user, today())))


class AgencyFilter(admin.SimpleListFilter):
    """The agencies of what this reader may see, and no others."""

    title = gettext_lazy("被追究单位")
    parameter_name = "agency"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        seen = model_admin.get_queryset(request).order_by().values("agency")
        return [(str(row.pk), row.display_name) for row in Agency.objects.filter(pk__in=seen).order_by("code")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = {key for key, _name in self.lookup_choices}
        return queryset.filter(agency=self.value()) if self.value() in known else queryset


class GroupFilter(admin.SimpleListFilter):
    title = gettext_lazy("追究情形")
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(TriggerGroup.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        keys = [clause.key for clause in CLAUSES.values() if clause.group == self.value()]
        return queryset.filter(trigger__in=keys) if self.value() in set(TriggerGroup) else queryset


@admin.register(AccountabilityCase)
class AccountabilityCaseAdmin(CaseVerbAdmin[AccountabilityCase]):
    """Changed by verbs alone, never as a form; deleted never."""

    list_display = ("number", "group", "agency", "shown_state", "correction_due_on", "opened_on", "decided_on")
    list_filter = (CaseQueueFilter, "state", GroupFilter, AgencyFilter)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("number",)
    search_help_text = gettext_lazy("编号。不要在这里输入责任人的姓名。")
    change_list_template = "admin/import_change_list.html"
    page_template = "admin/evaluation/accountability_page.html"
    verb_template = VERB_TEMPLATE
    verbs = VERBS
    add_form = OpenForm
    add_title = gettext_lazy("责任追究立案")
    warning = gettext_lazy("涉及个人，只为办案使用；国家秘密不得录入本系统。")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccountabilityCase]:
        """What was found stays encrypted until somebody opens it."""
        rows = AccountabilityCase.objects.visible_to(request.user) | AccountabilityCase.objects.told_to(request.user)
        return rows.select_related("agency", "office").defer("facts", "reasons", "correction", "verification")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> AccountabilityCase | None:
        return accountability_desk.find(request.user, object_id)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        tools = []
        if access.can(request.user, Permission.HOLD_ACCOUNTABLE):
            tools.append((_("移送的线索"), reverse("admin:evaluation_accountabilitycase_referrals")))
        return super().changelist_view(request, {"list_tools": tools} | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        guard, name = self.admin_site.admin_view, "evaluation_accountabilitycase"
        pages = accountability_pages
        return [
            path("referrals/", guard(pages.referrals_page), name=f"{name}_referrals"),
            path("<int:pk>/people/", guard(pages.unmask_page), name=f"{name}_people"),
            path("<int:pk>/notices/<int:notice_pk>/", guard(pages.notice_page), name=f"{name}_notice"),
            path("<int:pk>/papers/<int:respondent_pk>/", guard(pages.paper_page), name=f"{name}_paper"),
            path("<int:pk>/steps/<int:event_pk>/", guard(pages.step_page), name=f"{name}_step"),
            *super().get_urls(),
        ]

    def facts(self, request: HttpRequest, row: AccountabilityCase) -> Any:
        return []

    def page_context(self, request: HttpRequest, row: AccountabilityCase) -> dict[str, Any]:
        assert isinstance(request.user, User)
        accountability_procedure.view(row.pk, actor=request.user, at=now())
        rectification = self._linked(request, row.rectification) if row.rectification else ""
        return {"rectification": rectification, **accountability_desk.context_of(row, request.user, today())}

    # --- opening ----------------------------------------------------------------------------------------------------

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.HOLD_ACCOUNTABLE)

    def add_row(self, actor: User, values: dict[str, Any]) -> AccountabilityCase:
        """The same sheet with the same words opens one case."""
        sheet = values.pop("form_key", "")
        typed = sorted((name, str(getattr(value, "pk", value))) for name, value in values.items())
        with transaction.atomic():
            if not sent_forms.claim(sent_forms.key_of(sheet, ("accountability", actor.pk, typed)), at=now()):
                raise ValidationError(_("您已经提交过这一立案，没有重复立案。"))
            return accountability_open.open_case(accountability_open.Opening(**values), actor=actor, at=now())

    # --- verbs ------------------------------------------------------------------------------------------------------

    def lock(self, row: AccountabilityCase) -> None:
        accountability_procedure.locked(row.pk)

    # --- columns ----------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: AccountabilityCase) -> str:
        return accountability_desk.state_mark(row, today())

    @admin.display(description=gettext_lazy("追究情形"), ordering="trigger")
    def group(self, row: AccountabilityCase) -> str:
        return str(TriggerGroup(row.trigger.partition(".")[0]).label)

    class Media:
        css = {"all": ("css/admin_request.css",)}
