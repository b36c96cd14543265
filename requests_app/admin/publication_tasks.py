"""转为主动公开: what was asked for by several, or is fit for everybody, and what became of it (第四十四条)."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from disclosure.admin.register_verbs import Verb, VerbAdmin, VerbForm, long_text, toned
from govportal import access
from govportal.models import User
from govportal.now import now
from govportal.permissions import Permission
from requests_app.enums import TaskState
from requests_app.models import PublicationTask
from requests_app.services import publication_tasks

access.open_admin("requests_app.publicationtask", view=Permission.VIEW_REQUESTS)


class DeclineForm(VerbForm):
    reason = long_text(gettext_lazy("不转为主动公开的理由"), length=300)


def _decline(row: PublicationTask, actor: User, values: dict[str, Any]) -> object:
    return publication_tasks.decline(row.pk, actor=actor, at=now(), reason=values["reason"])


_TONES = {TaskState.OPEN: "warn", TaskState.PUBLISHED: "ok"}


@admin.register(PublicationTask)
class PublicationTaskAdmin(VerbAdmin[PublicationTask]):
    """Brought up on the desk of a request or by the portal; the draft is made there too."""

    list_display = ("subject", "shown_state", "count", "opened_on", "agency", "decided_by")
    list_filter = ("state", "opened_on")
    search_fields = ("subject",)
    readonly_fields = ("shown_state", "numbers")
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("shown_state", "subject", "agency", "opened_on", "numbers")}),
        (gettext_lazy("处理"), {"fields": ("item", "reason", "decided_by", "decided_at")}),
    )

    verbs = (
        Verb(
            "decline",
            gettext_lazy("不转为主动公开"),
            publication_tasks.reasons_against_deciding,
            _decline,
            DeclineForm,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[PublicationTask]:
        agencies = access.agencies_with(request.user, Permission.VIEW_REQUESTS)
        rows = PublicationTask.objects.filter(agency__in=agencies).select_related("agency", "item", "decided_by")
        return rows.annotate(n=Count("requests"))

    def may_add(self, actor: User) -> bool:
        return False

    @admin.display(description=gettext_lazy("状态"), ordering="state")
    def shown_state(self, row: PublicationTask) -> str:
        return toned(row.get_state_display(), _TONES.get(TaskState(row.state), "info"))

    @admin.display(description=gettext_lazy("申请件数"), ordering="n")
    def count(self, row: Any) -> int:
        return int(row.n)

    @admin.display(description=gettext_lazy("申请"))
    def numbers(self, row: PublicationTask) -> str:
        return "、".join(row.requests.order_by("pk").values_list("number", flat=True))
