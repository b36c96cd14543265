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

from evaluation.accountability_enums import ENDED_CASES, CaseState
from evaluation.accountability_rules import VERIFICATION_DAYS
from evaluation.models import AccountabilityCase
from evaluation.services.accountability_open import count_referrals
from govportal import access, contributions
from govportal.calendar import load_calendar
from govportal.contributions import Deadline, DeadlineSource, Figure, Reach, StaffQueue, Visit
from govportal.deadline_rows import open_days, page_paths
from govportal.models import Membership
from govportal.now import today
from govportal.permissions import ROLE_PERMISSIONS, Permission
from govportal.workdays import Calendar, add_working_days

CHANGELIST = "admin:evaluation_accountabilitycase_changelist"
DEADLINE, VERIFICATION = "accountability_correction", "accountability_verification"


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
            lambda look: Q(pk__in=AccountabilityCase.objects.ruled().without_summary().values("pk")),
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


# --- the last day to correct, and to verify --------------------------------------------------------------------------
# Confidential: of a deadline those are told who are named in it, and nobody in their place.


def _heads(agencies: Collection[int]) -> Mapping[int, list[int]]:
    """Of each agency the active users who answer a decision, in one statement."""
    roles = [role for role, permissions in ROLE_PERMISSIONS.items() if Permission.OBJECT in permissions]
    posts = Membership.objects.filter(agency__in=agencies, role__in=roles, user__is_active=True)
    found: dict[int, list[int]] = {agency: [] for agency in agencies}
    for agency, user in posts.order_by("user").values_list("agency", "user").distinct():
        found[agency].append(user)
    return found


_CASE = ("office_id", "office__path", "agency_id")  # access.Case


def corrections(reach: Reach) -> Iterator[Deadline]:
    """Told to the heads of the agency, who report: it is decided by then, so that nothing is betrayed. Once the day has
    passed, or where there are none, to those who have the case as well."""
    rows = AccountabilityCase.objects.waiting_for_correction().filter(correction_due_on__lte=reach.until)
    if reach.agencies is not None:
        rows = rows.filter(agency__in=reach.agencies)
    path, morning = page_paths("admin:evaluation_accountabilitycase_change"), today()
    found = list(rows.order_by("pk").values_list("pk", "number", "correction_due_on", *_CASE))
    heads = _heads({agency_id for *_others, agency_id in found}) if found else {}
    offices = access.holders_apart(Permission.HOLD_ACCOUNTABLE, {row[3:6] for row in found}) if found else {}
    for pk, number, due_on, *case in found:
        assert due_on is not None  # it was filtered by
        told = heads[case[2]]
        yield Deadline(
            key=f"{DEADLINE}:{pk}",
            due_on=due_on,
            agency_id=case[2],
            label=_("%s 报告改正情况") % number,
            path=path(pk),
            permission=Permission.OBJECT,
            handlers=tuple(told if told and due_on >= morning else {*told, *offices[case[0], case[1], case[2]]}),
        )


def still_open(keys: Collection[str]) -> dict[str, date]:
    days = open_days(AccountabilityCase.objects.waiting_for_correction(), keys, "correction_due_on")
    return {f"{DEADLINE}:{pk}": day for pk, day in days.items()}


def _verify_by(corrected_on: date, calendar: Calendar) -> date:
    return add_working_days(corrected_on, VERIFICATION_DAYS, calendar)


def verifications(reach: Reach) -> Iterator[Deadline]:
    """Told to those who have the case, without who noted the report himself; he alone where nobody else is left, for
    then somebody has to be found who verifies."""
    rows = AccountabilityCase.objects.filter(state=CaseState.CORRECTED, corrected_on__lte=reach.until)
    if reach.agencies is not None:
        rows = rows.filter(office__in=reach.agencies)
    path, calendar = page_paths("admin:evaluation_accountabilitycase_change"), load_calendar()
    columns = ("pk", "number", "corrected_on", "corrected_by_id", *_CASE)
    found = [row for row in rows.order_by("pk").values_list(*columns) if _verify_by(row[2], calendar) <= reach.until]
    offices = access.holders_apart(Permission.HOLD_ACCOUNTABLE, {row[4:7] for row in found}) if found else {}
    for pk, number, corrected_on, corrected_by, *case in found:
        office = offices[case[0], case[1], case[2]]
        yield Deadline(
            key=f"{VERIFICATION}:{pk}",
            due_on=_verify_by(corrected_on, calendar),
            agency_id=case[0],
            label=_("%s 核实改正情况") % number,
            path=path(pk),
            permission=Permission.HOLD_ACCOUNTABLE,
            handlers=tuple(one for one in office if one != corrected_by) or tuple(office),
        )


def verifications_still_open(keys: Collection[str]) -> dict[str, date]:
    rows, calendar = AccountabilityCase.objects.filter(state=CaseState.CORRECTED), load_calendar()
    days = open_days(rows, keys, "corrected_on")
    return {f"{VERIFICATION}:{pk}": _verify_by(day, calendar) for pk, day in days.items()}


def _concerns(user: Any, key: str) -> bool:
    """Of either: the agency that was told, or those who have the case."""
    pk, cases = int(key.rpartition(":")[2]), AccountabilityCase.objects
    return cases.told_to(user).filter(pk=pk).exists() or cases.visible_to(user).filter(pk=pk).exists()


SOURCES = (
    DeadlineSource(
        DEADLINE,
        gettext_lazy("责任追究改正"),
        corrections,
        still_open,
        permissions=frozenset({Permission.OBJECT}),
        is_confidential=True,
        concerns=_concerns,
        position=97,
    ),
    DeadlineSource(
        VERIFICATION,
        gettext_lazy("责任追究核实"),
        verifications,
        verifications_still_open,
        permissions=frozenset({Permission.HOLD_ACCOUNTABLE}),
        is_confidential=True,
        before=(3, 1),
        concerns=_concerns,
        position=98,
    ),
)


def contribute() -> None:
    """Put all of it on the landing page, and the days into the reminders; at start-up."""
    for queue in QUEUES:
        contributions.staff_queues.add(queue)
    contributions.list_notes.update(LIST_NOTES)
    for source in SOURCES:
        contributions.deadline_sources.add(source)
