"""阳光票据 in the admin: recorded and checked by the staff of the agency, seen by nobody else."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, Verb, VerbAdmin, VerbForm, toned
from disclosure.enums import ReceiptKind
from disclosure.forms.base import DayField
from disclosure.models import Receipt
from disclosure.services import receipts
from govportal import access, files
from govportal.models import Agency, User
from govportal.now import now
from govportal.permissions import Permission

access.open_admin("disclosure.receipt", view=Permission.VIEW_INTERNAL)


class ExpenseForm(VerbForm):
    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=ReceiptKind.choices)
    spent_on = DayField(label=gettext_lazy("发生日期"))
    amount = forms.DecimalField(label=gettext_lazy("金额（元）"), max_digits=12, decimal_places=2)
    purpose = forms.CharField(label=gettext_lazy("事由"), max_length=200)
    payee = forms.CharField(label=gettext_lazy("收款单位"), max_length=120, required=False)
    people = forms.IntegerField(label=gettext_lazy("人数"), min_value=1, max_value=30_000, required=False)
    handled_by_name = forms.CharField(label=gettext_lazy("经手人"), max_length=60)
    upload = forms.FileField(
        label=gettext_lazy("票据扫描件"), required=False, help_text=gettext_lazy("PDF 或图片；达到规定金额的须附。")
    )

    def prepare(self) -> None:
        if self.row:
            for name in ("kind", "spent_on", "amount", "purpose", "payee", "people", "handled_by_name"):
                self.fields[name].initial = getattr(self.row, name)


class NewReceiptForm(ExpenseForm):
    agency = forms.ModelChoiceField(label=gettext_lazy("单位"), queryset=Agency.objects.none(), empty_label=CHOOSE)
    field_order = ("agency",)

    def prepare(self) -> None:
        agencies = {agency.pk for agency in access.agencies_with(self.actor, Permission.DRAFT_ITEM)}
        field = self.choices_of("agency")
        field.queryset = Agency.objects.filter(pk__in=agencies)
        if len(agencies) == 1:
            field.initial = agencies.pop()


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("复核")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("check", gettext_lazy("票据待复核")),
            ("open", gettext_lazy("待复核")),
            ("done", gettext_lazy("已复核")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "check":
                return queryset.to_check_for(request.user)
            case "open":
                return queryset.filter(checked_at=None)
            case "done":
                return queryset.exclude(checked_at=None)
        return queryset


def _expense(actor: User, values: dict[str, Any], *, old: Receipt | None = None) -> receipts.Expense:
    """Keeps the file, or leaves the one there is."""
    upload = values.pop("upload")
    scan = files.store(upload, by=actor) if upload else old.attachment if old else None
    return receipts.Expense(scan=scan, **values)


def _correct(row: Receipt, actor: User, values: dict[str, Any]) -> object:
    return receipts.correct(row.pk, _expense(actor, values, old=row), actor=actor, at=now())


def _check(row: Receipt, actor: User, _values: dict[str, Any]) -> object:
    return receipts.check(row.pk, actor=actor, at=now())


@admin.register(Receipt)
class ReceiptAdmin(VerbAdmin[Receipt]):
    list_display = ("purpose", "is_checked", "amount", "spent_on", "kind", "agency", "handled_by_name")
    list_filter = (QueueFilter, "kind", "spent_on")
    list_select_related = ("agency",)
    readonly_fields = ("scan",)
    fieldsets = (
        (None, {"fields": ("purpose", "kind", "amount", "spent_on", "payee", "people", "handled_by_name", "scan")}),
        (gettext_lazy("办理"), {"fields": ("agency", "recorded_by", "recorded_at", "checked_by", "checked_at")}),
    )
    add_form = NewReceiptForm
    add_title = gettext_lazy("登记票据")
    warning = gettext_lazy("只对本单位人员公开。国家秘密不得录入本系统；扫描件上的身份证号、银行账号请先遮盖。")
    verbs = (
        Verb("check", gettext_lazy("复核无误"), receipts.reasons_against_checking, _check),
        Verb("correct", gettext_lazy("更正"), receipts.reasons_against_correcting, _correct, ExpenseForm),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Receipt]:
        return Receipt.objects.visible_to(request.user).select_related("agency", "attachment")

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.DRAFT_ITEM)

    def add_row(self, actor: User, values: dict[str, Any]) -> Receipt:
        agency = values.pop("agency")
        return receipts.record(agency, _expense(actor, values), actor=actor, at=now())

    def page_title(self, row: Receipt) -> str:
        return row.purpose

    @admin.display(description=gettext_lazy("复核"), ordering="checked_at")
    def is_checked(self, row: Receipt) -> str:
        return toned(_("已复核"), "ok") if row.checked_at else toned(_("待复核"), "warn")

    @admin.display(description=gettext_lazy("票据扫描件"))
    def scan(self, row: Receipt) -> str:
        if row.attachment is None:
            return _("没有附件")
        address = reverse("receipt_file", args=[row.pk, row.attachment.name])
        return format_html('<a href="{}">{}</a>', address, row.attachment.name)
