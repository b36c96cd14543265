"""Complaints in the admin, for complaint officers of the desk: the list, the desk of one, its verbs, the entry.

Every door asks ComplaintQuerySet.visible_to. To whoever it leaves out a case answers as a number that nobody has.
"""

import unicodedata
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access
from govportal.models import User
from govportal.now import now, today
from govportal.permissions import Permission
from requests_app.admin import complaint_desk, complaint_entry, complaint_pages
from requests_app.admin.complaint_list import FILTERS, ComplaintList
from requests_app.admin.complaint_marks import left_mark, result_mark, state_mark
from requests_app.admin.complaint_verb_groups import VERBS
from requests_app.admin.complaint_verb_pages import ComplaintVerbAdmin
from requests_app.models import Complaint
from requests_app.services import complainants

access.open_admin("requests_app.complaint", view=Permission.HANDLE_COMPLAINT)


@admin.register(Complaint)
class ComplaintAdmin(ComplaintVerbAdmin):
    """Changed by verbs alone, never as a form; deleted never."""

    list_display = ("number", "ground", "agency", "shown_state", "left", "due", "named", "handler", "desk")
    list_filter = FILTERS
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("number",)
    search_help_text = gettext_lazy("完整的编号。不要在这里输入投诉人的姓名和电话，用“按投诉人查找”。")
    change_list_template = "admin/import_change_list.html"
    page_template = "admin/requests_app/complaint_desk.html"
    verbs = VERBS
    add_title = gettext_lazy("登记投诉举报")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ComplaintList]:
        return ComplaintList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Complaint]:
        """What is complained of stays encrypted until somebody opens it."""
        rows = Complaint.objects.visible_to(request.user).with_due_day()
        return rows.select_related("agency", "desk", "handler").defer("facts", "answer", "board")

    def get_ordering(self, request: HttpRequest) -> Any:
        """By due day; what has ended, the newest first."""
        match request.GET.get("queue"):
            case "ended" | "summary" | "referred":
                return ("-closed_on", "-id")
            case "all":
                return ("-id",)
        return (F("due_day").asc(nulls_last=True), "id")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Complaint], search_term: str
    ) -> tuple[QuerySet[Complaint], bool]:
        """By the whole number alone: nothing of a complainant or his matter may stand in an address."""
        term = unicodedata.normalize("NFKC", search_term).strip().upper()
        return (queryset.filter(number=term) if term else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        tools = [(_("按投诉人查找"), reverse("admin:requests_app_complaint_find"))]
        wide = {"list_tools": tools, "is_nav_sidebar_enabled": False}
        return super().changelist_view(request, wide | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        guard, name = self.admin_site.admin_view, "requests_app_complaint"
        return [
            path("find/", guard(complaint_pages.find_page), name=f"{name}_find"),
            path("<int:pk>/complainant/", guard(complaint_pages.unmask_page), name=f"{name}_complainant"),
            path("<int:pk>/files/<int:file_pk>/", guard(complaint_pages.file_page), name=f"{name}_file"),
            *super().get_urls(),
        ]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Complaint | None:
        return complaint_desk.find(request.user, object_id)

    def facts(self, request: HttpRequest, row: Complaint) -> Any:
        return []

    def page_context(self, request: HttpRequest, row: Complaint) -> dict[str, Any]:
        assert isinstance(request.user, User)
        complainants.view(row.pk, actor=request.user, at=now())
        rectification = self._linked(request, row.rectification) if row.rectification else ""
        return {"rectification": rectification, **complaint_desk.desk_context(row, request.user, today())}

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.HANDLE_COMPLAINT)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return complaint_entry.entry_page(self, request)

    # --- columns ---------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: Complaint) -> str:
        return format_html("{} {}", state_mark(row), result_mark(row))

    @admin.display(description=gettext_lazy("剩余工作日"), ordering="due_day")
    def left(self, row: Any) -> str:
        day: date = row.seen_on
        return left_mark(row, day, row.calendar)

    @admin.display(description=gettext_lazy("期限"), ordering="due_day")
    def due(self, row: Complaint) -> str:
        return row.due_on.isoformat() if row.due_on else ""

    @admin.display(description=gettext_lazy("署名"), ordering="is_named")
    def named(self, row: Complaint) -> str:
        return _("署名") if row.is_named else _("匿名")

    class Media:
        css = {"all": ("css/admin_request.css",)}
