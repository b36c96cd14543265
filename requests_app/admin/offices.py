"""依申请公开设置: how the letters of an agency are numbered and what they name, kept by its administrator."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from govportal import access
from govportal.admin.base import AuditedModelAdmin
from govportal.models import Agency
from govportal.permissions import Permission
from requests_app.models import RequestOffice

access.open_admin("requests_app.requestoffice", view=Permission.MANAGE_AGENCIES, change=Permission.MANAGE_AGENCIES)


@admin.register(RequestOffice)
class RequestOfficeAdmin(AuditedModelAdmin[RequestOffice]):
    """Of the agencies that this administrator manages; the agency of a row is for good."""

    list_display = ("agency", "is_open", "letter_prefix", "office", "phone", "review_body", "court")
    list_filter = ("is_open",)
    list_select_related = ("agency",)
    search_fields = ("agency__name", "agency__short_name", "office")
    fields = ("agency", "is_open", "office", "phone", "letter_prefix", "review_body", "court", "payee")

    def agency_of(self, row: Model) -> Agency | None:
        return row.agency if isinstance(row, RequestOffice) else None

    def get_queryset(self, request: HttpRequest) -> QuerySet[RequestOffice]:
        managed = access.agencies_under(request.user, Permission.MANAGE_AGENCIES)
        return RequestOffice.objects.filter(agency__in=managed.values("pk"))

    def get_readonly_fields(self, request: HttpRequest, obj: RequestOffice | None = None) -> list[str]:
        return ["agency"] if obj else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "agency":
            managed = access.agencies_under(request.user, Permission.MANAGE_AGENCIES)
            kwargs["queryset"] = managed.filter(request_office=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
