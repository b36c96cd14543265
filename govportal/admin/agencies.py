from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from govportal import access
from govportal.admin.base import AuditedModelAdmin
from govportal.admin.imports import ImportPages
from govportal.imports import ImportResult
from govportal.models import Agency, InternalBody, Leader
from govportal.permissions import Permission
from govportal.services.agencies import save_agency
from govportal.services.import_agencies import import_agencies

for _label in ("govportal.agency", "govportal.internalbody", "govportal.leader"):
    access.open_admin(_label, view=Permission.MANAGE_AGENCIES, change=Permission.MANAGE_AGENCIES)


class BodyInline(admin.TabularInline):
    model = InternalBody
    extra = 0


class LeaderInline(admin.TabularInline):
    model = Leader
    extra = 0


class AgencyForm(forms.ModelForm):
    """An agency stays below the agencies that its administrator manages."""

    manageable: QuerySet[Agency]

    def clean_parent(self) -> Agency | None:
        parent: Agency | None = self.cleaned_data["parent"]
        if parent is None and self.instance.parent_id is None and self.instance.pk:
            return None
        if parent is None or not self.manageable.filter(pk=parent.pk).exists():
            raise ValidationError(_("请选择您管理范围内的上级单位。"))
        return parent


@admin.register(Agency)
class AgencyAdmin(ImportPages, AuditedModelAdmin[Agency]):
    """The administrator's own agency and those below it. Agencies are switched off, never deleted."""

    import_permission = Permission.MANAGE_AGENCIES
    import_help = _("表头：单位代码、单位名称、层级、类别、上级单位；后三列可以没有，上级可写代码或名称。")

    form = AgencyForm
    list_display = ("name", "code", "kind", "level", "parent", "position", "is_active")
    list_filter = ("kind", "level", "is_active")
    list_select_related = ("parent",)
    search_fields = ("name", "short_name", "code", "initials")
    autocomplete_fields = ("parent", "succeeded_by")
    inlines = (BodyInline, LeaderInline)
    fieldsets = (
        (None, {"fields": ("name", "short_name", "code", "credit_code", "kind", "level", "parent")}),
        (_("公开信息"), {"fields": ("summary", "office", "position", "is_active", "succeeded_by")}),
        (
            _("联系方式"),
            {"fields": ("address", "postcode", "hours", "phone", "fax", "email", "complaint_phone")},
        ),
        (_("责任人"), {"fields": ("first_responsible", "second_responsible", "specific_responsible")}),
    )

    def run_import(self, source: Any, *, actor: Any, is_dry_run: bool) -> ImportResult:
        return import_agencies(source, actor=actor, is_dry_run=is_dry_run)

    def agency_of(self, row: Model) -> Agency:
        return row if isinstance(row, Agency) else row.agency  # type: ignore[attr-defined]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agency]:
        return access.agencies_under(request.user, Permission.MANAGE_AGENCIES)

    def get_form(self, request: HttpRequest, obj: Agency | None = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.manageable = self.get_queryset(request)
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Agency | None = None) -> list[str]:
        """The code is for good; the place below a foreign agency is not for one's own administrator to change."""
        if obj is None:
            return []
        is_foreign = obj.parent and not access.can(request.user, Permission.MANAGE_AGENCIES, obj.parent)
        return ["code", "parent"] if is_foreign else ["code"]

    def has_delete_permission(self, request: HttpRequest, obj: Agency | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Agency, form: Any, change: bool) -> None:
        save_agency(obj, actor=request.user)
