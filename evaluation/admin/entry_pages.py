"""Where inspectors enter what they saw: all clauses of one agency, or one clause at all agencies.

The pages work with one button and no script; static/js/entry.js saves line by line through `save_door`, which does the
same. Whoever does not inspect an agency finds no such page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from evaluation import case_lines
from evaluation.admin.entry_lines import (
    RESULTS,
    ClauseLine,
    SampleLine,
    Saved,
    clause_lines,
    is_unchecked,
    refuse_lines,
    sample_lines,
    save_lines,
)
from evaluation.enums import IndicatorMode
from evaluation.models import Assessment, AssessmentRound, Check, Indicator, SampleItem, Score
from evaluation.scorecards import coded_name, name_of
from evaluation.services import checks
from govportal import access
from govportal.forms import whole_number
from govportal.models import User
from govportal.now import now
from govportal.permissions import Permission

LINES_A_PAGE = 80  # each may bring a file, and a form holds a hundred
CASES_A_PAGE = 100
_GET_POST = require_http_methods(["GET", "HEAD", "POST"])


def find_round(request: HttpRequest, slug: str) -> AssessmentRound:
    """Raises Http404 for whoever inspects nobody in it."""
    row = AssessmentRound.objects.select_related("indicator_set").filter(slug=slug).first()
    if row is None or not access.can(request.user, Permission.ASSESS):
        raise Http404(_("没有这次考核，或者您不参加。"))
    return row


def inspected(request: HttpRequest, row: AssessmentRound) -> list[Assessment]:
    """What this person inspects in the round, in the order of its lists."""
    found = list(Assessment.objects.inspected_by(request.user).filter(round=row).select_related("agency"))
    for one in found:
        one.round = row
    return found


def page_of(request: HttpRequest, rows: Any, size: int = LINES_A_PAGE) -> Any:
    return Paginator(rows, size).get_page(request.GET.get("p"))


def entry_response(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    everywhere = {**admin.site.each_context(request), "opts": AssessmentRound._meta, "results": RESULTS}
    return TemplateResponse(request, f"admin/evaluation/{template}", everywhere | context, status=status)


# --- one agency ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Neighbours:
    before: Assessment | None
    after: Assessment | None


@never_cache
@_GET_POST
def agency_page(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Every manual clause of one agency; above them what the portal counted itself; the items drawn."""
    row = find_round(request, slug)
    everybody = inspected(request, row)
    assessment = next((one for one in everybody if one.agency.code == code), None)
    if assessment is None:
        raise Http404(_("这次考核中没有这个单位，或者不由您考核。"))
    reasons = checks.reasons_against_entering(assessment, request.user)
    indicators = list(row.indicator_set.indicators.select_related("group"))
    manual = [one for one in indicators if one.mode == IndicatorMode.MANUAL]
    lines, samples = clause_lines([assessment], manual), sample_lines(assessment)
    saved = Saved()
    if request.method == "POST":
        saved = _save(request, [*lines, *samples], reasons)
        if not saved.failed:
            return _saved(request, saved)
        assessment = Assessment.objects.select_related("agency", "round__indicator_set").get(pk=assessment.pk)
        lines, samples = clause_lines([assessment], manual), sample_lines(assessment)
        saved.keep([*lines, *samples])
    checked = sum(line.check is not None for line in lines)
    page = page_of(request, _chosen(request, lines))
    place = everybody.index(next(one for one in everybody if one.pk == assessment.pk))
    context = {
        "title": _title(saved, assessment.agency.display_name),
        "round": row,
        "assessment": assessment,
        "reasons": reasons,
        "page": page,
        "groups": [(name, list(found)) for name, found in groupby(page, lambda line: str(line.indicator.group))],
        "samples": _chosen(request, samples),
        "automatic": _automatic(assessment, indicators),
        "progress": _Bar(checked, len(lines)),
        "samples_progress": _Bar(sum(bool(line.sample.result) for line in samples), len(samples)),
        "failed": [line for line in [*lines, *samples] if line.errors],
        "saved": saved.count,
        "is_unchecked_only": _is_unchecked_only(request),
        "kept": "&only=unchecked" if _is_unchecked_only(request) else "",
        "neighbours": _Neighbours(
            everybody[place - 1] if place else None, everybody[place + 1] if place + 1 < len(everybody) else None
        ),
        "place": f"{place + 1}/{len(everybody)}",
    }
    return entry_response(request, "entry_agency.html", context)


