"""考核工作台 at /admin/evaluation/workbench/: one round at a glance, for those who inspect; every table as CSV."""

from itertools import chain, islice
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from evaluation.enums import RoundState
from evaluation.models import AssessmentRound
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
    """`?round=`: one of those this person inspects; the newest that is open, else the newest."""
    choices, row = _chosen(request)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("考核工作台"),
        "choices": choices,
        "row": row,
        "tables": _tables(row, request.user) if row else [],
        "waits": _waits(row, request.user) if row else [],
        "may_open": access.holds_for_all(request.user, Permission.ASSESS),
    }
    return TemplateResponse(request, "admin/evaluation/workbench_page.html", context)


def table_csv(request: HttpRequest, table: str) -> HttpResponseBase:
    _choices, row = _chosen(request)
    found = TABLES.get(table)
    if row is None or found is None:
        raise Http404(_("没有这张表。"))
    rows = found.rows(row, assessments_of(row, request.user))
    header = [str(column) for column in found.columns]
    return csv_response(f"{row.slug}-{found.key}", chain([header], ([cell.text for cell in cells] for cells in rows)))


def _chosen(request: HttpRequest) -> tuple[list[AssessmentRound], AssessmentRound | None]:
    if not access.can(request.user, Permission.ASSESS):
        raise PermissionDenied
    choices = list(rounds_of(request.user))
    asked = request.GET.get("round", "")
    named = next((one for one in choices if one.slug == asked), None)
    at_work = (one for one in choices if one.state in {RoundState.OPEN, RoundState.FEEDBACK})
    return choices, named or next(at_work, choices[0] if choices else None)


def _tables(row: AssessmentRound, user: Any) -> list[dict[str, Any]]:
    mine = assessments_of(row, user)
    shown = []
    for table in TABLES.values():
        rows = list(islice(table.rows(row, mine), SHOWN + 1))
        shown.append({"table": table, "rows": rows[:SHOWN], "is_cut": len(rows) > SHOWN})
    return shown


def _waits(row: AssessmentRound, user: Any) -> list[tuple[str, list[str]]]:
    """The next verbs, each with what it still waits for."""
    return [
        (str(action.label), rounds.reasons_against(row, action, user))
        for action in _NEXT.get(RoundState(row.state), ())
    ]


staff_site.add_page("evaluation/workbench/", workbench, "evaluation_workbench")
_CSV: Any = table_csv  # streamed: no HttpResponse in the eyes of mypy
staff_site.add_page("evaluation/workbench/<slug:table>.csv", _CSV, "evaluation_workbench_csv")
