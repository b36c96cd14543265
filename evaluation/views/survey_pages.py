"""社会评议 for everybody: the list, the page of one survey with its steps, and its results once they are public."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from disclosure.models import Item
from disclosure.publication_log import canonical_json
from disclosure.views.paging import BoundedPaginator, read_page
from evaluation import survey_standing
from evaluation.models import Survey
from evaluation.survey_enums import Level, SurveyState
from evaluation.survey_page import csv_rows, detail_of, grade_ranges, has_invited, lines_of, standing, steps_of, too_few
from evaluation.survey_rules import BASIS, MIN_BALLOTS, MIN_INVITED
from evaluation.survey_words import INVITED_SECRECY
from govportal.now import today
from govportal.spreadsheets import csv_response

ROWS_PER_PAGE = 20
SECTION = "surveys"


def announced() -> QuerySet[Survey]:
    """Opened once: a survey that is being prepared is nobody's business yet."""
    return Survey.objects.filter(opened_at__isnull=False).select_related("item")


def find(slug: str) -> Survey:
    """Raises Http404."""
    row = announced().filter(slug=slug).first()
    if row is None:
        raise Http404(_("没有这次社会评议，或者还没有开始。"))
    return row


def survey_list(request: HttpRequest) -> HttpResponse:
    """Those one can take part in first, then the others, the newest first."""
    day = today()
    open_now = announced().filter(state=SurveyState.OPEN, opens_on__lte=day, closes_on__gte=day)
    others = announced().exclude(pk__in=open_now).order_by("-opens_on", "-pk")
    page, problems = read_page(request, BoundedPaginator(others, per_page=ROWS_PER_PAGE))
    public = set(survey_standing.public().values_list("pk", flat=True))
    context = {
        "open_now": [(row, *standing(row, day, is_public=False)) for row in open_now.order_by("closes_on", "pk")],
        "page": page,
        "rows": [(row, *standing(row, day, is_public=row.pk in public)) for row in page.object_list],
        "problems": problems,
        "basis": BASIS,
        "section": SECTION,
    }
    return render(request, "evaluation/survey_list.html", context)


def survey_page(request: HttpRequest, slug: str) -> HttpResponse:
    row, day = find(slug), today()
    is_public = survey_standing.public().filter(pk=row.pk).exists()
    words, tone = standing(row, day, is_public=is_public)
    context: dict[str, Any] = {
        "survey": row,
        "standing": words,
        "tone": tone,
        "can_vote": row.is_accepting(day) and row.accepts_public,
        "is_accepting": row.is_accepting(day),
        "steps": steps_of(row, day),
        "grades": grade_ranges(row),
        "least": MIN_BALLOTS,
        "least_invited": MIN_INVITED,
        "secrecy": INVITED_SECRECY,
        "has_invited": has_invited(row),
        "basis": BASIS,
        "section": SECTION,
        "is_public": is_public,
    }
    if is_public:
        context |= _results(row)
    else:
        context["agencies"] = row.agencies.order_by("position", "name", "pk")
        context["questions"] = row.questions.order_by("position")
        context["closed_item"] = _closed_item(row)
    return render(request, "evaluation/survey_page.html", context)


def _results(row: Survey) -> dict[str, Any]:
    tally = row.tally or {}
    lines = lines_of(tally)
    return {
        "tally": tally,
        "lines": lines,
        "details": [(line, detail_of(tally, line)) for line in lines if line.grade],
        "levels": [level.label for level in Level],
        "too_few": too_few(),
    }


def _closed_item(row: Survey) -> Item | None:
    """Of results that were withdrawn: the page that says why."""
    if row.item_id is None:
        return None
    return Item.objects.addressable_by(AnonymousUser()).filter(pk=row.item_id).first()


def results_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    row = _published(slug)
    return csv_response(f"{row.title}结果", csv_rows(row.tally or {}))


def results_json(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The frozen results, byte for byte what their digest was taken of."""
    row = _published(slug)
    name = content_disposition_header(as_attachment=False, filename=f"survey-{row.slug}.json")
    headers: dict[str, Any] = {"Content-Disposition": name}
    data = canonical_json(row.tally or {})
    return HttpResponse(data, content_type="application/json; charset=utf-8", headers=headers)


def _published(slug: str) -> Survey:
    row = survey_standing.public().filter(slug=slug).first()
    if row is None:
        raise Http404(_("没有这次社会评议的结果，或者还没有公布。"))
    return row


def not_now(request: HttpRequest, row: Survey, reason: str) -> HttpResponse:
    """In the place of a ballot: why none can be cast."""
    return render(request, "evaluation/survey_closed.html", {"survey": row, "reason": reason, "section": SECTION})
