"""公开事由 in the admin: entered by the publishers of an agency, taken back by who approves there."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, Verb, VerbAdmin, VerbForm, long_text
from disclosure.admin.visibility import readable_items
from disclosure.enums import Mode, TargetGroup
from disclosure.forms.base import DayField
from disclosure.models import CatalogueEntry, DisclosureEvent
from disclosure.obligation_periods import EVENT_KINDS
from disclosure.services import events
from govportal import access
from govportal.models import Agency, User
from govportal.now import now
from govportal.permissions import Permission

access.open_admin("disclosure.disclosureevent", view=Permission.VIEW_ITEMS)


class EventForm(VerbForm):
    agency = forms.ModelChoiceField(label=gettext_lazy("公开主体"), queryset=Agency.objects.none(), empty_label=CHOOSE)
    entry = forms.ModelChoiceField(
        label=gettext_lazy("公开事项"), queryset=CatalogueEntry.objects.none(), empty_label=CHOOSE
    )
    title = forms.CharField(label=gettext_lazy("事由"), max_length=300, help_text=gettext_lazy("发生了什么。"))
    occurred_on = DayField(label=gettext_lazy("发生日期"), help_text=gettext_lazy("公开期限从这一天起算。"))

    def prepare(self) -> None:
        agencies = {agency.pk for agency in access.agencies_with(self.actor, Permission.DRAFT_ITEM)}
        field = self.choices_of("agency")
        field.queryset = Agency.objects.filter(pk__in=agencies)
        if len(agencies) == 1:
            field.initial = next(iter(agencies))
        owing = CatalogueEntry.objects.filter(is_active=True, timing_kind__in=EVENT_KINDS)
        to_society = Q(mode=Mode.PROACTIVE) & ~Q(target=TargetGroup.INTERNAL)
        self.choices_of("entry").queryset = owing.filter(to_society | Q(is_report=True))


class CancelForm(VerbForm):
    reason = long_text(gettext_lazy("取消的原因"), length=200)


class CancelledFilter(admin.SimpleListFilter):
    title = gettext_lazy("状态")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", gettext_lazy("义务未履行")), ("cancelled", gettext_lazy("已取消"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "open":
                return queryset.filter(cancelled_at=None, obligations__met_on=None, obligations__cancelled_at=None)
            case "cancelled":
                return queryset.filter(cancelled_at__isnull=False)
        return queryset


def _cancel(row: DisclosureEvent, actor: User, values: dict[str, Any]) -> object:
    return events.cancel(row.pk, actor=actor, at=now(), reason=values["reason"])


@admin.register(DisclosureEvent)
class DisclosureEventAdmin(VerbAdmin[DisclosureEvent]):
    """An event may be called what a draft is called: whoever may not read the draft does not see the event."""

    list_display = ("title", "agency", "entry", "occurred_on", "recorded_at", "is_cancelled")
    list_filter = (CancelledFilter, ("agency", admin.RelatedOnlyFieldListFilter), "occurred_on")
    search_fields = ("title", "entry__code", "agency__name")
    readonly_fields = ("item_number",)
    fields = (
        "title", "agency", "entry", "occurred_on", "item_number", "source", "recorded_by", "recorded_at",
        "cancelled_at", "cancel_reason",
    )  # fmt: skip
    add_form = EventForm
    add_title = gettext_lazy("登记公开事由")
    warning = gettext_lazy("登记以后按公开时限产生公开义务。国家秘密和不予公开的内容不得写在事由里。")
    verbs = (Verb("cancel", gettext_lazy("取消事由"), events.reasons_against_cancelling, _cancel, CancelForm),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DisclosureEvent]:
        seen = access.agencies_under(request.user, Permission.VIEW_ITEMS)
        is_readable = Q(item=None) | Q(item__in=readable_items(request).values("pk"))
        rows = DisclosureEvent.objects.filter(is_readable, agency__in=seen)
        return rows.select_related("agency", "entry", "item")

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.DRAFT_ITEM)

    def add_row(self, actor: User, values: dict[str, Any]) -> DisclosureEvent:
        return events.record(actor=actor, at=now(), **values)

    @admin.display(description=gettext_lazy("公开信息"))
    def item_number(self, row: DisclosureEvent) -> str:
        return row.item.index_number if row.item else _("还没有")

    @admin.display(description=gettext_lazy("已取消"), boolean=True)
    def is_cancelled(self, row: DisclosureEvent) -> bool:
        return row.cancelled_at is not None
