"""依申请公开: what it is, how long it takes, what it costs, and the other ways to apply."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from requests_app.next_steps import offices


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Public, without a form of its own, and kept like every page of the portal."""
    context = {"offices": offices(), "is_deleted": "deleted" in request.GET}
    return render(request, "requests_app/start.html", context)
