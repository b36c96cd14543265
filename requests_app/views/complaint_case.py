"""The complainant's case, opened by number and code: where it stands, what he was answered, where else to turn."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from govportal import private_files
from govportal.now import now
from govportal.private_files import UnreadableFile
from requests_app.complaint_enums import OtherPath
from requests_app.complaint_page import complaint_page, shown_files
from requests_app.forms.answers import TextForm
from requests_app.forms.complaint import MOST_FILES, ComplaintLookupForm
from requests_app.models import Complaint
from requests_app.services import complain, complaint_redirect, drafts
from requests_app.views import browser, complaint_browser, lookup
from requests_app.views.browser import View, personal, personal_form

type CaseView[**P] = Callable[Concatenate[HttpRequest, Complaint, P], HttpResponseBase]

_KIND = "complaint "  # of the throttle: guesses at complaints are counted apart


# --- number and code -----------------------------------------------------------------------------------------------


def _stale_lookup(request: HttpRequest) -> HttpResponseBase:
    form = ComplaintLookupForm(request.POST)
    form.add_error(None, _("这一页放得太久，或者浏览器不接受 Cookie，请再按一次“查看进度”。"))
    return _lookup_page(request, form, status=403)


@personal_form(stale=_stale_lookup)
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponseBase:
    """The form; with a number and its code the case. An unknown number and a wrong code get one and the same answer."""
    if request.method != "POST":
        return _lookup_page(request, ComplaintLookupForm())
    form = ComplaintLookupForm(request.POST)
    if not form.is_valid():
        return _lookup_page(request, form)
    number, code, at = form.cleaned_data["number"], form.cleaned_data["code"], now()
    if seconds := lookup.closed_for(request, number, at, _KIND):
        form.add_error(None, _("查询次数太多，请过 %s 分钟再试。急事请致电办理单位。") % (seconds // 60 + 1))
        response = _lookup_page(request, form, status=429)
        response.headers["Retry-After"] = str(seconds)
        return response
    row = complain.find(number, code)
    if row is None:
        form.add_error(None, _("编号或者查询码不对，请对照回执核对。"))
        return _lookup_page(request, form)
    lookup.give_back(request, number, at, _KIND)
    opened = _to_case()
    complaint_browser.open_case(opened, row)
    return opened


def _lookup_page(request: HttpRequest, form: ComplaintLookupForm, *, status: int = 200) -> HttpResponseBase:
    told = next((word for word in ("gone", "cleared", "ended") if word in request.GET), "")
    context: dict[str, Any] = {"form": form, "told": told, "section": "complaints"}
    return render(request, "requests_app/complaint_lookup.html", context, status=status)


@personal_form(stale=lambda _request: _to_case())
@require_POST
def leave(request: HttpRequest) -> HttpResponseBase:
    """退出: close the case in this browser."""
    response = HttpResponseRedirect(reverse("complaint_lookup"))
    browser.forget(response, complaint_browser.CASE)
    return response


# --- of the open case ----------------------------------------------------------------------------------------------


def of_open_case[**P](view: CaseView[P]) -> View[P]:
    """Give the view the case this browser has open, and keep it open; without one the way leads to the lookup."""
    return personal(_with_case(view))


def form_of_open_case[**P](*, stale: CaseView[P]) -> Callable[[CaseView[P]], View[P]]:
    """The same of a page with a form; `stale` shows one that has grown old again, with what was typed."""

    def decorate(view: CaseView[P]) -> View[P]:
        return personal_form(stale=_with_case(stale), most_files=MOST_FILES)(_with_case(view))

    return decorate


def _with_case[**P](view: CaseView[P]) -> View[P]:
    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        row = complaint_browser.case_of(request)
        if row is None:
            return _closed(request)
        response = view(request, row, *args, **kwargs)
        if complaint_browser.CASE not in response.cookies:
            complaint_browser.open_case(response, row)
        return response

    return answer


def _closed(request: HttpRequest) -> HttpResponseBase:
    """What somebody wrote while the time ran out stays on his screen, to be sent from there."""
    if request.method == "POST" and request.POST.get("text", "").strip():
        form = TextForm(request.POST)
        form.is_valid()
        form.add_error(None, _("查询已经超时，没有提交。您写的还在：请在新窗口重新查进度，再回到本页提交。"))
        context = {"form": form, "section": "complaints"}
        return render(request, "requests_app/complaint_ended.html", context, status=403)
    had_one = complaint_browser.has_case_cookie(request)
    response = HttpResponseRedirect(reverse("complaint_lookup") + ("?ended=1" if had_one else ""))
    browser.forget(response, complaint_browser.CASE)
    return response


def _to_case() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("complaint_case"))


@of_open_case
@require_safe
def case(request: HttpRequest, row: Complaint) -> HttpResponseBase:
    """Where it stands, by when it is answered, what came of it."""
    context: dict[str, Any] = {"page": complaint_page(row, localdate(now())), "row": row, "section": "complaints"}
    context["is_supplemented"] = "supplemented" in request.GET
    return render(request, "requests_app/complaint_case.html", context)


@of_open_case
@require_safe
def file(request: HttpRequest, row: Complaint, pk: int) -> HttpResponseBase:
    """What he sent, or was answered with."""
    held = shown_files(row).filter(pk=pk).first()
    if held is None:
        raise Http404(_("没有这份文件。"))
    try:
        return private_files.serve(held.file, request)
    except UnreadableFile:
        raise Http404(_("文件暂时打不开，请致电办理单位。")) from None


def _request_not_begun(_request: HttpRequest, _row: Complaint) -> HttpResponseBase:
    return _to_case()  # the button is there, with a fresh token


@form_of_open_case(stale=_request_not_begun)
@require_POST
def begin_request(request: HttpRequest, row: Complaint) -> HttpResponseBase:
    """What was complained of is to be applied for: begins an application that holds his words already."""
    if row.other_path != OtherPath.REQUEST or row.purged_at:
        return _to_case()
    key, name = browser.draft_key(request) or browser.new_draft_key(), browser.new_draft_name()
    drafts.save(key.token, name, complaint_redirect.request_values(row), at=now())
    response = HttpResponseRedirect(f"{reverse('request_new')}?d={name}")
    browser.keep_draft_key(response, replace(key, last=name))
    return response
