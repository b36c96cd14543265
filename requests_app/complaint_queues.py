"""What waits for whom among complaints: queues of the landing page and of the list, for complaint officers alone.

Nobody else is told as much as a nought: a tile that says 0 says that there is a desk for whoever asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.models import Item
from govportal import access, contributions
from govportal.contributions import Figure, Panel, StaffQueue, Visit
from govportal.permissions import Permission
from govportal.workdays import Calendar, add_working_days
from requests_app.complaint_enums import ENDED_COMPLAINTS, OPEN_COMPLAINTS, ComplaintState
from requests_app.models import Complaint

SOON = 3  # working days: from here on a complaint is marked
CHANGELIST = "admin:requests_app_complaint_changelist"
_ON_LANDING = ("decide", "mine", "transfer", "answered", "overdue", "soon", "summary")


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at the lists, on which day, by which calendar."""

    user: Any
    today: date
    calendar: Callable[[], Calendar]

    @property
    def soon(self) -> date:
        return add_working_days(self.today, SOON, self.calendar())


type Condition = Callable[[Look], Q]


def _in(state: ComplaintState) -> Condition:
    return lambda look: Q(state=state)


def _to_decide(look: Look) -> Q:
    """In hand of this person, or of nobody yet."""
    return Q(state=ComplaintState.RECEIVED) & (Q(handler=look.user.pk) | Q(handler=None))


# The lists that `?queue=` of the list of complaints answers with, by key: conditions on what is seen.
COMPLAINT_QUEUES: Mapping[str, tuple[Promise | str, Condition]] = MappingProxyType(
    {
        "decide": (gettext_lazy("待决定受理"), _to_decide),
        "mine": (
            gettext_lazy("待办（我的）"),
            lambda look: Q(state__in=OPEN_COMPLAINTS, handler=look.user.pk),
        ),
        "soon": (
            gettext_lazy("3个工作日内到期"),
            lambda look: Q(due_day__gte=look.today, due_day__lte=look.soon),
        ),
        "overdue": (gettext_lazy("逾期"), lambda look: Q(due_day__lt=look.today)),
        "transfer": (gettext_lazy("待转送或者调查"), _in(ComplaintState.ACCEPTED)),
        "answered": (gettext_lazy("已答复待办结"), _in(ComplaintState.ANSWERED)),
        "summary": (
            gettext_lazy("已办结没有公开摘要"),
            lambda look: Q(state=ComplaintState.CLOSED) & (Q(summary=None) | Q(summary__in=Item.objects.discarded())),
        ),
        "referred": (gettext_lazy("已移送责任追究"), lambda look: Q(referred_on__isnull=False)),
        "open": (gettext_lazy("在办投诉举报"), lambda look: Q(state__in=OPEN_COMPLAINTS)),
        "ended": (gettext_lazy("已结束投诉举报"), lambda look: Q(state__in=ENDED_COMPLAINTS)),
    }
)


# --- figures of the landing page ----------------------------------------------------------------------------------


def _counted(visit: Visit) -> dict[str, Any]:
    """How many stand in each queue of the landing page and when the first is due, in one statement for all of them."""
    known: dict[str, dict[str, Any]] = vars(visit)
    if "complaints" not in known:
        look = Look(visit.user, localdate(visit.at), lambda: visit.calendar)
        wanted: dict[str, Any] = {}
        for key in _ON_LANDING:
            chosen = COMPLAINT_QUEUES[key][1](look)
            wanted |= {f"{key}_count": Count("pk", filter=chosen), f"{key}_due": Min("due_day", filter=chosen)}
        rows = Complaint.objects.visible_to(visit.user).with_due_day()
        known["complaints"] = rows.order_by().aggregate(**wanted)
    return known["complaints"]


def _figure(key: str) -> Callable[[Visit], Figure | None]:
    """How many, and when the first is due; nothing, and no query, for whoever is no complaint officer."""

    def figure(visit: Visit) -> Figure | None:
        if not access.can(visit.user, Permission.HANDLE_COMPLAINT):
            return None
        found = _counted(visit)
        count, due = found[f"{key}_count"], found[f"{key}_due"]
        if due is None:
            return Figure(count)
        late = due < localdate(visit.at)
        words = _("最早的 %(month)s月%(day)s日 已到期") if late else _("最早 %(month)s月%(day)s日 到期")
        return Figure(count, words % {"month": due.month, "day": due.day}, late)

    return figure


def _queue(key: str, label: Promise | str, position: int, *, is_work: bool) -> StaffQueue:
    return StaffQueue(
        f"complaint-{key}", label, _figure(key), lambda: f"{reverse(CHANGELIST)}?queue={key}", is_work, position
    )


# Those that are no work hold what the others hold as well.
QUEUES = (
    _queue("decide", gettext_lazy("投诉举报待决定受理"), 300, is_work=True),
    _queue("mine", gettext_lazy("待办投诉举报（我的）"), 310, is_work=False),
    _queue("transfer", gettext_lazy("投诉举报待转送或者调查"), 320, is_work=True),
    _queue("answered", gettext_lazy("投诉举报已答复待办结"), 330, is_work=True),
    _queue("overdue", gettext_lazy("投诉举报逾期"), 340, is_work=False),
    _queue("soon", gettext_lazy("投诉举报3个工作日内到期"), 350, is_work=False),
    _queue("summary", gettext_lazy("投诉举报没有公开摘要"), 360, is_work=False),
)
LIST_NOTES = {
    "requests_app.complaint": gettext_lazy("对政务公开的投诉举报：受理、转送、调查、答复。被投诉单位的人员看不到。"),
}


def _enter(request: HttpRequest) -> dict[str, Any] | None:
    return {} if access.can(request.user, Permission.HANDLE_COMPLAINT) else None


STAFF_ACTION = Panel("enter-complaint", "admin/requests_app/enter_complaint_action.html", _enter, position=120)


def contribute() -> None:
    """Put all of it on the landing page; at start-up."""
    for queue in QUEUES:
        contributions.staff_queues.add(queue)
    contributions.list_notes.update(LIST_NOTES)
    contributions.staff_actions.add(STAFF_ACTION)
