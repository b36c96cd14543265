"""考核工作台 at /admin/evaluation/workbench/: one round at a glance, for those who inspect; every table as CSV."""

from itertools import chain, islice
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from evaluation.admin.round_drafts import draft_of
from evaluation.enums import RoundState
from evaluation.models import Assessment, AssessmentRound
from evaluation.services import rounds
from evaluation.workbench_tables import TABLES, assessments_of, rounds_of
from evaluation.workflow import RoundAction
from govportal import access, staff_site
from govportal.permissions import Permission
from govportal.spreadsheets import csv_response

SHOWN = 50  # rows of a table on the page; its CSV has all
# What each state waits for.
_NEXT = {
    RoundState.DRAFT: (RoundAction.OPEN,),
    RoundState.OPEN: (RoundAction.SHARE,),
    RoundState.FEEDBACK: (RoundAction.FREEZE,),
    RoundState.FROZEN: (RoundAction.DRAFT_ITEM,),
}


def workbench(request: HttpRequest) -> HttpResponse:
    """`?round=`: one of those this person inspects; the newest that is open, else the newest. `&mine=1&agency=CODE`:
    of its agencies those given to himself, and the one."""
    choices, row = _chosen(request)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("考核工作台"),
        "choices": choices,
        "row": row,
        "agencies": [one.agency for one in _by_name(row, request.user)] if row else [],
        "agency": request.GET.get("agency", ""),
        "is_mine": "mine" in _asked(request),
        "narrowed": urlencode({"round": row.slug, **_asked(request)}) if row else "",
        "tables": _tables(row, _assessments(request, row)) if row else [],
        "waits": _waits(row, request.user) if row else [],
        "draft": draft_of(row) if row else None,
        "is_unknown": row is not None and request.GET.get("round", row.slug) != row.slug,
        "may_open": access.holds_for_all(request.user, Permission.ASSESS),
    }
    return TemplateResponse(request, "admin/evaluation/workbench_page.html", context)


def table_csv(request: HttpRequest, table: str) -> HttpResponseBase:
    _choices, row = _chosen(request)
    found = TABLES.get(table)
    if row is None or found is None or request.GET.get("round", row.slug) != row.slug:
        raise Http404(_("没有这张表。"))
    rows = found.rows(row, _assessments(request, row))
    header = [str(column) for column in found.columns]
    return csv_response(f"{row.slug}-{found.key}", chain([header], ([cell.whole for cell in cells] for cells in rows)))


def _chosen(request: HttpRequest) -> tuple[list[AssessmentRound], AssessmentRound | None]:
    if not access.can(request.user, Permission.ASSESS):
        raise PermissionDenied
    choices = list(rounds_of(request.user))
    asked = request.GET.get("round", "")
    named = next((one for one in choices if one.slug == asked), None)
    at_work = (one for one in choices if one.state in {RoundState.OPEN, RoundState.FEEDBACK})
    return choices, named or next(at_work, choices[0] if choices else None)


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: value for name in ("agency", "mine") if (value := request.GET.get(name, ""))}


def _by_name(row: AssessmentRound, user: Any) -> QuerySet[Assessment]:
    return assessments_of(row, user).order_by("agency__position", "agency__name")


def _assessments(request: HttpRequest, row: AssessmentRound) -> QuerySet[Assessment]:
    """What is asked for of those he inspects; a code that none of them has narrows nothing."""
    rows = assessments_of(row, request.user)
    asked = _asked(request)
    known = set(rows.order_by().values_list("agency__code", flat=True)) if "agency" in asked else set()
    if asked.get("agency") in known:
        rows = rows.filter(agency__code=asked["agency"])
    return rows.filter(inspector=request.user.pk) if "mine" in asked else rows


def _tables(row: AssessmentRound, assessments: QuerySet[Assessment]) -> list[dict[str, Any]]:
    shown = []
    for table in TABLES.values():
        rows = list(islice(table.rows(row, assessments), SHOWN + 1))
        title, note = table.words(row)
        kept, is_cut = rows[:SHOWN], len(rows) > SHOWN
        shown.append({"table": table, "title": title, "note": note, "rows": kept, "is_cut": is_cut})
    return shown


def _waits(row: AssessmentRound, user: Any) -> list[tuple[str, list[str]]]:
    """The next verbs, each with what it still waits for; none once the round is drafted for the public."""
    actions = () if row.item_id else _NEXT.get(RoundState(row.state), ())
    return [(str(action.label), rounds.reasons_against(row, action, user)) for action in actions]


staff_site.add_page("evaluation/workbench/", workbench, "evaluation_workbench")
_CSV: Any = table_csv  # streamed: no HttpResponse in the eyes of mypy
staff_site.add_page("evaluation/workbench/<slug:table>.csv", _CSV, "evaluation_workbench_csv")
