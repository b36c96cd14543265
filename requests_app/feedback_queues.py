"""What waits for whom among messages and correction reports: figures of the landing page, and the lists behind them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.queues import holds_any
from govportal.contributions import Figure, StaffQueue, Visit
from govportal.permissions import Permission
from govportal.workdays import Calendar, add_working_days
from requests_app.models import Feedback

SOON = 1  # working days: a correction has three in all


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at the lists, on which day, by which calendar."""

    user: Any
    today: date
    calendar: Callable[[], Calendar]

    @property
    def soon(self) -> date:
        return add_working_days(self.today, SOON, self.calendar())


def _mine(look: Look) -> Q:
    """In hand of this person, or of nobody yet."""
    return Q(answered_on=None) & (Q(handler=look.user.pk) | Q(handler=None))


# The lists that `?queue=` of the list of messages answers with, by key.
FEEDBACK_QUEUES: Mapping[str, tuple[Promise | str, Callable[[Look], Q]]] = MappingProxyType(
    {
        "mine": (gettext_lazy("待办（我的）"), _mine),
        "soon": (
            gettext_lazy("今天、明天到期"),
            lambda look: Q(answered_on=None, due_on__gte=look.today, due_on__lte=look.soon),
        ),
        "overdue": (gettext_lazy("逾期"), lambda look: Q(answered_on=None, due_on__lt=look.today)),
        "open": (gettext_lazy("在办"), lambda look: Q(answered_on=None)),
        "closed": (gettext_lazy("已办结"), lambda look: Q(answered_on__isnull=False)),
        "selected": (gettext_lazy("列入公开摘要"), lambda look: Q(is_selected=True)),
    }
)


_ON_LANDING = ("mine", "overdue", "soon")


def _counted(visit: Visit) -> dict[str, Any]:
    """How many stand in each queue of the landing page and when the first is due, in one statement for all of them."""
    known: dict[str, dict[str, Any]] = vars(visit)
    if "feedback" not in known:
        look = Look(visit.user, localdate(visit.at), lambda: visit.calendar)
        asked: dict[str, Any] = {}
        for key in _ON_LANDING:
            chosen = FEEDBACK_QUEUES[key][1](look)
            asked |= {key: Count("pk", filter=chosen), f"{key}_due": Min("due_on", filter=chosen)}
        known["feedback"] = Feedback.objects.visible_to(visit.user).waiting().order_by().aggregate(**asked)
    return known["feedback"]


def _figure(key: str, *, is_work: bool) -> Callable[[Visit], Figure | None]:
    """How many, and when the first is due. Overdue is said in words and marked."""

    def figure(visit: Visit) -> Figure | None:
        if not holds_any(visit.user, Permission.HANDLE_FEEDBACK):
            return None
        counted = _counted(visit)
        count, due = counted[key], counted[f"{key}_due"]
        if due is None:
            return Figure(count, is_work=is_work)
        is_late = due < localdate(visit.at)
        words = _("最早的 %(day)s 已到期") if is_late else _("最早 %(day)s 到期")
        day = _("%(month)s月%(day)s日") % {"month": due.month, "day": due.day}
        return Figure(count, words % {"day": day}, is_late, is_work)

    return figure


def _queue(key: str, label: Promise | str, position: int, *, is_work: bool) -> StaffQueue:
    def url() -> str:
        return f"{reverse('admin:requests_app_feedback_changelist')}?queue={key}"

    return StaffQueue(f"feedback-{key}", label, _figure(key, is_work=is_work), url, is_work, position)


QUEUES = (
    _queue("mine", gettext_lazy("待办留言纠错"), 270, is_work=True),
    _queue("overdue", gettext_lazy("留言纠错逾期"), 272, is_work=False),
    _queue("soon", gettext_lazy("留言纠错今天、明天到期"), 274, is_work=False),
)
LIST_NOTES = {
    "requests_app.feedback": gettext_lazy("网页上写来的留言和纠错：研判、答复、列入公开摘要。"),
}
