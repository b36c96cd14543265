from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import catalogue_export
from disclosure.enums import Channel, Level
from disclosure.models import CatalogueEntry, CatalogueTemplate
from disclosure.rules import to_columns
from disclosure.services.adopt_template import adopt_template, preview
from disclosure.services.import_catalogue import import_catalogue
from disclosure.timing_text import parse_timing
from disclosure.types import ITEM_TYPE_CHOICES
from govportal import access
from govportal.admin.base import AuditedModelAdmin
from govportal.admin.imports import ImportPages
from govportal.html import clean_values
from govportal.imports import ImportResult
from govportal.models.agency import AgencyKind
from govportal.permissions import Permission
from govportal.spreadsheets import CSV_TYPE, XLSX_TYPE, csv_bytes, xlsx_bytes

for _label in ("disclosure.catalogueentry", "disclosure.cataloguetemplate"):
    access.open_admin(_label, view=Permission.MANAGE_CATALOGUE, change=Permission.MANAGE_CATALOGUE, is_site_wide=True)


def _several(label: Any, choices: Any) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class CatalogueForm(forms.ModelForm):
    """A line of the catalogue. The time limit is typed as text; the rule is read from it."""

    channels = _several(gettext_lazy("公开渠道和载体"), Channel.choices)
    levels = _several(gettext_lazy("公开层级"), Level.choices)
    responsible_kinds = _several(gettext_lazy("公开主体类别"), AgencyKind.choices)

    def clean_timing_text(self) -> str:
        text: str = self.cleaned_data["timing_text"].strip()
        if text and "timing_text" in self.changed_data and parse_timing(text) is None:
            raise forms.ValidationError(
                _("看不懂这个时限。可以写成“信息形成之日起20个工作日内”“每年1月31日前”“公示7个工作日”“长期公开”等。")
            )
        return text

    def clean(self) -> dict[str, Any]:
        """Every text as `clean_text` leaves it: pages, tables and feeds hand it out."""
        cleaned: dict[str, Any] = clean_values(super().clean() or {})
        return cleaned

    def save(self, commit: bool = True) -> Any:
        if "timing_text" in self.changed_data:
            for name, value in to_columns(parse_timing(self.cleaned_data["timing_text"])).items():
                setattr(self.instance, name, value)
        return super().save(commit)


class CatalogueEntryForm(CatalogueForm):
    item_type = forms.ChoiceField(label=gettext_lazy("信息类型"), choices=ITEM_TYPE_CHOICES, initial="general")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not (cleaned.get("agencies") or cleaned.get("responsible_kinds")):
            self.add_error("agencies", _("请选择公开主体，或者选择公开主体类别。"))
        return cleaned


class _TimingMixin(AuditedModelAdmin[Any]):
    readonly_fields = ("timing_words",)

    @admin.display(description=gettext_lazy("时限规则"))
    def timing_words(self, entry: CatalogueEntry) -> str:
        return entry.timing_words if entry.timing_rule else _("未识别：%(text)s") % {"text": entry.timing_text}


_COLUMNS = ("domain", "category", "level1", "level2", "elements", "basis", "timing_text", "timing_words")
_WHO = ("responsible_text", "responsible_kinds", "channels", "target", "target_detail", "mode", "levels")


