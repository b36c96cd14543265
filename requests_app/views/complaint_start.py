"""投诉举报: what can be complained of, who handles it and how long it takes; and what has come of complaints."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from disclosure.models import Item
from govportal.forms import whole_number
from govportal.now import today
from requests_app import complaint_rules
from requests_app.complaint_enums import GROUND_HINTS, ComplaintGround
from requests_app.complaint_page import offices, terms
from requests_app.models import Complaint
from requests_app.services import complaint_statistics

_LATEST = 5


def _summaries() -> Any:
    """Published summaries of closed cases: what everybody can read of them, and that alone."""
    told = Complaint.objects.exclude(summary=None).order_by().values("summary")
    return Item.objects.visible_to(AnonymousUser()).filter(pk__in=told).dated_list(today())


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Public, without a form of its own, and kept like every page of the portal."""
    context = {
        "grounds": [(ground.label, GROUND_HINTS[ground]) for ground in ComplaintGround],
        "offices": offices(),
        "terms": terms(),
        "summaries": _summaries()[:_LATEST],
        "rights": complaint_rules.RIGHT_TO_COMPLAIN,
        "confidentiality": complaint_rules.CONFIDENTIALITY,
        "is_deleted": "deleted" in request.GET,
    }
    return render(request, "requests_app/complaints.html", context)


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """A year of closed complaints by ground and by agency, and the published summaries."""
    day = today()
    years = complaint_statistics.years(day)
    year = whole_number(request.GET.get("year", ""))
    if year not in years:
        year = years[0] if years else day.year
    context = {
        "years": years,
        "figures": complaint_statistics.figures(year, today=day),
        "summaries": _summaries()[:50],
        "section": "complaints",
    }
    return render(request, "requests_app/complaint_statistics.html", context)
