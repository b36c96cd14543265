"""期限一览 at /admin/deadlines/, and its figures on the landing page."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from govportal import contributions, due_list, staff_site
from govportal.contributions import Panel
from govportal.models import Agency
from govportal.now import now, today

PAGE = 100
# Seconds for which the landing page keeps its figures: each kind of deadline is a statement, and there are many.
FRESH = 120


def deadlines(request: HttpRequest) -> HttpResponse:
    """Open to all staff: whoever owes nothing finds nothing."""
    kinds = {source.key: source.label for source in due_list.sources_for(request.user)}
    chosen = request.GET.get("kind", "")
    chosen = chosen if chosen in kinds else ""
    found = due_list.due_list(request.user, now(), chosen)
    page = Paginator(found.entries, PAGE).get_page(request.GET.get("page"))
    ids = {entry.deadline.agency_id for entry in page}
    names = {agency.pk: agency.display_name for agency in Agency.objects.filter(pk__in=ids)}
    context = {
        **admin.site.each_context(request),
        "title": _("期限一览"),
        "found": found,
        "page": page,
        "rows": [(entry, names.get(entry.deadline.agency_id, "")) for entry in page],
        "kinds": kinds,
        "kind": chosen,
    }
    return TemplateResponse(request, "admin/govportal/deadlines.html", context)


def _panel(request: HttpRequest) -> Mapping[str, Any] | None:
    """The figures of this person as of at most two minutes ago; the page behind them reads anew."""
    key = f"due-figures:{request.user.pk}:{today()}"
    figures: dict[str, int] = cache.get_or_set(key, lambda: _figures(request.user), FRESH) or {}
    return figures if any(figures.values()) else None


def _figures(user: Any) -> dict[str, int]:
    found = due_list.due_list(user, now())
    return {"all": len(found.entries), "red": found.red, "yellow": found.yellow, "unread": len(found.unread)}


staff_site.add_page("deadlines/", deadlines, "deadlines")
contributions.staff_panels.add(Panel("deadlines", "admin/govportal/deadlines_panel.html", _panel, position=10))
