"""登记考核: the rounds an inspector works on, all agencies of one with their progress, and who looks at whom."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evaluation.admin import entry_pages
from evaluation.admin.entry_pages import entry_response, find_round, page_of
from evaluation.admin.round_states import state_of
from evaluation.enums import CheckResult, RoundState
from evaluation.forms.checks import AssignForm
from evaluation.models import Assessment, AssessmentRound, Check, Finding, Indicator
from evaluation.scorecards import coded_name, name_of
from evaluation.services import assignments, carry_over, checks
from govportal import access, staff_site
from govportal.models import User
from govportal.now import now
from govportal.permissions import Permission

AGENCIES_A_GRID = 40
_GET_POST = require_http_methods(["GET", "HEAD", "POST"])
_NOTHING_FOUND = (RoundState.DRAFT, RoundState.CANCELLED)
# A cell of the grid: what stands in it, and its tone.
_MARKS = {
    CheckResult.CLEAR: ("✓", "ok"),
    CheckResult.FOUND: ("■", "bad"),
    CheckResult.NOT_APPLICABLE: ("—", "quiet"),
}


@never_cache
@require_http_methods(["GET", "HEAD"])
def rounds_page(request: HttpRequest) -> HttpResponse:
    """The rounds in which this person inspects somebody; those at work first."""
    if not access.can(request.user, Permission.ASSESS):
        raise PermissionDenied(_("您没有考核人员的角色。"))
    mine = Assessment.objects.inspected_by(request.user).order_by().values("round")
    rounds = AssessmentRound.objects.filter(pk__in=mine).exclude(state=RoundState.CANCELLED).newest_first()
    found = sorted(rounds.select_related("indicator_set"), key=lambda row: row.state != RoundState.OPEN)
    at_work = [row for row in found if row.state == RoundState.OPEN]
    if len(at_work) == 1 and "all" not in request.GET:
        return HttpResponseRedirect(reverse("admin:evaluation_entry_round", args=[at_work[0].slug]))
    shown = [(row, state_of(row)) for row in found]
    return entry_response(request, "entry_rounds.html", {"title": _("登记考核"), "rounds": shown})


@never_cache
@_GET_POST
def round_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Agencies × progress, findings, points, inspector; or a grid of clauses × agencies; the work is divided here."""
    row = find_round(request, slug)
    assert isinstance(request.user, User)
    against_assigning = assignments.reasons_against_assigning(row, request.user)
    form = None if against_assigning else AssignForm(request.POST if request.method == "POST" else None, row=row)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied(against_assigning[0])
        if _assigned(request, row, form):
            return HttpResponseRedirect(request.get_full_path())
    found = Assessment.objects.inspected_by(request.user).filter(round=row)
    found = found.select_related("agency", "inspector", "inspecting_agency")
    if request.GET.get("mine"):
        found = found.filter(inspector=request.user)
    rows = list(found)
    if not rows and not request.GET.get("mine"):
        raise Http404(_("没有这次考核，或者您不参加。"))
    done = checks.progress(row)
    context = {
        "title": row.name,
        "round": row,
        "rows": [(one, done[one.pk]) for one in rows],
        "checked": sum(done[one.pk].checked for one in rows),
        "total": sum(done[one.pk].total for one in rows),
        "form": form,
        "typed": set(request.POST.getlist("agencies")),
        "is_mine": bool(request.GET.get("mine")),
        "against_carrying": carry_over.reasons_against_carrying(row, request.user),
        "grid": _grid(request, row, rows) if request.GET.get("grid") else None,
    }
    return entry_response(request, "entry_round.html", context)


def _assigned(request: HttpRequest, row: AssessmentRound, form: AssignForm) -> bool:
    if not form.is_valid():
        return False
    assert isinstance(request.user, User)
    values = form.cleaned_data
    try:
        count = assignments.assign(
            row.pk,
            [agency.pk for agency in values["agencies"]],
            inspector=values["inspector"],
            inspecting_agency=values["inspecting_agency"],
            actor=request.user,
        )
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, _("已分派 %s 个单位。") % count)
    return True


def _grid(request: HttpRequest, row: AssessmentRound, rows: list[Assessment]) -> dict[str, Any]:
    """Clauses × agencies. Three queries."""
    page = page_of(request, rows, AGENCIES_A_GRID)
    shown = list(page)
    clauses = list(Indicator.objects.manual().filter(indicator_set=row.indicator_set_id).select_related("group"))
    checked = {
        (assessment, indicator): result
        for assessment, indicator, result in Check.objects.filter(assessment__in=shown).values_list(
            "assessment_id", "indicator_id", "result"
        )
    }
    standing = Finding.objects.standing().filter(assessment__in=shown)
    found = Counter(standing.values_list("assessment_id", "indicator_id"))
    lines = []
    for clause in clauses:
        cells = [_cell(checked.get((one.pk, clause.pk)), found[one.pk, clause.pk]) for one in shown]
        lines.append((clause, name_of(clause), cells))
    return {"page": page, "agencies": shown, "lines": lines}


def _cell(result: str | None, count: int) -> tuple[str, str, str]:
    """The sign, its tone, and the words for whoever does not see it."""
    if result is None:
        return "·", "", _("未查")
    mark, tone = _MARKS[CheckResult(result)]
    words = str(CheckResult(result).label)
    return (f"{mark}{count}", tone, f"{words} {count}") if count else (mark, tone, words)


@never_cache
@_GET_POST
def carry_page(request: HttpRequest, slug: str) -> HttpResponse:
    """转入平时检查发现的问题, asked once more; then what was carried over and what not."""
    row = find_round(request, slug)
    assert isinstance(request.user, User)
    if not access.holds_for_all(request.user, Permission.ASSESS):
        raise PermissionDenied(_("您没有组织考核的职责。"))
    reasons = carry_over.reasons_against_carrying(row, request.user)
    context: dict[str, Any] = {"title": _("转入平时检查发现的问题"), "round": row, "reasons": reasons,
                               "back": reverse("admin:evaluation_entry_round", args=[row.slug]),
                               "within": carry_over.rounds_within(row).exclude(state__in=_NOTHING_FOUND)}  # fmt: skip
    if request.method == "POST" and not reasons:
        try:
            context["report"] = carry_over.carry_over(row.pk, actor=request.user, at=now())
        except ValidationError as error:
            context["reasons"] = error.messages
    left, without_indicator = carry_over.left_over(row, request.user)
    context["is_done"] = not reasons and not left
    context["without_indicator"] = [(one, coded_name(one.indicator)) for one in without_indicator]
    return entry_response(request, "entry_carry.html", context)


_ENTRY = "evaluation/entry/"
for _route, _view, _name in (
    ("", rounds_page, "evaluation_entry"),
    ("<slug:slug>/", round_page, "evaluation_entry_round"),
    ("<slug:slug>/all/save/", entry_pages.save_door, "evaluation_entry_save"),
    ("<slug:slug>/all/carry/", carry_page, "evaluation_entry_carry"),
    ("<slug:slug>/all/clause/<slug:code>/", entry_pages.clause_page, "evaluation_entry_clause"),
    ("<slug:slug>/<slug:code>/", entry_pages.agency_page, "evaluation_entry_agency"),
    ("<slug:slug>/<slug:code>/rest/", entry_pages.rest_page, "evaluation_entry_rest"),
    ("<slug:slug>/<slug:code>/cases/<slug:indicator>/", entry_pages.cases_page, "evaluation_entry_cases"),
):
    staff_site.add_page(f"{_ENTRY}{_route}", _view, _name)