@admin.register(CatalogueEntry)
class CatalogueEntryAdmin(ImportPages, _TimingMixin):
    """The catalogue is one for the whole county, so only its administrators change it."""

    form = CatalogueEntryForm
    list_display = ("code", "domain", "level1", "level2", "timing_words", "mode", "target", "is_active")
    list_filter = ("domain", "category", "mode", "target", "timing_kind", "is_active")
    search_fields = ("code", "domain", "level1", "level2", "elements", "basis", "responsible_text")
    autocomplete_fields = ("agencies",)
    list_per_page = 50
    actions = ("export_csv", "export_xlsx")
    fieldsets = (
        (None, {"fields": ("code", *_COLUMNS)}),
        (gettext_lazy("主体、渠道和对象"), {"fields": ("agencies", *_WHO)}),
        (gettext_lazy("管理"), {"fields": ("item_type", "source", "note", "position", "is_active")}),
        (gettext_lazy("公开义务"), {"fields": ("in_force_on", "is_report")}),
    )
    import_permission = Permission.MANAGE_CATALOGUE
    import_help = gettext_lazy(
        "国家标准目录的列序、带合并单元格和两行表头的表格都可以；先逐行预览，确认后才写入，重复导入不会产生重复事项。"
    )

    def run_import(self, source: Any, *, actor: Any, is_dry_run: bool) -> ImportResult:
        return import_catalogue(source, actor=actor, is_dry_run=is_dry_run)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Entries are switched off, never deleted: items and obligations refer to them."""
        return False

    def get_urls(self) -> list[URLPattern]:
        export, adopt = map(self.admin_site.admin_view, (self.export_view, self.adopt_view))
        return [
            path("export/<str:format>/", export, name="disclosure_catalogueentry_export"),
            path("adopt/<str:template>/", adopt, name="disclosure_catalogueentry_adopt"),
            *super().get_urls(),
        ]

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        export, adopt = "admin:disclosure_catalogueentry_export", "admin:disclosure_catalogueentry_adopt"
        return [
            *super().list_tools(request),
            *((_("导出 %(format)s") % {"format": name.upper()}, reverse(export, args=[name])) for name in _FORMATS),
            *(
                (_("采用%(level)s模板") % {"level": level.label}, reverse(adopt, args=[level.value]))
                for level in (Level.TOWNSHIP, Level.COUNTY, Level.CITY)
            ),
        ]

    def export_view(self, request: HttpRequest, format: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _export(self.get_queryset(request), format if format in _FORMATS else "csv")

    @admin.action(description=gettext_lazy("导出所选事项（CSV）"))
    def export_csv(self, request: HttpRequest, queryset: QuerySet[CatalogueEntry]) -> HttpResponse:
        return _export(queryset, "csv")

    @admin.action(description=gettext_lazy("导出所选事项（XLSX）"))
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet[CatalogueEntry]) -> HttpResponse:
        return _export(queryset, "xlsx")

    def adopt_view(self, request: HttpRequest, template: str) -> HttpResponse:
        """What adopting the template would add; then, on confirmation, adopt it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        here = reverse("admin:disclosure_catalogueentry_changelist")
        if template not in Level.values:
            messages.error(request, _("没有这个目录模板。"))
            return HttpResponseRedirect(here)
        if request.method == "POST":
            done = adopt_template(template, actor=request.user)
            counts = {"new": len(done.missing), "old": len(done.present)}
            messages.success(request, _("已采用模板：新增 %(new)s 项，已有 %(old)s 项没有改动。") % counts)
            return HttpResponseRedirect(here)
        title = _("采用%(level)s重点领域目录模板") % {"level": Level(template).label}
        context = {"opts": self.opts, "title": title, "adoption": preview(template)}
        page = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, "admin/adopt_template.html", page)


_FORMATS = ("csv", "xlsx")


def _export(queryset: QuerySet[CatalogueEntry], format: str) -> HttpResponse:
    rows = catalogue_export.table(queryset.order_by("position", "id").prefetch_related("agencies"))
    content = xlsx_bytes(rows, title=_("政务公开标准目录")) if format == "xlsx" else csv_bytes(rows)
    headers = {"Content-Disposition": f'attachment; filename="catalogue.{format}"'}
    return HttpResponse(content, content_type=XLSX_TYPE if format == "xlsx" else CSV_TYPE, headers=headers)


@admin.register(CatalogueTemplate)
class CatalogueTemplateAdmin(_TimingMixin):
    """The lines of the key-area templates; adopting one is done from the list of entries."""

    is_public = False
    form = CatalogueForm
    list_display = ("template", "domain", "level1", "level2", "timing_words")
    list_filter = ("template", "domain", "category")
    search_fields = ("domain", "level1", "level2", "elements")
    fields = ("template", *_COLUMNS, *_WHO, "position")
