"""行政复议、行政诉讼 in the admin: a register of cases with the deadlines of our own answers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import CHOOSE, Verb, VerbAdmin, VerbForm, toned
from disclosure.forms.base import DayField
from govportal import access
from govportal.models import Agency, User
from govportal.now import now, today
from govportal.permissions import Permission
from requests_app.admin.talk_verbs import AppealForm
from requests_app.enums import AppealResult
from requests_app.models import Appeal
from requests_app.services import appeal

access.open_admin("requests_app.appeal", view=Permission.VIEW_REQUESTS)


class NewAppealForm(AppealForm):
    """About no request here, as those of old years are; the others are recorded on the desk of their request."""

    agency = forms.ModelChoiceField(label=gettext_lazy("单位"), queryset=Agency.objects.none(), empty_label=CHOOSE)
    field_order = ["agency"]

    def prepare(self) -> None:
        super().prepare()
        agencies = access.agencies_with(self.actor, Permission.HANDLE_REQUEST)
        self.choices_of("agency").queryset = Agency.objects.filter(pk__in=[agency.pk for agency in agencies])
        if len(agencies) == 1:
            self.fields["agency"].initial = agencies[0].pk


class AnswerForm(VerbForm):
    answered_on = DayField(label=gettext_lazy("答复、答辩日期"), initial=today)


class ResultForm(VerbForm):
    result = forms.ChoiceField(
        label=gettext_lazy("结果"),
        choices=[choice for choice in AppealResult.choices if choice[0] != AppealResult.PENDING],
        widget=forms.RadioSelect,
    )
    closed_on = DayField(label=gettext_lazy("审结日期"), initial=today)


def _not_allowed(row: Appeal, actor: User) -> list[str]:
    if access.can(actor, Permission.HANDLE_REQUEST, row.agency):
        return []
    return [_("您在%s没有依申请公开经办的角色。") % row.agency.display_name]


def _against_result(row: Appeal, actor: User) -> list[str]:
    done = row.result != AppealResult.PENDING
    return [*_not_allowed(row, actor), *([_("已经登记结果。")] if done else [])]


def _against_answer(row: Appeal, actor: User) -> list[str]:
    return [*_not_allowed(row, actor), *([_("已经登记答复、答辩。")] if row.answered_on else [])]


def _answer(row: Appeal, actor: User, values: dict[str, Any]) -> object:
    return appeal.answer(row.pk, values["answered_on"], actor=actor, at=now())


def _close(row: Appeal, actor: User, values: dict[str, Any]) -> object:
    return appeal.close(row.pk, AppealResult(values["result"]), values["closed_on"], actor=actor, at=now())


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("待办")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("answer", gettext_lazy("待答复、答辩")), ("pending", gettext_lazy("尚未审结"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "answer":
                return queryset.filter(answered_on=None, result=AppealResult.PENDING)
            case "pending":
                return queryset.filter(result=AppealResult.PENDING)
        return queryset


@admin.register(Appeal)
class AppealAdmin(VerbAdmin[Appeal]):
    list_display = ("case", "route", "body", "filed_on", "shown_answer", "shown_result", "request_number", "agency")
    list_filter = (QueueFilter, "route", "result", "filed_on")
    search_fields = ("case_number", "body", "request__number")
    readonly_fields = ("shown_answer", "shown_result")
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("route", "case_number", "body", "request", "agency", "is_simplified", "after", "note")}),
        (gettext_lazy("日期"), {"fields": ("filed_on", "notified_on", "shown_answer")}),
        (gettext_lazy("结果"), {"fields": ("shown_result", "closed_on")}),
        (gettext_lazy("登记"), {"fields": ("recorded_by", "recorded_at")}),
    )
    add_form = NewAppealForm
    add_title = gettext_lazy("登记复议诉讼")
    warning = gettext_lazy("关于本单位收到的申请的，请在那一件申请里登记。不写申请人的姓名。")
    verbs = (
        Verb("answer", gettext_lazy("登记答复、答辩"), _against_answer, _answer, AnswerForm),
        Verb("result", gettext_lazy("登记结果"), _against_result, _close, ResultForm),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appeal]:
        agencies = access.agencies_with(request.user, Permission.VIEW_REQUESTS)
        return Appeal.objects.filter(agency__in=agencies).select_related("agency", "request", "recorded_by", "after")

    def may_add(self, actor: User) -> bool:
        return access.can(actor, Permission.HANDLE_REQUEST)

    def add_row(self, actor: User, values: dict[str, Any]) -> Appeal:
        agency = values.pop("agency")
        values.pop("form_key", None)
        return appeal.record(agency, appeal.Case(**values), actor=actor, at=now())

    @admin.display(description=gettext_lazy("案号"), ordering="case_number")
    def case(self, row: Appeal) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("申请"), ordering="request__number")
    def request_number(self, row: Appeal) -> str:
        return row.request.number if row.request else ""

    @admin.display(description=gettext_lazy("答复、答辩"), ordering="answer_due_on")
    def shown_answer(self, row: Appeal) -> str:
        if row.answered_on:
            is_late = row.answered_on > row.answer_due_on
            return toned(_("已于 %s 答复") % row.answered_on.isoformat(), "warn" if is_late else "ok")
        words = _("期限 %s") % row.answer_due_on.isoformat()
        is_open = row.result == AppealResult.PENDING
        return toned(words, "bad") if is_open and row.answer_due_on < today() else words

    @admin.display(description=gettext_lazy("结果"), ordering="result")
    def shown_result(self, row: Appeal) -> str:
        tones = {AppealResult.PENDING: "warn", AppealResult.CORRECTED: "bad", AppealResult.UPHELD: "ok"}
        return toned(row.get_result_display(), tones.get(AppealResult(row.result), "info"))
