from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, ProtectedError, QuerySet
from django.forms import BaseModelFormSet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from govportal import access, audit, contributions, files, images
from govportal.admin.base import AuditedModelAdmin
from govportal.admin.imports import ImportPages
from govportal.archives import RefusedFile
from govportal.imports import ImportResult
from govportal.models import Agency, Attachment, InternalBody, Leader, User
from govportal.permissions import Permission
from govportal.services.agencies import save_agency
from govportal.services.import_agencies import import_agencies

for _label in ("govportal.agency", "govportal.internalbody", "govportal.leader"):
    access.open_admin(_label, view=Permission.MANAGE_AGENCIES, change=Permission.MANAGE_AGENCIES)
contributions.audit_words["leader.photo"] = _("查看证件照")


MAX_PHOTO = 10 * 1024 * 1024  # bytes


class BodyInline(admin.TabularInline):
    model = InternalBody
    extra = 0


class LeaderForm(forms.ModelForm):
    """The photo is told by its content, whatever the file is called, and kept without what a camera writes in it."""

    new_photo = forms.FileField(
        label=_("换证件照"),
        required=False,
        help_text=_("竖幅免冠照片，JPEG、PNG 或 WebP，不超过 10 MB。只用于印制工作证和座牌，不对外公开。"),
    )
    drops_photo = forms.BooleanField(label=_("删去照片"), required=False)

    def clean_new_photo(self) -> Any:
        upload = self.cleaned_data["new_photo"]
        if not upload:
            return None
        if upload.size > MAX_PHOTO:
            raise ValidationError(_("照片超过 10 MB，请缩小后再上传。"))
        try:
            return images.portrait(upload)
        except RefusedFile as error:
            raise ValidationError(str(error)) from error

    def keep_photo(self, by: User) -> None:
        """Give the row what was chosen. For a form that is valid and about to be saved."""
        if self.cleaned_data.get("new_photo"):
            self.instance.photo = files.store(self.cleaned_data["new_photo"], by=by)
        elif self.cleaned_data.get("drops_photo"):
            self.instance.photo = None


class LeaderInline(admin.StackedInline):
    model = Leader
    form = LeaderForm
    extra = 0
    fields = (("name", "post"), "division", ("photo_link", "new_photo", "drops_photo"), "position")
    readonly_fields = ("photo_link",)

    @admin.display(description=_("证件照"))
    def photo_link(self, row: Leader) -> str:
        if not row.photo_id:
            return str(_("没有"))
        address = reverse("admin:govportal_agency_photo", args=[row.agency_id, row.pk])
        return format_html('<a href="{}">{}</a>', address, _("查看"))


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

    # --- photos of leaders: for those who may change them, and for nobody else -------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.photo_view)
        return [path("<int:pk>/leaders/<int:leader>/photo/", view, name="govportal_agency_photo"), *super().get_urls()]

    def photo_view(self, request: HttpRequest, pk: int, leader: int) -> HttpResponseBase:
        """A look at a face is in the audit trail."""
        rows = Leader.objects.filter(agency__in=self.get_queryset(request).filter(pk=pk), photo__isnull=False)
        row = rows.select_related("agency", "photo").filter(pk=leader).first()
        if row is None or row.photo is None:
            raise Http404(_("没有这张照片，或者您看不到它。"))
        with transaction.atomic():
            audit.record(request.user, "leader.photo", row, agency=row.agency)
        response = files.serve(row.photo, request)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseModelFormSet, change: bool) -> None:
        if formset.model is not Leader:
            super().save_formset(request, form, formset, change)
            return
        assert isinstance(request.user, User)
        of_agency = Leader.objects.filter(agency=form.instance, photo__isnull=False)
        before = set(of_agency.values_list("photo_id", flat=True))
        rows: list[Any] = formset.forms
        for each in rows:
            if each.has_changed() and each not in formset.deleted_forms:
                each.keep_photo(request.user)
        super().save_formset(request, form, formset, change)
        for pk in before - set(of_agency.values_list("photo_id", flat=True)):
            _forget_photo(pk)


def _forget_photo(pk: int) -> None:
    """What a leader's row names no longer is deleted, with its bytes, unless something else names it."""
    attachment = Attachment.objects.get(pk=pk)
    name = str(attachment.file.name)
    try:
        with transaction.atomic():
            attachment.delete()
    except ProtectedError:
        return
    transaction.on_commit(lambda: files.forget([name]), robust=True)
