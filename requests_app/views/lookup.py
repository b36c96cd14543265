"""查进度: opens a case by its number and query code, and closes it again."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from govportal import throttle
from govportal.now import now
from govportal.throttle import Limit
from requests_app.forms.lookup import MOST_SIGNS, LookupForm
from requests_app.models import InformationRequest
from requests_app.services import intake
from requests_app.views import browser
from requests_app.views.browser import personal_form


def _limits(kind: str) -> tuple[Limit, Limit]:
    """Of wrong guesses from one address, and at one number. A code has 39 bits: thousands of guesses do not find one.

    The limit of a number is the higher one in the same time, so that one address alone cannot close the case of
    another person. `kind` parts those of complaints from those of requests.
    """
    return (
        Limit(f"{kind}lookups of an address", settings.REQUEST_LOOKUPS_PER_ADDRESS, timedelta(minutes=10)),
        Limit(f"{kind}lookups of a number", settings.REQUEST_LOOKUPS_PER_NUMBER, timedelta(hours=1)),
    )


def _stale_lookup(request: HttpRequest) -> HttpResponse:
    form = LookupForm(request.POST)
    form.add_error(None, _("这一页放得太久，或者浏览器不接受 Cookie，请再按一次“查看进度”。"))
    return _page(request, form, status=403)


@personal_form(stale=_stale_lookup)
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """The form; with a number and its code the case. An unknown number and a wrong code get one and the same answer."""
    if request.method != "POST":
        form = LookupForm(initial={"number": request.GET.get("number", "")[:MOST_SIGNS]})
        return _page(request, form, is_ended="ended" in request.GET)
    form = LookupForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    number, code, at = form.cleaned_data["number"], form.cleaned_data["code"], now()
    if seconds := closed_for(request, number, at):
        form.add_error(None, _("查询次数太多，请过 %s 分钟再试。急事请致电受理单位。") % (seconds // 60 + 1))
        response = _page(request, form, status=429)
        response.headers["Retry-After"] = str(seconds)
        return response
    row = intake.find(number, code)
    if row is None:
        form.add_error(None, _("编号或者查询码不对，请对照回执核对。"))
        return _page(request, form)
    give_back(request, number, at)
    return _opened(row)


def _opened(row: InformationRequest) -> HttpResponse:
    response = HttpResponseRedirect(reverse("request_case"))
    browser.open_case(response, row)
    return response


def _counted(request: HttpRequest, number: str, kind: str) -> list[tuple[Limit, str]]:
    return list(zip(_limits(kind), (throttle.sender(request), number), strict=True))


def closed_for(request: HttpRequest, number: str, at: datetime, kind: str = "") -> int:
    """Count a guess; answers for how many seconds there are no more, 0 while there are. Counted before anybody looks,
    so that many guesses at one moment are many."""
    for limit, who in _counted(request, number, kind):
        if not throttle.take(limit, who, at=at):
            return throttle.seconds_left(limit, at=at)
    return 0


def give_back(request: HttpRequest, number: str, at: datetime, kind: str = "") -> None:
    """It was no wrong guess."""
    for limit, who in _counted(request, number, kind):
        throttle.give_back(limit, who, at=at)


def _page(request: HttpRequest, form: LookupForm, *, is_ended: bool = False, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "is_ended": is_ended, "section": "requests"}
    return render(request, "requests_app/lookup.html", context, status=status)


def _not_left(_request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("request_case"))  # the button is there, with a fresh token


@personal_form(stale=_not_left)
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """退出: close the case in this browser."""
    response = HttpResponseRedirect(reverse("request_lookup"))
    browser.forget(response, browser.CASE)
    return response
