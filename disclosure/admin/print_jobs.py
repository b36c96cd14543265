"""打印任务 in the admin: what was ordered and how far it is; sheets of the boards of a half-year are ordered here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure import print_volumes
from disclosure.admin.register_verbs import CHOOSE, Verb, VerbAdmin, VerbForm, toned
from disclosure.enums import PrintFormat, PrintState
from disclosure.models import PrintJob
from disclosure.services import print_jobs
from govportal import access
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Permission

access.open_admin("disclosure.printjob", view=Permission.MANAGE_BOARDS)
_TONES = {
    PrintState.WAITING.value: "info",
    PrintState.RUNNING.value: "info",
    PrintState.DONE.value: "ok",
    PrintState.FAILED.value: "bad",
}


class BundleForm(VerbForm):
    agency = forms.ModelChoiceField(
        label=gettext_lazy("单位"),
        queryset=Agency.objects.none(),
        empty_label=CHOOSE,
        help_text=gettext_lazy("包括它的下级单位。"),
    )
    half = forms.ChoiceField(label=gettext_lazy("半年"))
    format = forms.ChoiceField(
        label=gettext_lazy("格式"),
        choices=[
            (PrintFormat.ZIP.value, gettext_lazy("ZIP，每个公开栏一个 PDF")),
            (PrintFormat.PDF.value, gettext_lazy("一个 PDF，含全部公开栏")),
        ],
        help_text=format_lazy(gettext_lazy("一个 PDF 最多 {} 张；张数、文字多的请选 ZIP。"), print_volumes.MOST_SHEETS),
    )

    def prepare(self) -> None:
        agencies = access.agencies_under(self.actor, Permission.MANAGE_BOARDS).order_by("position", "name")
        self.choices_of("agency").queryset = agencies
        half: Any = self.fields["half"]
        half.choices = [(one.key, str(one)) for one in print_volumes.half_years(today())]


def _retry(row: PrintJob, actor: User, _values: dict[str, Any]) -> object:
    return print_jobs.retry(row.pk, actor=actor, at=now())


@admin.register(PrintJob)
class PrintJobAdmin(VerbAdmin[PrintJob]):
    list_display = ("title", "how_far", "parts_done", "kind", "format", "asked_by", "asked_at")
    list_filter = ("state", "kind")
    list_select_related = ("asked_by",)
    readonly_fields = ("how_far", "parts_done", "file_link")
    fieldsets = (
        (None, {"fields": ("how_far", "parts_done", "fault", "file_link", "kind", "format")}),
        (gettext_lazy("办理"), {"fields": ("asked_by", "asked_at", "done_at")}),
    )
    add_form = BundleForm
    add_title = gettext_lazy("生成公开栏汇编")
    warning = gettext_lazy("收入半年内张贴过的每一张；没有登记张贴的公开栏，收入最近一张。文件保存 7 天。")
    verbs = (Verb("retry", gettext_lazy("重试"), print_jobs.reasons_against_retrying, _retry),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrintJob]:
        """What the reader ordered; of whoever runs the site, everything."""
        done = Count("parts", filter=Q(parts__state=PrintState.DONE))
        rows = PrintJob.objects.select_related("asked_by").annotate(done=done, total=Count("parts"))
        if access.holds_for_all(request.user, Permission.MANAGE_SITE):
            return rows
        return rows.filter(asked_by=request.user if isinstance(request.user, User) else None, asked_by__isnull=False)

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.MANAGE_BOARDS)

    def page_context(self, request: HttpRequest, row: PrintJob) -> dict[str, Any]:
        """A job that did not fail has nothing to try again, and that needs no explanation."""
        context = super().page_context(request, row)
        return context | {"verbs": [one for one in context["verbs"] if not one[2]], "refused": False}

    def add_row(self, actor: User, values: dict[str, Any]) -> PrintJob:
        half = next(one for one in print_volumes.half_years(today()) if one.key == values["half"])
        wish = print_volumes.bundle(values["agency"], half, PrintFormat(values["format"]))
        return print_jobs.order(wish, actor=actor, at=now())

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def how_far(self, row: PrintJob) -> str:
        return toned(row.get_state_display(), _TONES[row.state])

    @admin.display(description=gettext_lazy("进度"))
    def parts_done(self, row: PrintJob) -> str:
        counts: Any = row
        return _("已完成 %(done)s 册，共 %(total)s 册") % {"done": counts.done, "total": counts.total}

    @admin.display(description=gettext_lazy("文件"))
    def file_link(self, row: PrintJob) -> str:
        """The file; where there is none to give, the page of the job, which watches it and says why."""
        if print_jobs.file_of(row) and not print_jobs.is_outdated(row):
            name = print_jobs.file_name(row)
            words = _("%(name)s（%(size)s）") % {"name": name, "size": filesizeformat(row.size)}
            return format_html('<a href="{}">{}</a>', reverse("print_file", args=[row.key, name]), words)
        words = _("文件已经不再提供，看原因") if row.state == PrintState.DONE else _("查看进度")
        return format_html('<a href="{}">{}</a>', reverse("print_job", args=[row.key]), words)