@dataclass(frozen=True, slots=True)
class _Bar:
    done: int
    total: int


def _title(saved: Saved, words: str) -> str:
    return _("错误：%s") % words if saved.failed else words


def _is_unchecked_only(request: HttpRequest) -> bool:
    return request.GET.get("only") == "unchecked"


def _chosen(request: HttpRequest, lines: Iterable[Any]) -> list[Any]:
    """All of them, or those nobody has looked at."""
    if not _is_unchecked_only(request):
        return list(lines)
    return [line for line in lines if is_unchecked(line)]


def _automatic(assessment: Assessment, indicators: list[Indicator]) -> list[tuple[Indicator, str, dict[str, Any]]]:
    columns = ("indicator_id", "points", "numerator", "denominator", "faults")
    automatic = [one for one in indicators if one.mode == IndicatorMode.AUTOMATIC]
    scores = Score.objects.filter(assessment=assessment, indicator__in=automatic).values(*columns)
    found = {one["indicator_id"]: one for one in scores}
    return [(one, name_of(one), found.get(one.pk, {})) for one in automatic]


def _save(request: HttpRequest, lines: Iterable[ClauseLine | SampleLine], reasons: list[str]) -> Saved:
    """`reasons`: why nothing can be entered any more, say since somebody told the agencies meanwhile."""
    if reasons:
        return refuse_lines(lines, request.POST, request.FILES, reasons[0])
    assert isinstance(request.user, User)
    return save_lines(lines, request.POST, request.FILES, actor=request.user, at=now())


def _saved(request: HttpRequest, saved: Saved) -> HttpResponseRedirect:
    """Back to the same page, at the line whose button was pressed."""
    if saved.count:
        messages.success(request, _("已保存 %s 条。") % saved.count)
    else:
        messages.info(request, _("没有改动，没有保存什么。"))
    line = request.POST.get("save", "")
    anchor = f"#l-{line}" if line.replace("-", "").isalnum() and line.isascii() else ""
    return HttpResponseRedirect(request.get_full_path() + anchor)


# --- one clause ------------------------------------------------------------------------------------------------------


