"""Import pages of the admin: upload, a preview row by row, then confirm. Nothing is written before."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access
from govportal.imports import ImportResult, Outcome
from govportal.permissions import Permission
from govportal.spreadsheets import CSV_TYPE, csv_bytes
from govportal.staged_uploads import StagedFile, StaleUpload, stage, staged
from govportal.tables import UnreadableTable

MAX_MEGABYTES = 20
ROWS_SHOWN = 500  # in the preview; the CSV has them all
_NUMBERS_SAID = 20


class UploadForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("表格文件"), help_text=gettext_lazy("CSV、XLSX、XLS 或 ODS。"))

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MAX_MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(_("文件超过 %(size)s MB。") % {"size": MAX_MEGABYTES})
        return upload


class ImportPages(admin.ModelAdmin):
    """Adds `import/` to the admin of a model. The list page shows the button to those who manage all its rows.

    Rows that belong to an agency: override `may_import`, `upload_form` and `choices`, and `run_chosen` in the place of
    `run_import`.
    """

    change_list_template = "admin/import_change_list.html"
    import_permission: Permission
    import_help: Promise | str = ""

    def run_import(self, source: Any, *, actor: Any, is_dry_run: bool) -> ImportResult:
        """Import a table, or with `is_dry_run` only say what would happen. Raises UnreadableTable."""
        raise NotImplementedError

    def run_chosen(self, source: Any, choices: Mapping[str, int], *, actor: Any, is_dry_run: bool) -> ImportResult:
        """The same with what was chosen beside the file. Raises UnreadableTable."""
        return self.run_import(source, actor=actor, is_dry_run=is_dry_run)

    def may_import(self, user: Any) -> bool:
        return access.holds_for_all(user, self.import_permission)

    def upload_form(self, request: HttpRequest) -> UploadForm:
        return UploadForm(request.POST or None, request.FILES or None)

    def choices(self, form: UploadForm) -> dict[str, int]:
        """What was chosen beside the file, by name: ids, for the confirmation to come back with."""
        return {}

    @property
    def _import_url(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_import"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name=self._import_url), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        tools = self.list_tools(request) if self.may_import(request.user) else []
        return super().changelist_view(request, {"list_tools": tools} | (extra_context or {}))

    def list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        """(label, address) of the buttons above the list."""
        return [(_("导入表格"), reverse(f"admin:{self._import_url}"))]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.may_import(request.user):
            raise PermissionDenied
        if "token" in request.POST:
            return self._confirmed(request)
        form = self.upload_form(request)
        if form.is_valid():
            upload, choices = form.cleaned_data["file"], self.choices(form)
            try:
                result = self.run_chosen(upload, choices, actor=request.user, is_dry_run=True)
            except UnreadableTable as error:
                form.add_error("file", str(error))
            else:
                token = stage(upload, by=request.user, purpose=self._import_url, choices=choices)
                return self._preview(request, result, token, upload.name)
        return self._page(request, "admin/import_form.html", {"form": form, "help": self.import_help})

    def _preview(self, request: HttpRequest, result: ImportResult, token: str, name: str) -> HttpResponse:
        is_cut = len(result.rows) > ROWS_SHOWN
        rows = result.with_messages or result.rows if is_cut else result.rows
        context = {
            "result": result, "rows": rows[:ROWS_SHOWN], "is_cut": is_cut, "token": token, "file_name": name,
        }  # fmt: skip
        return self._page(request, "admin/import_preview.html", context)

    def _confirmed(self, request: HttpRequest) -> HttpResponse:
        try:
            file = staged(request.POST["token"], by=request.user, purpose=self._import_url)
            if "report" in request.POST:
                return self._report(request, file)
            with file.claimed() as claimed:
                result = self.run_chosen(claimed, file.choices, actor=request.user, is_dry_run=False)
        except (StaleUpload, UnreadableTable) as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse(f"admin:{self._import_url}"))
        messages.success(request, result.summary())
        if refused := result.places_of(Outcome.PROBLEM):
            messages.warning(request, _("没有导入的行：%s。改好以后可以再导入这个文件。") % _listed(refused))
        return HttpResponseRedirect(self.list_with_imported(file.choices))

    def list_with_imported(self, choices: Mapping[str, int]) -> str:
        """The address of the list in which the rows stand that were imported, by what was chosen beside the file."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def _report(self, request: HttpRequest, file: StagedFile) -> HttpResponse:
        result = self.run_chosen(file.path, file.choices, actor=request.user, is_dry_run=True)
        headers = {"Content-Disposition": 'attachment; filename="import-preview.csv"'}
        return HttpResponse(csv_bytes(result.report_rows()), content_type=CSV_TYPE, headers=headers)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        title = _("导入%(what)s") % {"what": self.opts.verbose_name_plural}
        everywhere = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, template, everywhere | context)


def _listed(numbers: Sequence[int]) -> str:
    """The first of them: a message is kept in a cookie, which is small."""
    words = "、".join(str(number) for number in numbers[:_NUMBERS_SAID])
    return words if len(numbers) <= _NUMBERS_SAID else _("%(first)s 等 %(all)s 行") % {
        "first": words, "all": len(numbers),
    }  # fmt: skip
