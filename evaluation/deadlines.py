"""What is owed by a day in rounds of assessment, for the reminders: to object, to rule, to end a round (domain §9).

No law says how long: the time to object is set when the agencies are told, that to rule when the objection is filed.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.enums import RoundState
from evaluation.models import Assessment, AssessmentRound, Objection
from govportal.contributions import Deadline, DeadlineSource, Reach
from govportal.deadline_rows import RowDeadlines, page_paths
from govportal.models import Agency
from govportal.now import today
from govportal.permissions import Permission

RULING = "objection"


def _to_answer() -> QuerySet[Assessment]:
    """Told, and the agency has neither agreed nor objected. Past its day a right is gone, and nothing is owed."""
    since = Objection.objects.filter(assessment=OuterRef("pk"), filed_at__gte=OuterRef("round__shared_at"))
    waiting = Assessment.objects.filter(
        round__state=RoundState.FEEDBACK, round__objections_by__gte=today(), confirmed_at=None
    )
    return waiting.filter(~Exists(since))


def _top() -> Subquery:
    """The government at the top, whose inspectors assess the whole site."""
    return Subquery(Agency.objects.filter(parent=None, is_active=True).order_by("pk").values("pk")[:1])


def _to_end() -> QuerySet[AssessmentRound]:
    return AssessmentRound.objects.filter(state=RoundState.OPEN).annotate(top=_top())


ROWS = (
    RowDeadlines(
        "objections", gettext_lazy("考核异议期"), gettext_lazy("%s初评的异议期"), _to_answer, "round__objections_by",
        Permission.OBJECT, "admin:evaluation_assessment_change", number="round__name", before=(3, 1), position=92,
    ),
    RowDeadlines(
        "round", gettext_lazy("考核统计期满"), gettext_lazy("%s统计期满，应反馈初评"), _to_end, "period_end",
        Permission.ASSESS, "admin:evaluation_assessmentround_change", agency="top", number="name", before=(),
        position=94,
    ),
)  # fmt: skip


def _open_objections() -> QuerySet[Any]:
    rows = Objection.objects.open().filter(assessment__round__state__in=[RoundState.OPEN, RoundState.FEEDBACK])
    return rows.annotate(top=_top(), office=F("assessment__inspecting_agency_id"))


def rulings(reach: Reach) -> Iterator[Deadline]:
    """Told to whoever inspects the agency, in a cross inspection to the agency that does; never to who found it."""
    path = page_paths("admin:evaluation_objection_change")
    columns = ("pk", "number", "rule_by", "assessment__round__name", "top", "office", "finding__found_by_id",
               "finding__decided_by_id")  # fmt: skip
    rows = _open_objections().filter(rule_by__lte=reach.until).order_by("pk")
    for pk, number, due_on, name, top, office, *found in rows.values_list(*columns):
        agency_id = office or top
        if reach.agencies is not None and agency_id not in reach.agencies:
            continue
        yield Deadline(
            key=f"{RULING}:{pk}",
            due_on=due_on,
            agency_id=agency_id,
            label=_("%(round)s异议%(number)s的裁定") % {"round": name, "number": number},
            path=path(pk),
            permission=Permission.ASSESS,
            but=tuple(one for one in found if one is not None),
        )


def rulings_still_owed(keys: Collection[str]) -> dict[str, date]:
    pks = {int(key.rpartition(":")[2]) for key in keys}
    return {f"{RULING}:{pk}": day for pk, day in _open_objections().filter(pk__in=pks).values_list("pk", "rule_by")}


SOURCES = (
    *(row.source() for row in ROWS),
    DeadlineSource(
        RULING,
        gettext_lazy("考核异议裁定"),
        rulings,
        rulings_still_owed,
        permissions=frozenset({Permission.ASSESS}),
        before=(3, 1),
        position=93,
    ),
)
