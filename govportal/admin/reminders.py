"""提醒档次 for whoever runs the site, and the ledger of what was told: numbers and days alone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access, contributions
from govportal.admin.base import AuditedModelAdmin, ReadOnlyModelAdmin
from govportal.models import Reminder, ReminderLadder
from govportal.permissions import Permission
from govportal.reminders import steps_of

access.open_admin(
    "govportal.reminderladder", view=Permission.MANAGE_SITE, change=Permission.MANAGE_SITE, is_site_wide=True
)
access.open_admin("govportal.reminder", view=Permission.VIEW_AUDIT, is_site_wide=True)
contributions.list_notes.update(
    {
        "govportal.reminderladder": gettext_lazy("各种期限在到期前后第几个工作日提醒。"),
        "govportal.reminder": gettext_lazy("哪一项期限的哪一档在什么时候提醒了谁，每档一次。"),
    }
)
MOST_EVERY = 250  # working days: once a year


def _kinds() -> dict[str, Any]:
    return {source.key: source.label for source in contributions.deadline_sources.all()}


class LadderForm(forms.ModelForm):
    kind = forms.ChoiceField(label=gettext_lazy("种类"))
    every = forms.IntegerField(label=gettext_lazy("逾期后每隔几个工作日"), min_value=1, max_value=MOST_EVERY, initial=5)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = _kinds()
        if self.instance.kind:
            kinds.setdefault(self.instance.kind, self.instance.kind)
        self.fields["kind"].choices = list(kinds.items())  # type: ignore[attr-defined]
        self.fields["before"].required = False
        self.fields["before"].help_text = _("例如 7,3,1；留空则到期当天才提醒。当天和逾期第一个工作日总会提醒。")

    def clean_before(self) -> str:
        try:
            steps = steps_of(self.cleaned_data["before"])
        except ValueError as error:
            raise ValidationError(_("请填 1 至 250 的整数，用逗号分开。")) from error
        text = ",".join(map(str, steps))
        if len(text) > 60:
            raise ValidationError(_("档次太多。"))
        return text


@admin.register(ReminderLadder)
class ReminderLadderAdmin(AuditedModelAdmin[ReminderLadder]):
    is_public = False
    form = LadderForm
    list_display = ("kind_label", "before", "every")
    add_title = gettext_lazy("设置一种期限的提醒档次")

    @admin.display(description=gettext_lazy("种类"), ordering="kind")
    def kind_label(self, row: ReminderLadder) -> str:
        return str(_kinds().get(row.kind, row.kind))


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyModelAdmin[Reminder]):
    """Without what is confidential: that there is such a matter is already too much."""

    fields = list_display = ("deadline", "kind_label", "due_on", "rung", "recipient", "is_escalation", "at")
    list_select_related = ("recipient",)
    list_filter = ("is_escalation",)
    search_fields = ("deadline",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reminder]:
        hidden = [source.key for source in contributions.deadline_sources.all() if source.is_confidential]
        return super().get_queryset(request).exclude(kind__in=hidden)

    @admin.display(description=gettext_lazy("种类"))
    def kind_label(self, row: Reminder) -> str:
        return str(_kinds().get(row.kind, row.kind))
