"""What waits for whom in accountability: queues of the landing page and of the list, and the last day to correct.

Those who hold to account see cases and referrals; the heads of an agency its own decided cases; nobody else a nought.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
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

from evaluation.accountability_enums import ENDED_CASES, RULED_CASES, CaseState
from evaluation.models import AccountabilityCase
from evaluation.services.accountability_open import count_referrals
from govportal import access, contributions
from govportal.contributions import Deadline, DeadlineSource, Figure, Reach, StaffQueue, Visit
from govportal.deadline_rows import open_days, page_paths
from govportal.permissions import Permission

CHANGELIST = "admin:evaluation_accountabilitycase_changelist"
DEADLINE = "accountability_correction"


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks at the lists, on which day."""

    user: Any
    today: date


type Condition = Callable[[Look], Q]


def _in(state: CaseState) -> Condition:
    return lambda look: Q(state=state)


def _mine(look: Look) -> Q:
    """Decided cases of the agencies this person heads, which wait for their report."""
    own = access.agencies_with(look.user, Permission.OBJECT)
    return Q(state=CaseState.DECIDED, agency__in=own)


# The lists that `?queue=` answers with, by key: conditions on what is seen.
CASE_QUEUES: Mapping[str, tuple[Promise | str, Condition]] = MappingProxyType(
    {
        "hear": (gettext_lazy("待听取陈述"), _in(CaseState.OPENED)),
        "decide": (gettext_lazy("待作出决定"), lambda look: Q(state=CaseState.HEARD) & ~Q(opened_by=look.user.pk)),
        "report": (gettext_lazy("待本单位报告改正"), _mine),
        "verify": (gettext_lazy("待核实改正"), _in(CaseState.CORRECTED)),
        "overdue": (
            gettext_lazy("逾期未报告改正"),
            lambda look: Q(state=CaseState.DECIDED, correction_due_on__lt=look.today),
        ),
        "summary": (
            gettext_lazy("已决定没有公开摘要"),
            lambda look: Q(state__in=RULED_CASES, summary=None),
        ),
        "open": (gettext_lazy("在办责任追究"), lambda look: ~Q(state__in=ENDED_CASES)),
        "ended": (gettext_lazy("已结束责任追究"), lambda look: Q(state__in=ENDED_CASES)),
    }
)
_FOR_OFFICE = ("hear", "decide", "verify", "overdue", "summary")


def _counted(visit: Visit) -> dict[str, Any]:
    """How many stand in each queue and when the first correction is due, in one statement."""
    look = Look(visit.user, localdate(visit.at))
    wanted: dict[str, Any] = {}
    for key in _FOR_OFFICE:
        chosen = CASE_QUEUES[key][1](look)
        wanted |= {f"{key}_count": Count("pk", filter=chosen), f"{key}_due": Min("correction_due_on", filter=chosen)}
    return AccountabilityCase.objects.visible_to(visit.user).order_by().aggregate(**wanted)


def _office(key: str) -> Callable[[Visit], Figure | None]:
    def figure(visit: Visit) -> Figure | None:
        if not access.can(visit.user, Permission.HOLD_ACCOUNTABLE):
            return None
        found = visit.once(_counted)
        return Figure(found[f"{key}_count"], is_late=key == "overdue" and found["overdue_count"] > 0)

    return figure


def _referrals(visit: Visit) -> Figure | None:
    """Never of one's own agency."""
    if not access.can(visit.user, Permission.HOLD_ACCOUNTABLE):
        return None
    return Figure(count_referrals(visit.user))


def _reports(visit: Visit) -> Figure | None:
    if not access.can(visit.user, Permission.OBJECT):
        return None
    look = Look(visit.user, localdate(visit.at))
    rows = AccountabilityCase.objects.told_to(visit.user).filter(_mine(look)).order_by()
    found = rows.aggregate(count=Count("pk"), due=Min("correction_due_on"))
    if found["due"] is None:
        return Figure(found["count"])
    late = found["due"] < look.today
    words = _("最早的 %(month)s月%(day)s日 已到期") if late else _("最早 %(month)s月%(day)s日 到期")
    return Figure(found["count"], words % {"month": found["due"].month, "day": found["due"].day}, late)


def _queue(key: str, label: Promise | str, position: int, *, is_work: bool = True) -> StaffQueue:
    return StaffQueue(
        f"accountability-{key}", label, _office(key), lambda: f"{reverse(CHANGELIST)}?queue={key}", is_work, position
    )


QUEUES = (
    StaffQueue(
        "accountability-referrals",
        gettext_lazy("移送的线索待立案"),
        _referrals,
        lambda: reverse("admin:evaluation_accountabilitycase_referrals"),
        position=420,
    ),
    _queue("hear", gettext_lazy("责任追究待听取陈述"), 430),
    _queue("decide", gettext_lazy("责任追究待作出决定"), 440),
    _queue("verify", gettext_lazy("责任追究待核实改正"), 450),
    _queue("overdue", gettext_lazy("责任追究逾期未报告改正"), 460, is_work=False),
    _queue("summary", gettext_lazy("责任追究没有公开摘要"), 470, is_work=False),
    StaffQueue(
        "accountability-report",
        gettext_lazy("责任追究待报告改正"),
        _reports,
        lambda: f"{reverse(CHANGELIST)}?queue=report",
        position=480,
    ),
)
LIST_NOTES = {
    "evaluation.accountabilitycase": gettext_lazy("失职的追究：立案、听取陈述、决定、改正。"),
}


# --- the last day to correct ----------------------------------------------------------------------------------------


def corrections(reach: Reach) -> Iterator[Deadline]:
    """Told to the heads of the agency, who report. It is decided by then, so that nothing is betrayed."""
    rows = AccountabilityCase.objects.waiting_for_correction().filter(correction_due_on__lte=reach.until)
    if reach.agencies is not None:
        rows = rows.filter(agency__in=reach.agencies)
    path = page_paths("admin:evaluation_accountabilitycase_change")
    columns = ("pk", "number", "agency_id", "correction_due_on")
    for pk, number, agency_id, due_on in rows.order_by("pk").values_list(*columns):
        assert due_on is not None  # it was filtered by
        yield Deadline(
            key=f"{DEADLINE}:{pk}",
            due_on=due_on,
            agency_id=agency_id,
            label=_("%s 报告改正情况") % number,
            path=path(pk),
            permission=Permission.OBJECT,
        )


def still_open(keys: Collection[str]) -> dict[str, date]:
    days = open_days(AccountabilityCase.objects.waiting_for_correction(), keys, "correction_due_on")
    return {f"{DEADLINE}:{pk}": day for pk, day in days.items()}


def _concerns(user: Any, key: str) -> bool:
    return AccountabilityCase.objects.told_to(user).filter(pk=int(key.rpartition(":")[2])).exists()


SOURCE = DeadlineSource(
    DEADLINE,
    gettext_lazy("责任追究改正"),
    corrections,
    still_open,
    permissions=frozenset({Permission.OBJECT}),
    is_confidential=True,
    concerns=_concerns,
    position=97,
)


def contribute() -> None:
    """Put all of it on the landing page, and the days into the reminders; at start-up."""
    for queue in QUEUES:
        contributions.staff_queues.add(queue)
    contributions.list_notes.update(LIST_NOTES)
    contributions.deadline_sources.add(SOURCE)
