"""Requests in the admin: the list by due day, the desk of one, its verbs, and the doors to what is masked."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access
from govportal.models import User
from govportal.now import today
from govportal.permissions import Permission
from requests_app.admin import applicant_pages, desk, entry, files
from requests_app.admin.imports import LedgerImport
from requests_app.admin.marks import due_words, left_mark, state_mark
from requests_app.admin.request_list import FILTERS, RequestList
from requests_app.admin.verb_pages import RequestVerbAdmin
from requests_app.admin.verbs import VERBS
from requests_app.models import InformationRequest

access.open_admin("requests_app.informationrequest", view=Permission.VIEW_REQUESTS)


@admin.register(InformationRequest)
class InformationRequestAdmin(LedgerImport, RequestVerbAdmin):
    """Changed by verbs alone, never as a form; deleted never."""

    list_display = ("number", "subject", "shown_state", "left", "due", "channel", "handler", "applicant_kind")
    list_filter = FILTERS
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count for each choice is a walk over all rows
    search_fields = ("number", "subject")
    search_help_text = gettext_lazy(
        "受理编号或者信息名称。不要在这里输入申请人的姓名、电话和证件号码，用“按申请人查找”。"
    )
    change_list_template = "admin/import_change_list.html"
    page_template = "admin/requests_app/desk.html"
    verbs = VERBS
    add_title = gettext_lazy("登记收到的申请")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RequestList]:
        return RequestList

    def get_queryset(self, request: HttpRequest) -> QuerySet[InformationRequest]:
        """Descriptions stay encrypted until somebody opens one."""
        rows = InformationRequest.objects.visible_to(request.user).select_related("agency", "handler")
        return rows.defer("description", "purpose")

    def get_ordering(self, request: HttpRequest) -> Any:
        """By due day; what is closed, by the day on which it was; everything, the newest first. Each has its index."""
        match request.GET.get("queue"):
            case "closed":
                return ("-closed_on", "-id")
            case "all":
                return ("-id",)
        return (F("due_on").asc(nulls_last=True), "id")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[InformationRequest], search_term: str
    ) -> tuple[QuerySet[InformationRequest], bool]:
        """In numbers and subjects alone: nothing of an applicant may stand in an address."""
        term = search_term.strip()
        found = Q(subject__icontains=term) | Q(number__contains=term.upper())
        return (queryset.filter(found) if term else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        tools = self.list_tools(request) if self.may_import(request.user) else []
        if access.can(request.user, Permission.VIEW_APPLICANT):
            tools.append((_("按申请人查找"), reverse("admin:requests_app_informationrequest_find")))
        wide = {"list_tools": tools, "is_nav_sidebar_enabled": False}
        return super().changelist_view(request, wide | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        guard, name = self.admin_site.admin_view, "requests_app_informationrequest"
        return [
            path("find/", guard(applicant_pages.find_page), name=f"{name}_find"),
            path("<int:pk>/applicant/", guard(applicant_pages.unmask_page), name=f"{name}_applicant"),
            path("<int:pk>/files/<int:file_pk>/", guard(files.file_page), name=f"{name}_file"),
            path("<int:pk>/letters/<int:letter_pk>/", guard(files.letter_page), name=f"{name}_letter"),
            path("<int:pk>/proofs/<int:delivery_pk>/", guard(files.proof_page), name=f"{name}_proof"),
            path("<int:pk>/draft/", guard(files.draft_page), name=f"{name}_draft"),
            *super().get_urls(),
        ]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> InformationRequest | None:
        return desk.find(request.user, object_id)

    def page_title(self, row: InformationRequest) -> str:
        return desk.title_of(row)

    def facts(self, request: HttpRequest, row: InformationRequest) -> Any:
        return []

    def page_context(self, request: HttpRequest, row: InformationRequest) -> dict[str, Any]:
        assert isinstance(request.user, User)
        return desk.desk_context(row, request.user, today())

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.HANDLE_REQUEST)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return entry.entry_page(self, request)

    # --- columns ---------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: InformationRequest) -> str:
        """And how it ended."""
        mark = state_mark(row)
        return format_html("{}<br>{}", mark, row.get_outcome_display()) if row.outcome else mark

    @admin.display(description=gettext_lazy("剩余工作日"), ordering="due_on")
    def left(self, row: Any) -> str:
        day: date = row.seen_on
        return left_mark(row, day, row.calendar)

    @admin.display(description=gettext_lazy("答复期限"), ordering="due_on")
    def due(self, row: InformationRequest) -> str:
        return str(due_words(row))

    class Media:
        css = {"all": ("css/admin_request.css",)}
