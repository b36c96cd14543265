"""What waits for whom among requests: the queues of the staff landing page, and the same lists in the admin."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.queues import holds_any
from govportal import access, contributions
from govportal.contributions import Figure, Panel, StaffQueue, Visit
from govportal.permissions import Permission
from govportal.workdays import Calendar, add_working_days, working_days_between
from requests_app.enums import CLOSED_STATES, CONSULTING_STATES, State
from requests_app.letter_rules import LetterKind
from requests_app.models import Decision, Delivery, InformationRequest, Inquiry, Letter
from requests_app.queries import InformationRequestQuerySet

_HANDLE, _RELEASE, _SEE = Permission.HANDLE_REQUEST, Permission.RELEASE_REPLY, Permission.VIEW_REQUESTS
SOON = 3  # working days: from here on a request is marked
LATER = 7
WAITING_FOR_APPLICANT = (State.CORRECTION_ASKED, State.FEE_NOTIFIED)
# Not the next step of whoever handles it: still to be registered, or with somebody outside.
_NOT_MINE = (State.RECEIVED, *WAITING_FOR_APPLICANT, *CONSULTING_STATES)


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at the lists, on which day, by which calendar."""

    user: Any
    today: date
    calendar: Callable[[], Calendar]

    def soon(self, days: int) -> date:
        return add_working_days(self.today, days, self.calendar())


type Rows = Callable[[Look], InformationRequestQuerySet]


def _seen(look: Look) -> InformationRequestQuerySet:
    return InformationRequest.objects.visible_to(look.user)


def mine(look: Look) -> InformationRequestQuerySet:
    """Where this person has the next step."""
    return InformationRequest.objects.handled_by(look.user).exclude(state__in=_NOT_MINE)


def due_within(days: int) -> Rows:
    """Open, not overdue, with the last day at most so many working days ahead."""
    return lambda look: _seen(look).open().filter(due_on__gte=look.today, due_on__lte=look.soon(days))


def consulted(look: Look) -> InformationRequestQuerySet:
    """With somebody whose fifteen working days are over, or who has answered nothing by today."""
    agencies = access.agencies_with(look.user, Permission.HANDLE_REQUEST)
    # The agency is said on both sides: a subquery of its own goes through what all of them ever asked and sent.
    over = Inquiry.objects.filter(answered_on=None, due_on__lte=look.today, request__agency__in=agencies)
    consulting = InformationRequest.objects.filter(state__in=CONSULTING_STATES, agency__in=agencies)
    return consulting.filter(pk__in=over.values("request"))


def to_sign(look: Look) -> InformationRequestQuerySet:
    return InformationRequest.objects.filter(pk__in=Decision.objects.waiting_for(look.user).values("request"))


def unsent(look: Look) -> InformationRequestQuerySet:
    """With a letter of ours that has gone out by no way; the receipt is on the spot or in the portal.

    Found from the letters of the agency, which an index names: the database would else go through all of everybody.
    """
    agencies = [agency for permission in (_HANDLE, _RELEASE) for agency in access.agencies_with(look.user, permission)]
    sent, newer = Delivery.objects.filter(letter=OuterRef("pk")), Letter.objects.filter(supersedes=OuterRef("pk"))
    waiting = Letter.objects.filter(~Exists(sent), ~Exists(newer), agency__in=agencies)
    waiting = waiting.exclude(kind=LetterKind.REGISTRATION_RECEIPT.value)
    return InformationRequest.objects.filter(agency__in=agencies, pk__in=waiting.values("request"))


# The lists that `?queue=` of the requests' list answers with, by key.
REQUEST_QUEUES: Mapping[str, tuple[Promise | str, Rows]] = MappingProxyType(
    {
        "register": (
            gettext_lazy("待登记"), lambda look: InformationRequest.objects.to_register_for(look.user),
        ),
        "mine": (gettext_lazy("待办（我的）"), mine),
        "soon": (gettext_lazy("3个工作日内到期"), due_within(SOON)),
        "later": (gettext_lazy("7个工作日内到期"), due_within(LATER)),
        "overdue": (gettext_lazy("逾期"), lambda look: _seen(look).overdue(look.today)),
        "applicant": (
            gettext_lazy("等待申请人"), lambda look: _seen(look).filter(state__in=WAITING_FOR_APPLICANT),
        ),
        "corrected": (gettext_lazy("补正收到"), lambda look: _seen(look).filter(state=State.CORRECTED)),
        "consulting": (
            gettext_lazy("征求意见中"), lambda look: _seen(look).filter(state__in=CONSULTING_STATES),
        ),
        "consulted": (gettext_lazy("征求意见到期"), consulted),
        "sign": (gettext_lazy("待签发"), to_sign),
        "unsent": (gettext_lazy("文书待发出"), unsent),
        "open": (gettext_lazy("在办申请"), lambda look: _seen(look).open()),
        "closed": (gettext_lazy("已办结申请"), lambda look: _seen(look).filter(state__in=CLOSED_STATES)),
    }
)  # fmt: skip


