"""公开面、规范率、及时率、上栏率、更新: every number with its rows, and what should be public and is not."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure.coverage import (
    MEASURES,
    OVERDUE,
    PERIODS,
    CaseFilterSet,
    CoverageFilterSet,
    cases,
    missing_of,
)
from disclosure.enums import Category
from disclosure.filters import InvalidFilter
from disclosure.measures import Measure, overview
from disclosure.models import Obligation
from disclosure.views.paging import BoundedPaginator, read_page
from govportal.models import Agency
from govportal.now import today
from govportal.spreadsheets import csv_response

OVERDUE_SHOWN = 5
# What the tables by agency and category show; the sections of the whole site stand in the overall table alone.
COLUMNS = ("coverage", "timeliness", "standardisation", "notice_board", "freshness.standing")


def coverage(request: HttpRequest) -> HttpResponse:
    asked = CoverageFilterSet(data=request.GET)
    found = overview(today(), asked.since)
    overdue = Obligation.objects.unpublished(today())
    shown = list(overdue.with_words()[: OVERDUE_SHOWN + 1])
    context = {
        "problems": asked.problems,
        "periods": PERIODS,
        "period": asked.chosen_period,
        "since": asked.since,
        "today": today(),
        "total": found.total,
        "columns": [measure for measure in found.total if measure.key in COLUMNS],
        "agencies": [(agency.code, agency.display_name, _columns(of_it)) for agency, of_it in found.agencies.items()],
        "categories": [
            (category, Category(category).label, _columns(of_it)) for category, of_it in found.categories.items()
        ],
        "overdue": shown[:OVERDUE_SHOWN],
        "overdue_total": overdue.count() if len(shown) > OVERDUE_SHOWN else len(shown),
        "csv": f"{reverse('coverage_csv')}?period={asked.chosen_period}",
    }
    return render(request, "disclosure/coverage.html", context)


def _columns(found: list[Measure]) -> list[Measure]:
    return [measure for measure in found if measure.key in COLUMNS]


def coverage_cases(request: HttpRequest) -> HttpResponse:
    """The obligations or items that a number was counted from."""
    asked = CaseFilterSet(data=request.GET)
    found = cases(asked)
    page, problems = read_page(request, BoundedPaginator(found.rows))
    rows = page.object_list
    is_standard = asked.chosen_measure == "standardisation"
    context = {
        "problems": asked.problems + problems,
        "filterset": asked,
        "page": page,
        "items": [(item, missing_of(item) if is_standard else []) for item in rows] if found.are_items else [],
        "are_items": found.are_items,
        "measure": found.measure,
        "label": asked.label_of("measure", asked.chosen_measure),
        "tags": [tag for tag in asked.tags() if tag.name != "measure"],
        "measures": MEASURES,
        "periods": PERIODS,
        "categories": Category.choices,
        "agencies": Agency.objects.listed().only("code", "name", "short_name"),
        "is_overdue_list": asked.chosen_measure == OVERDUE,
        "since": asked.since,
        "today": today(),
    }
    return render(request, "disclosure/coverage_cases.html", context)


def coverage_csv(request: HttpRequest) -> HttpResponseBase:
    """Every measure of all together, of every agency and of every category."""
    asked = CoverageFilterSet(data=request.GET)
    try:
        asked.require_valid()
    except InvalidFilter as error:
        return HttpResponse("\n".join(error.messages), status=400, content_type="text/plain; charset=utf-8")
    found = overview(today(), asked.since)
    scopes: list[tuple[str, str, str, list[Measure]]] = [(_("合计"), "", "", found.total)]
    for agency, of_it in found.agencies.items():
        if not asked.values.get("agency") or agency.code in asked.values["agency"]:
            scopes.append((_("单位"), agency.code, agency.name, of_it))
    scopes += [(_("类别"), key, str(Category(key).label), of_it) for key, of_it in found.categories.items()]

    def rows() -> Iterator[list[Any]]:
        yield [
            _("范围"), _("代码"), _("名称"), _("指标代码"), _("指标"), _("达到"), _("应当"), _("百分比"),
            _("目标（%）"), _("依据"), _("起"), _("止"),
        ]  # fmt: skip
        for scope, code, name, of_it in scopes:
            for measure in of_it:
                rate = "" if measure.rate is None else f"{float(measure.rate * 100):.2f}"
                yield [
                    scope, code, name, measure.key, measure.label, measure.numerator, measure.denominator, rate,
                    measure.target, measure.basis, asked.since, today(),
                ]  # fmt: skip

    return csv_response(asked.named("coverage"), rows())
