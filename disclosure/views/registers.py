"""负面清单 with its counts, and 整改: what the public sees of what is withheld and of what is put right."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure.enums import RectificationState
from disclosure.filters import InvalidFilter
from disclosure.models import Item, Rectification, Withholding
from disclosure.records import RECTIFICATION_COLUMNS, rectification_record
from disclosure.register_filters import STATES, RectificationFilterSet
from disclosure.rules import LONGEST_WITHHOLDING_REVIEW, WITHHOLDING_GROUNDS
from disclosure.views.paging import BoundedPaginator, read_page
from govportal.models import Agency
from govportal.now import today
from govportal.spreadsheets import csv_response


def negative_list(request: HttpRequest) -> HttpResponse:
    """Each ground with its article and force, and how many matters stand under it; never a matter."""
    code = request.GET.get("agency", "")
    agency = Agency.objects.filter(code=code).first() if code else None
    rows = Withholding.objects.filter(agency=agency) if agency else Withholding.objects.all()
    counts = {} if code and agency is None else rows.counts()
    context = {
        "rows": [(rule, counts.get(rule.ground, 0)) for rule in WITHHOLDING_GROUNDS],
        "total": sum(counts.values()),
        "months": LONGEST_WITHHOLDING_REVIEW.n,
        "agencies": Agency.objects.listed().only("code", "name", "short_name"),
        "agency": agency,
        "problems": [_("没有代码为“%(code)s”的单位。") % {"code": code[:40]}] if code and agency is None else [],
        "today": today(),
    }
    return render(request, "disclosure/negative_list.html", context)


def negative_list_csv(request: HttpRequest) -> HttpResponseBase:
    """Counts by agency and ground; a ground of which an agency has none has no row."""
    rules = {rule.ground: rule for rule in WITHHOLDING_GROUNDS}
    found = Withholding.objects.in_force().values_list("agency__code", "agency__name", "ground")
    counted = found.annotate(n=Count("pk")).order_by("agency__position", "agency__name", "ground")

    def rows() -> Iterator[list[Any]]:
        yield [
            _("单位代码"),
            _("单位"),
            _("不公开情形"),
            _("依据"),
            _("效力"),
            _("年报行次"),
            _("有效事项数"),
            _("截至"),
        ]
        for code, name, ground, n in counted:
            rule = rules[ground]
            yield [code, name, rule.ground.label, rule.source, rule.force, rule.report_row, n, today()]

    return csv_response("negative-list", rows())


def rectifications(request: HttpRequest) -> HttpResponse:
    """Every order but those that were taken back, newest first."""
    filterset = _filtered(request.GET)
    page, problems = read_page(request, BoundedPaginator(filterset.qs))
    public = Rectification.objects.public()
    context = {
        "filterset": filterset,
        "page": page,
        "problems": filterset.problems + problems,
        "tags": filterset.tags(),
        "states": STATES,
        "years": [day.year for day in public.order_by().dates("ordered_on", "year", order="DESC")],
        "agencies": Agency.objects.filter(pk__in=public.order_by().values("agency")).order_by("position", "name"),
        "unfinished": public.unfinished().count(),
        "overdue": public.overdue(today()).count(),
        "today": today(),
        "csv": _with_query(reverse("rectifications_csv"), filterset),
    }
    return render(request, "disclosure/rectification_list.html", context)


def rectification(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """One order: problem, requirement, report and finding. Of one taken back, its number and why."""
    rows = Rectification.objects.select_related("agency", "obligation__entry")
    row = rows.filter(number=f"整改〔{year}〕{number}号").first()
    if row is None:
        raise Http404(_("没有这个编号的整改。"))
    context = {
        "row": row,
        "today": today(),
        "is_cancelled": row.state == RectificationState.CANCELLED,
        "item": Item.objects.addressable_by(AnonymousUser()).filter(rectifications=row).first(),
    }
    return render(request, "disclosure/rectification_page.html", context)


def rectifications_csv(request: HttpRequest) -> HttpResponseBase:
    filterset = _filtered(request.GET)
    try:
        filterset.require_valid()
    except InvalidFilter as error:
        return HttpResponse("\n".join(error.messages), status=400, content_type="text/plain; charset=utf-8")

    def rows() -> Iterator[list[Any]]:
        yield list(RECTIFICATION_COLUMNS.values())
        for row in filterset.qs.iterator(chunk_size=500):
            record = rectification_record(row, today())
            yield [record[key] for key in RECTIFICATION_COLUMNS]

    return csv_response(filterset.named("rectifications"), rows())


def _filtered(data: Any) -> RectificationFilterSet:
    """The public rows under the conditions of an address."""
    rows = Rectification.objects.public().select_related("agency")
    return RectificationFilterSet(data=data, queryset=rows)


def _with_query(address: str, filterset: RectificationFilterSet) -> str:
    query = filterset.query_string()
    return f"{address}?{query}" if query else address
