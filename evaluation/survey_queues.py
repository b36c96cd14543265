"""What surveys leave to be done: one figure of the landing page, and the days for the reminders (domain §8)."""

from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.survey_standing import open_steps
from govportal import access
from govportal.contributions import Deadline, DeadlineSource, Figure, Reach, StaffQueue, Visit
from govportal.models import Agency
from govportal.permissions import Permission

LIST_NOTES = {
    "evaluation.survey": gettext_lazy("公众和特邀评议人员评议各单位：测评表、七步程序、评议码、汇总和公布。"),
    "evaluation.evaluator": gettext_lazy("各次社会评议邀请的人员。姓名和联系方式加密，查看要写明理由。"),
}


def _figure(visit: Visit) -> Figure | None:
    if not access.holds_for_all(visit.user, Permission.ASSESS):
        return None
    found = open_steps().aggregate(count=Count("survey", distinct=True), first=Min("due_on"))
    count, first = found["count"], found["first"]
    if first is None:
        return Figure(count)
    is_late = first < localdate(visit.at)
    words = _("最早的一步 %(day)s 已到期") if is_late else _("最早的一步 %(day)s 到期")
    day = _("%(month)s月%(day)s日") % {"month": first.month, "day": first.day}
    return Figure(count, words % {"day": day}, is_late)


def _url() -> str:
    return f"{reverse('admin:evaluation_survey_changelist')}?queue=open"


QUEUE = StaffQueue("surveys", gettext_lazy("社会评议"), _figure, _url, position=330)


# --- reminders ---------------------------------------------------------------------------------------------------


def _steps(reach: Reach) -> Iterator[Deadline]:
    """The days of the steps, one deadline a step; told to whoever conducts surveys for the whole site."""
    tops = Agency.objects.filter(parent=None)
    if reach.agencies is not None:
        tops = tops.filter(pk__in=reach.agencies)
    top = tops.order_by("pk").values_list("pk", flat=True).first()
    if top is None:
        return
    rows = open_steps().filter(due_on__lte=reach.until).select_related("survey").order_by("pk")
    for step in rows:
        yield Deadline(
            key=f"survey_step:{step.pk}",
            due_on=step.due_on,
            agency_id=top,
            label=_("社会评议 %(slug)s：%(step)s") % {"slug": step.survey.slug, "step": step.get_step_display()},
            path=reverse("admin:evaluation_survey_change", args=[step.survey_id]),
            permission=Permission.ASSESS,
        )


def _still_open(keys: Collection[str]) -> dict[str, date]:
    pks = [int(key.rpartition(":")[2]) for key in keys]
    return {f"survey_step:{pk}": day for pk, day in open_steps().filter(pk__in=pks).values_list("pk", "due_on")}


SOURCE = DeadlineSource(
    "survey_step",
    gettext_lazy("社会评议程序"),
    _steps,
    _still_open,
    permissions=frozenset({Permission.ASSESS}),
    position=95,
)
