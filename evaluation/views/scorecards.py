"""公开成绩单: the ranking of a round, the card of an agency, every case behind one point, and how points are made."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from disclosure.views.paging import read_page
from evaluation import case_lines
from evaluation.enums import IndicatorMode
from evaluation.indicators import AUTOMATIC_INDICATORS, AutomaticIndicator
from evaluation.models import Assessment, AssessmentRound, Indicator, Score
from evaluation.scorecard_archive import agencies, named
from evaluation.scorecard_contexts import card_context, compared_context, grade_context, place_context, round_context
from evaluation.scorecard_filters import Asked, asked, kinds_of
from evaluation.scorecard_reading import (
    assessment_of,
    closed_item,
    findings_of,
    log_entry_of,
    nothing_of,
    published_round,
    published_rounds,
    ranking,
    scorecard,
    scores_of,
)
from evaluation.scorecard_rounds import chosen, labels
from evaluation.scorecard_words import GRADES, shown, standing_of
from evaluation.scorecards import coded_name, line, name_of, show
from evaluation.scoring import Case, lot
from govportal.models import Agency

PLACES = 100  # of a ranking on one page
CASES = 50
_FILES = (("CSV", "scorecards_csv"), ("JSON", "scorecards_json"), ("PDF", "scorecards_pdf"))
_SEED, _SLUG = "c0ffee", "CM-MZJ-2026-00001"  # by which the draw is shown


class _Pages(Paginator):  # type: ignore[type-arg]  # not subscriptable when run
    """Of rows that are in memory; what read_page asks of a paginator."""

    is_capped = False


def _paged(request: HttpRequest, rows: Sequence[Any], size: int) -> tuple[Page[Any], list[str]]:
    paginator: Any = _Pages(rows, size)
    return read_page(request, paginator)


# --- the ranking ----------------------------------------------------------------------------------------------------


@require_safe
def scorecards(request: HttpRequest) -> HttpResponseBase:
    wanted, rounds = asked(request.GET.dict()), published_rounds()
    row, problems = _wanted_round(wanted, rounds)
    if isinstance(row, HttpResponse):
        return row
    if row is None:
        return render(request, "evaluation/scorecard_none.html", {"problems": problems})
    return render(request, "evaluation/scorecard_list.html", _ranking_context(request, row, rounds, wanted, problems))


def _wanted_round(
    wanted: Asked, rounds: Sequence[AssessmentRound]
) -> tuple[AssessmentRound | HttpResponse | None, list[str]]:
    """The round asked for, else the one a reader begins with; of a withdrawn one, the way to the notice. And what there
    is to say about what was asked."""
    if row := chosen(rounds, wanted.round):
        return row, wanted.problems
    if wanted.round and (item := closed_item(wanted.round)):
        return HttpResponseRedirect(item.get_absolute_url()), []
    unknown = [_("没有“%s”这一期成绩单，或者还没有公布。") % wanted.round] if wanted.round else []
    return chosen(rounds, ""), wanted.problems + unknown


def _ranking_context(
    request: HttpRequest, row: AssessmentRound, rounds: Sequence[AssessmentRound], wanted: Asked, problems: list[str]
) -> dict[str, Any]:
    everybody = ranking(row)
    counted = wanted.narrow_but_grade(everybody)
    narrowed = wanted.narrow(everybody)
    page, page_problems = _paged(request, narrowed, PLACES)
    of, everybody_listed = row.indicator_set, Agency.objects.listed().count()
    automatic = sum(one.full_marks for one in of.indicators.all() if one.mode == IndicatorMode.AUTOMATIC)
    return round_context(row) | {
        **compared_context(row, everybody),
        "rounds": labels(rounds),
        "assessed": len(everybody),
        "listed": everybody_listed,
        "is_partial": 2 * len(everybody) < everybody_listed,
        "kinds": kinds_of(everybody),
        "asked": wanted,
        "files": [(name, reverse(view, args=[row.slug]) + wanted.query()) for name, view in _FILES],
        "grades": GRADES,
        "narrowed": len(narrowed),
        "automatic": shown(automatic) if automatic else "",
        "counts": [(wanted.query(round=row.slug, grade=grade), *rest) for grade, *rest in grade_context(row, counted)],
        "entry": log_entry_of(row),
        "page": page,
        "lines": [place_context(one) for one in page.object_list],
        "problems": problems + page_problems,
    }


# --- one card -------------------------------------------------------------------------------------------------------


@require_safe
def scorecard_page(request: HttpRequest, slug: str, code: str) -> HttpResponseBase:
    found = find(slug, code)
    if isinstance(found, HttpResponse):
        return found
    row, one = found
    card = scorecard(row, one)
    return render(request, "evaluation/scorecard_page.html", card_context(card) | {"entry": log_entry_of(row)})


def find(slug: str, code: str) -> tuple[AssessmentRound, Assessment] | HttpResponse:
    """Round and assessment, both published; of a round whose item was withdrawn, the way to the notice."""
    row = published(slug)
    if isinstance(row, HttpResponse):
        return row
    one = assessment_of(row, code)
    if one is None:
        raise Http404(_("这个单位没有参加这一期考核。"))
    return row, one


def published(slug: str) -> AssessmentRound | HttpResponse:
    if row := published_round(slug):
        return row
    if item := closed_item(slug):
        return HttpResponseRedirect(item.get_absolute_url())
    raise Http404(_("没有这一期成绩单，或者还没有公布。"))


# --- one point ------------------------------------------------------------------------------------------------------


@require_safe
def indicator_page(request: HttpRequest, slug: str, code: str, indicator: str) -> HttpResponseBase:
    """Every case of an automatic indicator, those at fault first; every finding of a manual one."""
    found = find(slug, code)
    if isinstance(found, HttpResponse):
        return found
    row, one = found
    score = score_of(one, indicator)
    objections = list(
        one.objections.filter(indicator=score.indicator_id).select_related("indicator").order_by("number")
    )
    findings = findings_of(one, objections, indicator=score.indicator_id)
    by_number = {str(each.number): each for each in objections if not each.finding_id}
    the_line = line(score, findings.get(score.indicator_id, ()), by_number, nothing_of(one, score))
    page, problems = _paged(request, cases_of(score), CASES)
    automatic = AUTOMATIC_INDICATORS.get(score.indicator.measure)
    context = round_context(row) | {
        "name": named(one, agencies(row)).name,
        "assessment": one,
        "line": the_line,
        "automatic": automatic,
        "done_word": (automatic and automatic.done_word) or _("完成"),
        "page": page,
        "cases": [(show(case, the_line.rule.judged_by), case, *standing_of(case, the_line.rule.judged_by),
                   by_number.get(case.excused)) for case in page.object_list],
        "problems": problems,
    }  # fmt: skip
    return render(request, "evaluation/scorecard_indicator.html", context)


def score_of(one: Assessment, code: str) -> Score:
    scores = scores_of(one, indicator__code=code)
    if not scores:
        raise Http404(_("这一期没有这项指标。"))
    return scores[0]


def cases_of(score: Score) -> list[Case]:
    return sorted(case_lines.unpack(score.cases), key=lambda case: (case.earned >= case.possible, bool(case.excused)))


# --- how it is computed ---------------------------------------------------------------------------------------------


@require_safe
def how(request: HttpRequest) -> HttpResponseBase:
    """In general, with the seed and the archive of a round."""
    wanted, rounds = asked({"round": request.GET.get("round", "")}), published_rounds()
    row, problems = _wanted_round(wanted, rounds)
    if isinstance(row, HttpResponse):
        return row
    seed = row.seed if row else _SEED
    indicators = list(row.indicator_set.indicators.order_by("position", "pk")) if row else []
    manual = [one for one in indicators if one.mode == IndicatorMode.MANUAL]
    context = {
        "row": row,
        "asked": wanted,
        "problems": problems,
        "entry": log_entry_of(row) if row else None,
        "automatic": _rules(indicators),
        "has_manual": bool(manual),
        "proven": [coded_name(one) for one in manual if one.is_evidence_required],
        "example": f"{seed}|{_SLUG}",
        "example_lot": lot(seed, _SLUG),
    }
    return render(request, "evaluation/scorecard_how.html", context)


def _rules(indicators: Sequence[Indicator]) -> list[tuple[AutomaticIndicator, dict[str, str]]]:
    """Every automatic rule, with code and name of the indicator that goes by it, if any; those first."""
    used = {one.measure: {"code": one.code, "name": name_of(one)} for one in indicators if one.measure}
    found = [(one, used.get(key, {})) for key, one in AUTOMATIC_INDICATORS.items()]
    return sorted(found, key=lambda pair: not pair[1])
