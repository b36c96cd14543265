"""公开义务 in the admin: who owes what by when, and what a person may enter to meet it, each by its service."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, Verb, VerbAdmin, VerbForm
from disclosure.enums import READABLE_STATES, Audience, StatementKind
from disclosure.forms.base import DayField
from disclosure.models import Filing, Item, Obligation, Statement
from disclosure.obligation_states import period_words, public_item_of, standing_words, wall_words
from disclosure.queues import SOON, due_obligations
from disclosure.services import filings, fulfil, statements
from govportal import access
from govportal.admin.base import ReadOnlyModelAdmin
from govportal.calendar import load_calendar
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Permission
from govportal.workdays import add_working_days

for _label in ("obligation", "statement", "filing"):
    access.open_admin(f"disclosure.{_label}", view=Permission.VIEW_ITEMS)

ITEMS_OFFERED = 50


class MeetForm(VerbForm):
    """One item: of the entry, newest first, or any by its index number."""

    item = forms.ChoiceField(label=gettext_lazy("这一事项已公开的信息"), required=False)
    number = forms.CharField(
        label=gettext_lazy("或者索引号"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("列表里没有的，填本单位已公开信息的索引号。"),
    )

    def prepare(self) -> None:
        items = Item.objects.filter(
            agency=self.row.agency_id,
            catalogue_entry=self.row.entry_id,
            audience=Audience.PUBLIC,
            state__in=READABLE_STATES,
        ).newest_first()[:ITEMS_OFFERED]
        field = self.fields["item"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", CHOOSE), *((str(item.pk), f"{item.published_on} {item.title}") for item in items)]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        chosen, number = values.get("item"), values.get("number", "").strip()
        if bool(chosen) == bool(number):
            raise forms.ValidationError(_("请选一条信息，或者填一个索引号，只用其中一种。"))
        found = Item.objects.filter(pk=chosen) if chosen else Item.objects.filter(index_number=number)
        item = found.filter(agency=self.row.agency_id).first()
        if item is None:
            raise forms.ValidationError(_("本单位没有索引号为 %s 的信息。") % number)
        return {"item": item}


class SignForm(VerbForm):
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, required=False, help_text=gettext_lazy("随声明向社会公开。")
    )


class FileForm(VerbForm):
    filed_with = forms.ModelChoiceField(
        label=gettext_lazy("收件机关"), queryset=Agency.objects.none(), empty_label=CHOOSE
    )
    filed_on = DayField(label=gettext_lazy("报送日期"))
    title = forms.CharField(label=gettext_lazy("报告名称"), max_length=200)
    number = forms.CharField(label=gettext_lazy("文号"), max_length=80, required=False)

    def prepare(self) -> None:
        field = self.choices_of("filed_with")
        field.queryset = Agency.objects.listed().exclude(pk=self.row.agency_id)
        field.initial = self.row.agency.parent_id


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("状态")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("overdue", gettext_lazy("逾期未履行")),
            ("soon", gettext_lazy("七个工作日内到期")),
            ("open", gettext_lazy("未履行")),
            ("late", gettext_lazy("逾期履行")),
            ("met", gettext_lazy("已履行")),
            ("cancelled", gettext_lazy("已取消")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "overdue":
                return queryset.overdue(today())
            case "soon":
                return queryset.due_between(today(), add_working_days(today(), SOON, load_calendar()))
            case "open":
                return queryset.open()
            case "late":
                return queryset.met_late()
            case "met":
                return queryset.met()
            case "cancelled":
                return queryset.filter(cancelled_at__isnull=False)
        return queryset


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("待办")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", gettext_lazy("到期与逾期义务"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() != "waiting":
            return queryset
        last = add_working_days(today(), SOON, load_calendar())
        return queryset.filter(pk__in=due_obligations(request.user, last).values("pk"))


def _reasons_against_meeting(row: Obligation, actor: User) -> list[str]:
    return fulfil.reasons_against(row, None, actor)


def _meet(row: Obligation, actor: User, values: dict[str, Any]) -> object:
    return fulfil.meet(row.pk, values["item"].pk, actor=actor, at=now())


def _reasons_against_signing(kind: StatementKind) -> Any:
    return lambda row, actor: statements.reasons_against(row, kind, actor, now())


def _sign(kind: StatementKind) -> Any:
    return lambda row, actor, values: statements.sign(row.pk, kind, actor=actor, at=now(), note=values["note"])


def _reasons_against_filing(row: Obligation, actor: User) -> list[str]:
    return filings.reasons_against(row, actor, now())


def _file(row: Obligation, actor: User, values: dict[str, Any]) -> object:
    return filings.file(row.pk, actor=actor, at=now(), **values)


def _seen(request: HttpRequest) -> QuerySet[Agency]:
    return access.agencies_under(request.user, Permission.VIEW_ITEMS)


@admin.register(Obligation)
class ObligationAdmin(VerbAdmin[Obligation]):
    """Made by the daily round alone; nobody adds one."""

    list_display = ("matter", "standing", "due_on", "agency", "kind", "period", "met_on", "on_board")
    list_filter = (
        QueueFilter,
        StateFilter,
        ("agency", admin.RelatedOnlyFieldListFilter),
        "kind",
        ("entry", admin.RelatedOnlyFieldListFilter),
    )
    search_fields = ("entry__code", "entry__level1", "entry__level2", "agency__name")
    readonly_fields = ("matter", "period", "standing", "item", "on_board", "statement_note")
    list_per_page = 50
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("matter", "standing", "due_on", "agency", "kind", "period", "basis")}),
        (gettext_lazy("履行"), {"fields": ("item", "met_on", "on_board", "statement_note")}),
        (gettext_lazy("取消"), {"fields": ("cancelled_at", "cancel_reason")}),
    )
    warning = gettext_lazy("登记以后立即在公开情况中显示。")
    verbs = (
        Verb("meet", gettext_lazy("登记履行"), _reasons_against_meeting, _meet, MeetForm),
        Verb(
            "nil",
            gettext_lazy("签署“本期无此类信息”"),
            _reasons_against_signing(StatementKind.NIL),
            _sign(StatementKind.NIL),
            SignForm,
        ),
        Verb(
            "unchanged",
            gettext_lazy("签署“已复核，无需更新”"),
            _reasons_against_signing(StatementKind.UNCHANGED),
            _sign(StatementKind.UNCHANGED),
            SignForm,
        ),
        Verb("file", gettext_lazy("登记报送"), _reasons_against_filing, _file, FileForm),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Obligation]:
        return Obligation.objects.filter(agency__in=_seen(request)).with_words()

    def may_add(self, actor: User) -> bool:
        return False

    def page_title(self, row: Obligation) -> str:
        return self.matter(row)

    @admin.display(description=gettext_lazy("公开事项"), ordering="entry__position")
    def matter(self, row: Obligation) -> str:
        return str(row.entry)

    @admin.display(description=gettext_lazy("期间"), ordering="period_start")
    def period(self, row: Obligation) -> str:
        return period_words(row)

    @admin.display(description=gettext_lazy("状态"), ordering=F("met_on"))
    def standing(self, row: Obligation) -> str:
        return _("已取消") if row.cancelled_at else standing_words(row, today())

    @admin.display(description=gettext_lazy("公开信息"))
    def item(self, row: Obligation) -> str:
        item = public_item_of(row)
        return format_html('<a href="{}">{}</a>', item.get_absolute_url(), item.title) if item else "—"

    @admin.display(description=gettext_lazy("上栏"))
    def on_board(self, row: Obligation) -> str:
        return wall_words(row) or "—"

    @admin.display(description=gettext_lazy("声明的说明"))
    def statement_note(self, row: Obligation) -> str:
        signed = getattr(row, "statement", None)
        return signed.note or "—" if signed else "—"


class _OfObligation[M: Statement | Filing](ReadOnlyModelAdmin[M]):
    """What was entered to meet an obligation, of the agencies whose obligations this person sees."""

    search_fields = ("obligation__entry__code", "obligation__agency__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        rows = super().get_queryset(request).filter(obligation__agency__in=_seen(request))
        return rows.select_related("obligation__entry", "obligation__agency")

    @admin.display(description=gettext_lazy("公开义务"))
    def owed(self, row: M) -> str:
        address = reverse("admin:disclosure_obligation_change", args=[row.obligation_id])
        return format_html('<a href="{}">{}</a>', address, row.obligation.entry)

    @admin.display(description=gettext_lazy("公开主体"))
    def agency(self, row: M) -> str:
        return row.obligation.agency.display_name

    @admin.display(description=gettext_lazy("期间"))
    def period(self, row: M) -> str:
        return period_words(row.obligation)


@admin.register(Statement)
class StatementAdmin(_OfObligation[Statement]):
    list_display = ("kind", "owed", "agency", "period", "signed_at")
    list_filter = ("kind", "signed_at")
    readonly_fields = fields = ("kind", "owed", "agency", "period", "note", "signed_by", "signed_at")


@admin.register(Filing)
class FilingAdmin(_OfObligation[Filing]):
    list_display = ("title", "owed", "agency", "period", "filed_with", "filed_on")
    list_filter = ("filed_on",)
    readonly_fields = fields = (
        "title", "owed", "agency", "period", "filed_with", "filed_on", "number", "recorded_by", "recorded_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Filing]:
        return super().get_queryset(request).select_related("filed_with")
