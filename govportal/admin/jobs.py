"""后台任务: for whoever runs the site, whether the clock's jobs run and the messages go out."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access, contributions, heartbeat, staff_site
from govportal.contributions import Figure, StaffQueue, Visit
from govportal.models import Notice
from govportal.models.notice import NoticeState
from govportal.now import now
from govportal.permissions import Permission

UNSENT = (NoticeState.WAITING, NoticeState.FAILED)


def may_see(user: Any) -> bool:
    return access.holds_for_all(user, Permission.MANAGE_SITE)


def jobs(request: HttpRequest) -> HttpResponse:
    if not may_see(request.user):
        raise PermissionDenied
    at = now()
    # What is confidential is counted nowhere, like in the list of the outbox. What was sent is no work, and its number
    # would cost a look at every row.
    rows = Notice.objects.filter(is_confidential=False, state__in=UNSENT).values("state").order_by("state")
    counts: dict[str, Any] = {row["state"]: row for row in rows.annotate(n=Count("pk"), oldest=Min("created_at"))}
    outbox = reverse("admin:govportal_notice_changelist")
    context = {
        **admin.site.each_context(request),
        "title": _("后台任务"),
        "runs": [(run, interval_words(run.within), run.is_stopped(at)) for run in heartbeat.last_runs()],
        "states": [
            (state.label, counts[state]["n"] if state in counts else 0, f"{outbox}?state__exact={state}")
            for state in UNSENT
        ],
        "oldest": counts.get(NoticeState.WAITING, {}).get("oldest"),
    }
    return TemplateResponse(request, "admin/govportal/jobs.html", context)


def interval_words(span: timedelta) -> str:
    """How long a job may be silent, in the largest unit that says it exactly."""
    minutes = int(span.total_seconds()) // 60
    if minutes % 60:
        return _("%(n)s 分钟") % {"n": minutes}
    return _("%(n)s 小时") % {"n": minutes // 60}


def _dead_letters(visit: Visit) -> Figure | None:
    """Seen while there are some, by those who can send them again."""
    if not may_see(visit.user):
        return None
    count = Notice.objects.filter(state=NoticeState.FAILED, is_confidential=False).count()
    return Figure(count, is_late=True) if count else None


def _dead_letters_address() -> str:
    return f"{reverse('admin:govportal_notice_changelist')}?state__exact={NoticeState.FAILED}"


staff_site.add_page("jobs/", jobs, "jobs")
contributions.staff_queues.add(
    StaffQueue("dead-letters", gettext_lazy("发送失败的通知"), _dead_letters, _dead_letters_address, position=900)
)
