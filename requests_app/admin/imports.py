"""The import page of the desk: an officer brings in the ledger of an agency at which he handles requests."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from govportal import access
from govportal.admin.imports import ImportPages, UploadForm
from govportal.imports import ImportResult
from govportal.models import Agency
from govportal.now import now
from govportal.permissions import Permission
from requests_app.admin.queue_filter import EVERYTHING
from requests_app.services.import_ledger import import_ledger


class LedgerForm(UploadForm):
    """The agencies offered are those of the officer: of one there is nothing to choose."""

    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("单位"), empty_label=None)
    field_order = ("agency", "file")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [agency.pk for agency in access.agencies_with(user, Permission.HANDLE_REQUEST)]
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Agency.objects.filter(pk__in=offered).order_by("position", "name")


class LedgerImport(ImportPages):
    """Mixin of the admin of requests: `import/` with a preview row by row, by agency."""

    import_permission = Permission.HANDLE_REQUEST
    import_help = _(
        "表头：受理编号、收到日期、申请渠道、申请人类型、信息名称、办理结果、办结日期、结转自。"
        "申请人的姓名、证件和联系方式不要导入：其他名称的列一律不读。先逐行预览，确认后才写入，重复导入不会产生重复申请。"
    )

    def may_import(self, user: Any) -> bool:
        return access.can(user, self.import_permission)

    def upload_form(self, request: HttpRequest) -> LedgerForm:
        return LedgerForm(request.POST or None, request.FILES or None, user=request.user)

    def choices(self, form: UploadForm) -> dict[str, int]:
        return {"agency": form.cleaned_data["agency"].pk}

    def list_with_imported(self, choices: Mapping[str, int]) -> str:
        """What a ledger tells of is closed for the most part, and the list shows what is open unless asked."""
        return f"{super().list_with_imported(choices)}?queue={EVERYTHING}"

    def run_chosen(self, source: Any, choices: Mapping[str, int], *, actor: Any, is_dry_run: bool) -> ImportResult:
        agency = Agency.objects.get(pk=choices["agency"])
        return import_ledger(source, agency=agency, actor=actor, at=now(), is_dry_run=is_dry_run)