# --- figures of the landing page ----------------------------------------------------------------------------------


def _look(visit: Visit) -> Look:
    return Look(visit.user, localdate(visit.at), lambda: visit.calendar)


def _dated(key: str, *permissions: Permission, is_work: bool = True) -> Callable[[Visit], Figure | None]:
    """How many, and when the first is due. Overdue is said in words and marked."""
    rows = REQUEST_QUEUES[key][1]

    def figure(visit: Visit) -> Figure | None:
        if not holds_any(visit.user, *permissions):
            return None
        look = _look(visit)
        row = rows(look).order_by().aggregate(n=Count("pk"), due=Min("due_on"))
        if row["due"] is None:
            return Figure(row["n"], is_work=is_work)
        late = row["due"] < look.today
        words = _("最早的 %(day)s 已到期") if late else _("最早 %(day)s 到期")
        return Figure(row["n"], words % {"day": _short(row["due"])}, late, is_work)

    return figure


def _counted(key: str, *permissions: Permission, is_work: bool = True) -> Callable[[Visit], Figure | None]:
    rows = REQUEST_QUEUES[key][1]

    def figure(visit: Visit) -> Figure | None:
        if not holds_any(visit.user, *permissions):
            return None
        return Figure(rows(_look(visit)).count(), is_work=is_work)

    return figure


def _sign_figure(visit: Visit) -> Figure | None:
    """How many, and how long the oldest has lain there."""
    if not access.can(visit.user, Permission.RELEASE_REPLY):
        return None
    row = Decision.objects.waiting_for(visit.user).order_by().aggregate(n=Count("pk"), since=Min("drafted_at"))
    if row["since"] is None:
        return Figure(row["n"])
    days = working_days_between(localdate(row["since"]), localdate(visit.at), visit.calendar)
    words = _("最早的等了 %(n)s 个工作日") % {"n": days} if days > 0 else _("今天送来的")
    return Figure(row["n"], words, is_late=days >= SOON)


def _short(day: date) -> str:
    return _("%(month)s月%(day)s日") % {"month": day.month, "day": day.day}


def _queue(key: str, figure: Callable[[Visit], Figure | None], position: int, *, is_work: bool) -> StaffQueue:
    label, _rows = REQUEST_QUEUES[key]
    base = "admin:requests_app_informationrequest_changelist"
    return StaffQueue(
        f"request-{key}", _TITLES.get(key, label), figure, lambda: f"{reverse(base)}?queue={key}", is_work, position
    )


# On the landing page other queues stand beside these.
_TITLES: dict[str, Promise | str] = {
    "register": gettext_lazy("申请待登记"),
    "mine": gettext_lazy("待办申请（我的）"),
    "soon": gettext_lazy("申请3个工作日内到期"),
    "overdue": gettext_lazy("申请逾期"),
    "corrected": gettext_lazy("补正收到"),
    "sign": gettext_lazy("答复待签发"),
    "consulted": gettext_lazy("征求意见到期"),
    "unsent": gettext_lazy("文书待发出"),
}
# Those that are no work hold what the others hold as well.
QUEUES = (
    _queue("register", _dated("register", _HANDLE), 200, is_work=True),
    _queue("mine", _dated("mine", _HANDLE), 210, is_work=True),
    _queue("sign", _sign_figure, 220, is_work=True),
    _queue("consulted", _counted("consulted", _HANDLE), 230, is_work=True),
    _queue("unsent", _counted("unsent", _HANDLE, _RELEASE), 235, is_work=True),
    _queue("overdue", _dated("overdue", _SEE), 240, is_work=False),
    _queue("soon", _dated("soon", _SEE), 250, is_work=False),
    _queue("corrected", _counted("corrected", _HANDLE), 260, is_work=False),
)
LIST_NOTES = {
    "requests_app.informationrequest": gettext_lazy("公民、法人和其他组织申请公开的政府信息：登记、办理、答复。"),
    "requests_app.appeal": gettext_lazy("因信息公开申请引起的行政复议和行政诉讼，答复、答辩的期限和结果。"),
    "requests_app.publicationtask": gettext_lazy("多人申请的同样信息，是否转为主动公开。"),
    "requests_app.annualreport": gettext_lazy("政府信息公开工作年度报告：自动汇总，核对，定稿后公开。"),
    "requests_app.requestoffice": gettext_lazy("各单位文书的文号、复议机关、管辖法院和缴费方式。"),
}


def _enter(request: HttpRequest) -> dict[str, Any] | None:
    return {} if access.can(request.user, _HANDLE) else None


STAFF_ACTIONS = (Panel("enter-request", "admin/requests_app/enter_action.html", _enter, position=110),)


def contribute() -> None:
    """Put all of it on the landing page; at start-up."""
    for queue in QUEUES:
        contributions.staff_queues.add(queue)
    contributions.list_notes.update(LIST_NOTES)
    for action in STAFF_ACTIONS:
        contributions.staff_actions.add(action)
