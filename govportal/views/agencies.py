"""单位名录: the register of agencies, and the page of one."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from govportal.contributions import agency_panels, panels_for
from govportal.forms import AgencySearchForm
from govportal.models import Agency, AgencyKind
from govportal.register import agency_register


def agency_list(request: HttpRequest) -> HttpResponse:
    """All agencies by kind, narrowed by word, kind or pinyin initial. One page: 400 names are 30 KB."""
    form = AgencySearchForm(request.GET)
    form.full_clean()
    query, kind, letter = (form.cleaned_data.get(name, "") for name in ("q", "kind", "letter"))
    agencies = Agency.objects.listed()
    if query:
        agencies = agencies.filter(
            Q(name__icontains=query)
            | Q(short_name__icontains=query)
            | Q(summary__icontains=query)
            | Q(bodies__name__icontains=query)
            | Q(bodies__duties__icontains=query)
            | Q(initials__istartswith=query)
        ).distinct()
    if kind:
        agencies = agencies.filter(kind=kind)
    if letter:
        agencies = agencies.filter(initials__istartswith=letter)
    found = list(agencies)
    context = {
        "groups": [
            (label, members)
            for value, label in AgencyKind.choices
            if (members := [agency for agency in found if agency.kind == value])
        ],
        "register": agency_register(),
        "found": len(found),
        "query": query,
        "kind": kind,
        "letter": letter,
    }
    return render(request, "govportal/agency_list.html", context)


def agency_page(request: HttpRequest, code: str) -> HttpResponse:
    """Contact, the three responsible persons, and the contributed blocks: duties, leaders, offices, latest items.

    An agency that was dissolved keeps its page: its items lead here, and who took over is said.
    """
    agency = Agency.objects.select_related("parent", "succeeded_by").filter(code=code).first()
    if agency is None:
        raise Http404(_("没有这个单位。"))
    context = {
        "agency": agency,
        "responsible": [
            (label, name)
            for label, name in (
                (_("第一责任人"), agency.first_responsible),
                (_("第二责任人"), agency.second_responsible),
                (_("具体责任人"), agency.specific_responsible),
            )
            if name
        ],
        "panels": panels_for(agency_panels, request, agency=agency),
    }
    return render(request, "govportal/agency.html", context)
