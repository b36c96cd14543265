"""What waits for whom in rounds of assessment: objections, rounds to freeze, what one's own agency was told."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.enums import RoundState
from evaluation.models import Assessment, AssessmentRound, Objection
from govportal import access, contributions
from govportal.contributions import Figure, Panel, StaffQueue, Visit
from govportal.permissions import Permission


def _to_rule(visit: Visit) -> Figure | None:
    """Those that this very person may rule on: he did not find the fault."""
    if not access.can(visit.user, Permission.ASSESS):
        return None
    inspected = Assessment.objects.inspected_by(visit.user).order_by().values("pk")
    rows = Objection.objects.open().filter(assessment__in=inspected)
    mine = Q(finding__found_by=visit.user.pk) | Q(finding__decided_by=visit.user.pk)
    row = rows.exclude(pk__in=rows.filter(mine).values("pk")).aggregate(n=Count("pk"), since=Min("filed_at"))
    words = _("最早的 %(month)s月%(day)s日 提出")
    since = localdate(row["since"]) if row["since"] else None
    return Figure(row["n"], words % {"month": since.month, "day": since.day} if since else "")


def _to_freeze(visit: Visit) -> Figure | None:
    """Told by somebody else, nothing left to rule on, and the time is over or everybody agrees."""
    if not access.holds_for_all(visit.user, Permission.ASSESS):
        return None
    told = AssessmentRound.objects.filter(state=RoundState.FEEDBACK).exclude(shared_by=visit.user.pk)
    settled = told.exclude(assessments__in=Objection.objects.open().values("assessment"))
    waiting = Assessment.objects.filter(confirmed_at=None, round__objections_by__gte=localdate(visit.at))
    return Figure(settled.exclude(assessments__in=waiting).count())


def unanswered(user: Any, day: date) -> QuerySet[Assessment]:
    """What one's own agency was told, and nobody has agreed to yet."""
    own = access.agencies_with(user, Permission.OBJECT)
    told = Assessment.objects.filter(agency__in=own, round__state=RoundState.FEEDBACK, confirmed_at=None)
    return told.filter(round__objections_by__gte=day)


def _to_answer(visit: Visit) -> Figure | None:
    if not access.agencies_with(visit.user, Permission.OBJECT):
        return None
    rows = unanswered(visit.user, localdate(visit.at))
    row = rows.order_by().aggregate(n=Count("pk"), by=Min("round__objections_by"))
    by = row["by"]
    return Figure(row["n"], _("异议期到 %(month)s月%(day)s日") % {"month": by.month, "day": by.day} if by else "")


QUEUES = (
    StaffQueue(
        "objections-rule", gettext_lazy("待裁定的异议"), _to_rule,
        lambda: reverse("admin:evaluation_objection_changelist") + "?queue=open", position=400,
    ),
    StaffQueue(
        "rounds-freeze", gettext_lazy("待定分"), _to_freeze,
        lambda: reverse("admin:evaluation_assessmentround_changelist") + "?state__exact=feedback", position=410,
    ),
    StaffQueue(
        "assessments-answer", gettext_lazy("本单位考核待确认"), _to_answer,
        lambda: reverse("admin:evaluation_assessment_changelist") + "?queue=answer", position=420,
    ),
)  # fmt: skip
LIST_NOTES = {
    "evaluation.assessmentround": gettext_lazy("考核的每一轮：方案、抽样、取数、反馈、定分、公开。"),
    "evaluation.assessment": gettext_lazy("一个单位在一轮考核里的得分、扣分的问题和事项。"),
    "evaluation.objection": gettext_lazy("单位对扣分提出的异议：听取意见，裁定。"),
}


def _workbench(request: HttpRequest) -> Mapping[str, Any] | None:
    return {} if access.can(request.user, Permission.ASSESS) else None


STAFF_ACTION = Panel("workbench", "admin/evaluation/workbench_action.html", _workbench, position=140)


def contribute() -> None:
    """Put all of it on the landing page; at start-up."""
    for queue in QUEUES:
        contributions.staff_queues.add(queue)
    contributions.list_notes.update(LIST_NOTES)
    contributions.staff_actions.add(STAFF_ACTION)
