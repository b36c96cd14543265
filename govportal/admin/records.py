"""What the program alone writes: the audit trail and the outbox."""

from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access, contributions, notices
from govportal.admin.base import ReadOnlyModelAdmin
from govportal.models import AuditEvent, HolidayYear, Notice
from govportal.models.notice import Channel
from govportal.permissions import Permission

_DEEDS = {"add": gettext_lazy("新增"), "change": gettext_lazy("修改"), "delete": gettext_lazy("删除")}
contributions.list_notes.update(
    {
        "govportal.auditevent": gettext_lazy("谁在什么时候做了什么，不能改动。"),
        "govportal.notice": gettext_lazy("等待发出、已经发出和发送失败的通知。"),
    }
)
contributions.audit_words.update(
    {
        "import_holidays": gettext_lazy("导入节假日安排"),
        "user.password": gettext_lazy("重设密码"),
        "notice.send_again": gettext_lazy("重新发送"),
    }
)


def noun_words(action: str) -> str:
    """What the deed was done to, as staff call it."""
    noun, dot, _deed = action.partition(".")
    if not dot:
        return str(HolidayYear._meta.verbose_name)
    names = {model._meta.model_name: model._meta.verbose_name for model in apps.get_models()}
    return str(contributions.audit_words.get(noun) or names.get(noun) or noun)


def deed_words(action: str) -> str:
    """What was done, as staff call it."""
    known = contributions.audit_words.get(action) or _DEEDS.get(action.rpartition(".")[2])
    return str(known or action)


class NounFilter(admin.SimpleListFilter):
    title = gettext_lazy("对象")
    parameter_name = "noun"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        nouns = {action.partition(".")[0]: noun_words(action) for action in _actions(request, model_admin)}
        return sorted(nouns.items(), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        noun = self.value()
        return queryset.filter(Q(action=noun) | Q(action__startswith=f"{noun}.")) if noun else queryset


class DeedFilter(admin.SimpleListFilter):
    """The deeds of the noun that was chosen; none before one is."""

    title = gettext_lazy("动作")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        noun = request.GET.get(NounFilter.parameter_name)
        found = [action for action in _actions(request, model_admin) if action.partition(".")[0] == noun]
        return [(action, deed_words(action)) for action in found]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(action=self.value()) if self.value() else queryset


def _actions(request: HttpRequest, model_admin: admin.ModelAdmin) -> list[str]:
    """Every action among the events this reader may see; one statement a request."""
    if not hasattr(request, "_audit_actions"):
        rows = model_admin.get_queryset(request).order_by("action")
        request._audit_actions = list(rows.values_list("action", flat=True).distinct())  # type: ignore[attr-defined]
    return request._audit_actions  # type: ignore[attr-defined,no-any-return]


access.open_admin("govportal.auditevent", view=Permission.VIEW_AUDIT)
access.open_admin("govportal.notice", view=Permission.MANAGE_SITE, is_site_wide=True)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyModelAdmin[AuditEvent]):
    """What was done at the agencies a reader oversees; events of the whole site to those who manage it."""

    list_display = ("at", "actor_name", "noun", "deed", "subject_name", "agency_code", "note")
    list_filter = (NounFilter, DeedFilter)
    fieldsets = (
        (None, {"fields": ("at", "actor_name", "noun", "deed", "subject_name", "agency_code", "note", "basis")}),
        (gettext_lazy("内容"), {"fields": ("before", "after")}),
    )
    search_fields = ("actor_name", "subject_name", "subject_id")
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=gettext_lazy("对象"))
    def noun(self, row: AuditEvent) -> str:
        return noun_words(row.action)

    @admin.display(description=gettext_lazy("动作"), ordering="action")
    def deed(self, row: AuditEvent) -> str:
        return deed_words(row.action)

    def page_title(self, row: AuditEvent) -> str:
        return f"{noun_words(row.action)}：{deed_words(row.action)}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        overseen = access.agencies_under(request.user, Permission.VIEW_AUDIT).values("pk")
        readable = Q(agency_id__in=overseen) | Q(actor_id=request.user.pk)
        if access.holds_for_all(request.user, Permission.MANAGE_SITE):
            readable |= Q(agency_id=None)
        # Who handles such a matter reads its trail beside it, and nobody else learns that there is one.
        confidential = contributions.confidential_subjects
        rows = super().get_queryset(request).filter(readable).exclude(subject_type__in=confidential)
        for hidden in contributions.hidden_subjects:
            for label, ids in hidden(request.user).items():
                rows = rows.exclude(subject_type=label, subject_id__in=ids.values_list(Cast("pk", CharField())))
        return rows


@admin.register(Notice)
class NoticeAdmin(ReadOnlyModelAdmin[Notice]):
    """Whether messages go out. Address and text may name a citizen: the one is masked, the other not shown."""

    list_display = ("subject", "receiver", "channel", "state", "attempts", "last_error", "due_at", "sent_at")
    fields = (*list_display, "created_at", "key")
    list_filter = ("state", "channel")
    list_per_page = 50
    show_full_result_count = False
    actions = ("send_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        return super().get_queryset(request).filter(is_confidential=False).defer("body").order_by("-id")

    def page_title(self, row: Notice) -> str:
        return row.subject

    @admin.display(description=gettext_lazy("发给"))
    def receiver(self, row: Notice) -> str:
        """a***@mail.example; an agency's messenger by the agency's code."""
        name, at, domain = row.address.partition("@")
        return f"{name[:1]}***{at}{domain}" if row.channel == Channel.MAIL else row.address

    @admin.action(description=gettext_lazy("重新发送所选的失败通知"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        count = notices.send_again(queryset.values_list("pk", flat=True), actor=request.user)
        if count:
            messages.success(request, _("%(count)s 条失败通知将在一分钟内重新发送。") % {"count": count})
        else:
            messages.warning(request, _("所选通知中没有发送失败的。"))