@never_cache
@_GET_POST
def clause_page(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """一条查所有单位: one manual clause at every agency this person inspects."""
    row = find_round(request, slug)
    clauses = list(Indicator.objects.manual().filter(indicator_set=row.indicator_set_id).select_related("group"))
    place = next((place for place, one in enumerate(clauses) if one.code == code), None)
    everybody = inspected(request, row)
    if place is None or not everybody:
        raise Http404(_("这次考核中没有这一条，或者您不参加考核。"))
    clause = clauses[place]
    reasons = checks.reasons_against_entering(everybody[0], request.user)
    page = page_of(request, everybody)
    lines = clause_lines(list(page), [clause])
    saved = Saved()
    if request.method == "POST":
        saved = _save(request, lines, reasons)
        if not saved.failed:
            return _saved(request, saved)
        lines = clause_lines(list(page), [clause])
        saved.keep(lines)
    checked = Check.objects.filter(assessment__in=everybody, indicator=clause).count()
    context = {
        "title": _title(saved, coded_name(clause)),
        "round": row,
        "clause": clause,
        "reasons": reasons,
        "page": page,
        "lines": _chosen(request, lines),
        "progress": _Bar(checked, len(everybody)),
        "failed": [line for line in lines if line.errors],
        "saved": saved.count,
        "is_unchecked_only": _is_unchecked_only(request),
        "kept": "&only=unchecked" if _is_unchecked_only(request) else "",
        "before": clauses[place - 1] if place else None,
        "after": clauses[place + 1] if place + 1 < len(clauses) else None,
        "place": f"{place + 1}/{len(clauses)}",
    }
    return entry_response(request, "entry_clause.html", context)


# --- one line, for the script ----------------------------------------------------------------------------------------


@never_cache
@require_POST
def save_door(request: HttpRequest, slug: str) -> JsonResponse:
    """Save the line that `line` names, and answer how it stands; 403, 409 or 400 with the words why not."""
    row = AssessmentRound.objects.select_related("indicator_set").filter(slug=slug).first()
    line = _line_of(request, row, request.POST.get("line", "")) if row else None
    if line is None:
        return JsonResponse({"errors": [_("没有这一条，或者不由您考核。")]}, status=403)
    saved = _save(request, [line], [])
    if line.errors:
        fresh = _line_of(request, row, line.prefix)
        shown = fresh.shown if fresh else ""
        return JsonResponse({"errors": line.errors, "shown": shown}, status=409 if line.is_stale else 400)
    fresh = _line_of(request, row, line.prefix)
    assert fresh is not None
    return JsonResponse({"saved": saved.count, "at": localtime(now()).strftime("%H:%M"), **_answer(fresh)})


def _line_of(request: HttpRequest, row: AssessmentRound | None, prefix: str) -> ClauseLine | SampleLine | None:
    """The line of that name, if this person inspects its agency."""
    first, _dash, second = prefix.partition("-")
    mine = Assessment.objects.inspected_by(request.user).filter(round=row).select_related("agency", "round")
    first_id, second_id = whole_number(first) or 0, whole_number(second) or 0
    if first == "s":
        samples = SampleItem.objects.filter(pk=second_id, assessment__in=mine.order_by().values("pk"))
        sample = samples.select_related("item", "assessment").first()
        if sample is None:
            return None
        line = SampleLine(sample=sample)
        line.fill()
        return line
    assessment = mine.filter(pk=first_id).first()
    clause = Indicator.objects.manual().filter(pk=second_id, indicator_set__rounds=row).first()
    return clause_lines([assessment], [clause])[0] if assessment and clause else None


def _answer(line: ClauseLine | SampleLine) -> dict[str, Any]:
    if isinstance(line, SampleLine):
        return {"shown": line.shown, "result": line.sample.result}
    total = Assessment.objects.values_list("total", flat=True).get(pk=line.assessment.pk)
    return {
        "shown": line.shown,
        "result": line.check.result if line.check else "",
        "points": str(line.points if line.points is not None else ""),
        "total": str(total if total is not None else ""),
        "found": render_to_string("admin/evaluation/entry_found.html", {"line": line}),
    }


# --- the rest, and the cases behind a number ------------------------------------------------------------------------


@never_cache
@_GET_POST
def rest_page(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """其余未查的都标为未发现问题, asked once more."""
    row = find_round(request, slug)
    assessment = next((one for one in inspected(request, row) if one.agency.code == code), None)
    if assessment is None:
        raise Http404(_("这次考核中没有这个单位，或者不由您考核。"))
    assert isinstance(request.user, User)
    reasons = checks.reasons_against_clearing(assessment, request.user)
    back = reverse("admin:evaluation_entry_agency", args=[row.slug, code])
    if request.method == "POST" and not reasons:
        try:
            count = checks.mark_clear_rest(assessment.pk, actor=request.user, at=now())
        except ValidationError as error:
            reasons = error.messages
        else:
            messages.success(request, _("已把 %s 条标为“未发现问题”。") % count)
            return HttpResponseRedirect(back)
    checked = Check.objects.filter(assessment=assessment).count()
    left = Indicator.objects.manual().filter(indicator_set=row.indicator_set_id).count() - checked
    context = {"title": _("其余未查的都标为未发现问题"), "round": row, "assessment": assessment, "reasons": reasons,
               "left": left, "back": back}  # fmt: skip
    return entry_response(request, "entry_rest.html", context)


@never_cache
@require_http_methods(["GET", "HEAD"])
def cases_page(request: HttpRequest, slug: str, code: str, indicator: str) -> HttpResponse:
    """What an automatic indicator counted at one agency: those at fault first."""
    row = find_round(request, slug)
    assessment = next((one for one in inspected(request, row) if one.agency.code == code), None)
    scores = Score.objects.filter(assessment=assessment, indicator__code=indicator).select_related("indicator")
    score = scores.exclude(indicator__mode=IndicatorMode.MANUAL).first() if assessment else None
    if assessment is None or score is None:
        raise Http404(_("没有这一项的数据，或者不由您考核。"))
    cases = case_lines.unpack(score.cases)
    at_fault = sorted(cases, key=lambda case: case.earned == case.possible)
    context = {
        "title": coded_name(score.indicator),
        "round": row,
        "assessment": assessment,
        "score": score,
        "page": page_of(request, at_fault, CASES_A_PAGE),
    }
    return entry_response(request, "entry_cases.html", context)
