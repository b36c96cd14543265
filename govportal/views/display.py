"""显示设置: theme, elder mode and contrast, kept in one cookie."""

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from govportal.display import COOKIE, DisplayMode, display_mode
from govportal.forms import DisplayForm

_YEAR = 365 * 24 * 3600


def display_settings(request: HttpRequest) -> HttpResponse:
    """The form; with `save` or `mode` (elder, standard) it keeps the choice and goes back to `next`.

    By GET: a choice of type size changes nothing on the server, and cached pages carry no token.
    """
    target = _safe_target(request)
    mode = display_mode(request)
    if request.GET.get("mode") in {"elder", "standard"}:
        return _keep(replace(mode, is_elder=request.GET["mode"] == "elder"), target)
    if "save" in request.GET:
        form = DisplayForm(request.GET)
        if form.is_valid():
            return _keep(form.mode(), target)
    else:
        form = DisplayForm(initial=DisplayForm.initial_for(mode))
    return render(request, "govportal/display.html", {"form": form, "next": target})


def _safe_target(request: HttpRequest) -> str:
    """`next` if it is a path of this portal, else the home page. Another host is never followed."""
    target = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith(settings.BASE_PATH)
    return target if is_ours else reverse("home")


def _keep(mode: DisplayMode, target: str) -> HttpResponse:
    response = HttpResponseRedirect(target, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        COOKIE,
        mode.cookie(),
        max_age=_YEAR,
        path=settings.BASE_PATH,
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response
