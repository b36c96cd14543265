"""What the program alone writes: the audit trail and the outbox."""

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access, notices
from govportal.admin.base import ReadOnlyModelAdmin
from govportal.models import AuditEvent, Notice
from govportal.permissions import Permission

access.open_admin("govportal.auditevent", view=Permission.VIEW_AUDIT)
access.open_admin("govportal.notice", view=Permission.MANAGE_SITE, is_site_wide=True)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyModelAdmin[AuditEvent]):
    """What was done at the agencies a reader oversees; events of the whole site to those who manage it."""

    list_display = ("at", "actor_name", "action", "subject_name", "agency_code", "note")
    list_filter = ("action",)
    search_fields = ("actor_name", "subject_name", "subject_id")
    date_hierarchy = "at"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        overseen = access.agencies_under(request.user, Permission.VIEW_AUDIT).values("pk")
        readable = Q(agency_id__in=overseen) | Q(actor_id=request.user.pk)
        if access.holds_for_all(request.user, Permission.MANAGE_SITE):
            readable |= Q(agency_id=None)
        return super().get_queryset(request).filter(readable)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyModelAdmin[Notice]):
    """Whether messages go out. Address and text may name a citizen and are not shown."""

    fields = list_display = ("key", "subject", "state", "attempts", "last_error", "created_at", "due_at", "sent_at")
    list_filter = ("state",)
    show_full_result_count = False
    actions = ("send_again",)

    @admin.action(description=gettext_lazy("重新发送所选的失败通知"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        count = notices.send_again(queryset.values_list("pk", flat=True), actor=request.user)
        if count:
            messages.success(request, _("%(count)s 条失败通知将在一分钟内重新发送。") % {"count": count})
        else:
            messages.warning(request, _("所选通知中没有发送失败的。"))
