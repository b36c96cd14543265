"""What waits for whom among complaints: queues of the landing page and of the list, for complaint officers alone.

Nobody else is told as much as a nought: a tile that says 0 says that there is a desk for whoever asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import Case, Count, DateField, F, Min, When
from django.db.models.functions import Least
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from govportal import access, contributions
from govportal.contributions import Figure, Panel, StaffQueue, Visit
from govportal.permissions import Permission
from govportal.workdays import Calendar, add_working_days
from requests_app.complaint_enums import UNANSWERED_COMPLAINTS, ComplaintState
from requests_app.models import Complaint
from requests_app.queries import ComplaintQuerySet

SOON = 3  # working days: from here on a complaint is marked
CHANGELIST = "admin:requests_app_complaint_changelist"


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at the lists, on which day, by which calendar."""

    user: Any
    today: date
    calendar: Callable[[], Calendar]


type Rows = Callable[[Look], ComplaintQuerySet]


def with_due_day(rows: ComplaintQuerySet) -> ComplaintQuerySet:
    """`due_day`: as Complaint.due_on, for order and count."""
    undecided = When(state=ComplaintState.RECEIVED, then=Least("accept_by", "answer_by"))
    unanswered = When(state__in=UNANSWERED_COMPLAINTS, then=F("answer_by"))
    return rows.annotate(due_day=Case(undecided, unanswered, default=None, output_field=DateField(null=True)))


def _seen(look: Look) -> ComplaintQuerySet:
    return Complaint.objects.visible_to(look.user)


def _in(state: ComplaintState) -> Rows:
    return lambda look: _seen(look).filter(state=state)


def _soon(look: Look) -> ComplaintQuerySet:
    """Not overdue, with the last day at most SOON working days ahead."""
    until = add_working_days(look.today, SOON, look.calendar())
    rows = with_due_day(_seen(look))
    return rows.filter(due_day__range=(look.today, until))  # type: ignore[misc]


# The lists that `?queue=` of the list of complaints answers with, by key.
COMPLAINT_QUEUES: Mapping[str, tuple[Promise | str, Rows]] = MappingProxyType(
    {
        "decide": (
            gettext_lazy("待决定受理"),
            lambda look: Complaint.objects.handled_by(look.user).filter(state=ComplaintState.RECEIVED),
        ),
        "mine": (gettext_lazy("待办（我的）"), lambda look: _seen(look).open().filter(handler=look.user.pk)),
        "soon": (gettext_lazy("3个工作日内到期"), _soon),
        "overdue": (gettext_lazy("逾期"), lambda look: _seen(look).overdue(look.today)),
        "transfer": (gettext_lazy("待转送或者调查"), _in(ComplaintState.ACCEPTED)),
        "answered": (gettext_lazy("已答复待办结"), _in(ComplaintState.ANSWERED)),
        "summary": (
            gettext_lazy("已办结没有公开摘要"),
            lambda look: _in(ComplaintState.CLOSED)(look).filter(summary=None),
        ),
        "referred": (gettext_lazy("已移送责任追究"), lambda look: _seen(look).exclude(referred_on=None)),
        "open": (gettext_lazy("在办投诉举报"), lambda look: _seen(look).open()),
        "ended": (gettext_lazy("已结束投诉举报"), lambda look: _seen(look).ended()),
    }
)


# --- figures of the landing page ----------------------------------------------------------------------------------


def _figure(key: str) -> Callable[[Visit], Figure | None]:
    """How many, and when the first is due; nothing, and no query, for whoever is no complaint officer."""
    rows = COMPLAINT_QUEUES[key][1]

    def figure(visit: Visit) -> Figure | None:
        if not access.can(visit.user, Permission.HANDLE_COMPLAINT):
            return None
        look = Look(visit.user, localdate(visit.at), lambda: visit.calendar)
        row = with_due_day(rows(look)).order_by().aggregate(n=Count("pk"), due=Min("due_day"))
        if row["due"] is None:
            return Figure(row["n"])
        late = row["due"] < look.today
        words = _("最早的 %(month)s月%(day)s日 已到期") if late else _("最早 %(month)s月%(day)s日 到期")
        return Figure(row["n"], words % {"month": row["due"].month, "day": row["due"].day}, late)

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
