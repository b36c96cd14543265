"""整改 in the admin: ordered and verified by those who oversee the agency, reported by its own people."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, Verb, VerbAdmin, VerbForm, long_text, toned
from disclosure.enums import RectificationState
from disclosure.forms.base import DayField
from disclosure.models import Item, Obligation, Rectification
from disclosure.queries.inside import mandated_to
from disclosure.services import rectify
from disclosure.workflow_rectification import RectificationAction
from govportal import access
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Permission

access.open_admin("disclosure.rectification", view=Permission.VIEW_ITEMS, change=Permission.ORDER_RECTIFICATION)


class OrderForm(VerbForm):
    """`?agency=…&item=索引号&obligation=…` fills in what another page knows."""

    from_address = frozenset({"obligation"})
    agency = forms.ModelChoiceField(label=gettext_lazy("责任单位"), queryset=Agency.objects.none(), empty_label=CHOOSE)
    problem = forms.CharField(label=gettext_lazy("问题"), max_length=300)
    requirement = long_text(gettext_lazy("整改要求"), length=2000)
    basis = forms.CharField(label=gettext_lazy("依据"), max_length=300)
    due_on = DayField(
        label=gettext_lazy("整改期限"), required=False, help_text=gettext_lazy("不填，为交办后10个工作日。")
    )
    item = forms.CharField(
        label=gettext_lazy("涉及的公开信息"), max_length=100, required=False, help_text=gettext_lazy("填索引号。")
    )
    obligation = forms.ModelChoiceField(queryset=Obligation.objects.all(), required=False, widget=forms.HiddenInput)

    def prepare(self) -> None:
        overseen = access.agencies_under(self.actor, Permission.ORDER_RECTIFICATION)
        own = self.actor.memberships.values("agency")
        self.choices_of("agency").queryset = overseen.exclude(pk__in=own).order_by("position", "name")

    def clean_item(self) -> Item | None:
        number = self.cleaned_data["item"].strip()
        if not number:
            return None
        item = Item.objects.filter(index_number=number).first()
        if item is None:
            raise forms.ValidationError(_("没有索引号为 %s 的信息。") % number)
        return item


class ReportForm(VerbForm):
    text = long_text(gettext_lazy("整改情况"), length=5000)

    def prepare(self) -> None:
        self.fields["text"].initial = self.row.report


class FindingForm(VerbForm):
    is_done = forms.TypedChoiceField(
        label=gettext_lazy("核实结果"),
        choices=[("yes", gettext_lazy("整改到位")), ("no", gettext_lazy("没有到位，退回继续整改"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    finding = long_text(gettext_lazy("核实意见"), length=2000)
    due_on = DayField(label=gettext_lazy("新的期限"), required=False, help_text=gettext_lazy("退回的须填。"))


class CancelForm(VerbForm):
    reason = long_text(gettext_lazy("撤销的理由"), length=2000)


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("待办")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("report", gettext_lazy("待整改")),
            ("verify", gettext_lazy("整改待核实")),
            ("overdue", gettext_lazy("逾期未报告")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "report":
                return queryset.to_report_for(request.user)
            case "verify":
                return queryset.to_verify_for(request.user)
            case "overdue":
                return queryset.overdue(today())
        return queryset


_TONES = {RectificationState.VERIFIED: "ok", RectificationState.CANCELLED: "info"}


def _against(action: RectificationAction) -> Any:
    return lambda row, actor: rectify.reasons_against(row, action, actor)


def _report(row: Rectification, actor: User, values: dict[str, Any]) -> object:
    return rectify.report(row.pk, actor=actor, at=now(), text=values["text"])


def _verify(row: Rectification, actor: User, values: dict[str, Any]) -> object:
    return rectify.verify(row.pk, rectify.Finding(**values), actor=actor, at=now())


def _cancel(row: Rectification, actor: User, values: dict[str, Any]) -> object:
    return rectify.cancel(row.pk, actor=actor, at=now(), reason=values["reason"])


@admin.register(Rectification)
class RectificationAdmin(VerbAdmin[Rectification]):
    list_display = ("problem", "shown_state", "due_on", "agency", "number", "ordered_on", "verified_on")
    list_filter = (QueueFilter, "state", "ordered_on")
    list_select_related = ("agency",)
    search_fields = ("number", "problem", "agency__name")
    readonly_fields = ("public_page", "item_number", "shown_state", "ordering_office", "verifying_office")
    fieldsets = (
        (None, {"fields": ("shown_state", "number", "agency", "problem", "requirement", "basis", "due_on")}),
        (gettext_lazy("涉及"), {"fields": ("item_number", "obligation", "public_page")}),
        (gettext_lazy("交办"), {"fields": ("ordering_office", "ordered_on")}),
        (gettext_lazy("报告"), {"fields": ("report", "reported_by", "reported_on")}),
        (gettext_lazy("核实"), {"fields": ("finding", "verifying_office", "verified_on")}),
    )
    add_form = OrderForm
    add_title = gettext_lazy("交办整改")
    warning = gettext_lazy("交办以后立即向社会公开。不写个人信息，也不写问题从何而来；国家秘密不得录入本系统。")
    verbs = (
        Verb(
            "report", gettext_lazy("报告整改情况"), _against(RectificationAction.REPORT), _report, ReportForm,
            warning=gettext_lazy("报告提交后立即向社会公开。不写个人信息；国家秘密不得录入本系统。"),
        ),
        Verb(
            "verify", gettext_lazy("核实"), _against(RectificationAction.ACCEPT), _verify, FindingForm,
            warning=gettext_lazy("核实意见提交后立即向社会公开。不写个人信息；国家秘密不得录入本系统。"),
        ),
        Verb(
            "cancel", gettext_lazy("撤销整改"), _against(RectificationAction.CANCEL), _cancel, CancelForm,
            warning=gettext_lazy("撤销的理由提交后立即向社会公开，原来的问题和要求不再公开。不写个人信息；国家秘密不得录入本系统。"),
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rectification]:
        seen = access.agencies_under(request.user, Permission.VIEW_ITEMS).values("pk")
        overseen = access.agencies_under(request.user, Permission.ORDER_RECTIFICATION).values("pk")
        # By a mandate: because of a matter that came to his desk, over an agency not below it.
        his = mandated_to(request.user)
        rows = Rectification.objects.filter(Q(agency__in=seen) | Q(agency__in=overseen) | his)
        return rows.select_related("agency")

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.ORDER_RECTIFICATION)

    def add_row(self, actor: User, values: dict[str, Any]) -> Rectification:
        return rectify.order(rectify.Order(**values), actor=actor, at=now())

    def page_title(self, row: Rectification) -> str:
        return row.problem

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: Rectification) -> str:
        if row.is_overdue(today()):
            return toned(_("%s，已逾期") % row.get_state_display(), "bad")
        return toned(row.get_state_display(), _TONES.get(RectificationState(row.state), "warn"))

    @admin.display(description=gettext_lazy("交办单位"))
    def ordering_office(self, row: Rectification) -> str:
        """Never the person nor his office: a complaint desk would tell that there is a complaint."""
        return rectify.office_over(row.agency)

    @admin.display(description=gettext_lazy("核实单位"))
    def verifying_office(self, row: Rectification) -> str:
        return rectify.office_over(row.agency) if row.verified_by else ""

    @admin.display(description=gettext_lazy("公开页面"))
    def public_page(self, row: Rectification) -> str:
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row.get_absolute_url())

    @admin.display(description=gettext_lazy("涉及的公开信息"))
    def item_number(self, row: Rectification) -> str:
        return row.item.index_number if row.item else "—"
