"""What entering checks and findings adds to the kernel: words of the trail, queues, a button on the landing page, and
who sees to the rectifications that were ordered; called by EvaluationConfig.ready()."""

from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.enums import IndicatorMode, RoundState
from evaluation.models import Assessment, Check, Finding
from evaluation.services import finding_orders
from govportal import access, contributions
from govportal.contributions import Figure, Panel, RectificationMandate, StaffQueue, Visit
from govportal.permissions import Permission

AUDIT_WORDS = {
    "check": gettext_lazy("查阅"),
    "check.save": gettext_lazy("记录查阅结果"),
    "check.sample": gettext_lazy("记录抽查结果"),
    "check.clear_rest": gettext_lazy("其余标为未发现问题"),
    "finding.add_evidence": gettext_lazy("补充证据"),
    "finding.change_evidence": gettext_lazy("改动证据是否公开"),
    "finding.remove_evidence": gettext_lazy("撤下证据"),
    "finding.view_evidence": gettext_lazy("查看证据"),
    "assessmentround.assign": gettext_lazy("分派考核人"),
    "assessmentround.carry_over": gettext_lazy("转入平时检查发现的问题"),
}


def _to_adopt(visit: Visit) -> Figure | None:
    """What others proposed about agencies this person inspects."""
    if not access.can(visit.user, Permission.ASSESS):
        return None
    return Figure(Finding.objects.to_decide_for(visit.user).count())


def _mine(visit: Visit) -> Figure | None:
    """Agencies given to this person that are not looked at to the end, and how far all of them are. One query."""
    if not access.can(visit.user, Permission.ASSESS):
        return None
    checks = Check.objects.filter(assessment=OuterRef("pk")).order_by().values("assessment")
    is_manual = Q(round__indicator_set__indicators__mode=IndicatorMode.MANUAL)
    mine = Assessment.objects.filter(inspector=visit.user.pk, round__state=RoundState.OPEN).order_by()
    counted = mine.annotate(
        checked=Coalesce(Subquery(checks.annotate(n=Count("pk")).values("n")), 0),
        clauses=Count("round__indicator_set__indicators", filter=is_manual),
    )
    found = list(counted.values_list("checked", "clauses"))
    done, total = sum(checked for checked, _all in found), sum(clauses for _checked, clauses in found)
    note = _("已查 %(done)s/%(total)s") % {"done": done, "total": total} if found else ""
    return Figure(sum(checked < clauses for checked, clauses in found), note)


def _to_entry() -> str:
    return reverse("admin:evaluation_entry")


QUEUES = (
    StaffQueue(
        "finding-proposed",
        gettext_lazy("待采纳的问题"),
        _to_adopt,
        lambda: f"{reverse('admin:evaluation_finding_changelist')}?queue=adopt",
        position=510,
    ),
    StaffQueue("assessment-mine", gettext_lazy("我负责的考核"), _mine, _to_entry, position=500),
)
LIST_NOTES = {
    "evaluation.finding": gettext_lazy("考核中登记和提出的问题、证据，采纳、撤销和交办整改。"),
}


def _entry(request: HttpRequest) -> dict[str, Any] | None:
    return {} if access.can(request.user, Permission.ASSESS) else None


def _file(request: HttpRequest) -> dict[str, Any] | None:
    return {} if access.can(request.user, Permission.FILE_FINDING) else None


ACTIONS = (
    Panel("enter-assessment", "admin/evaluation/entry_action.html", _entry, position=130),
    Panel("file-finding", "admin/evaluation/finding_action.html", _file, position=131),
)


def contribute() -> None:
    contributions.audit_words.update(AUDIT_WORDS)
    contributions.list_notes.update(LIST_NOTES)
    for queue in QUEUES:
        contributions.staff_queues.add(queue)
    for action in ACTIONS:
        contributions.staff_actions.add(action)
    contributions.rectification_mandates.append(
        RectificationMandate(rows=finding_orders.mandated, people=finding_orders.people_of)
    )
