"""The applicant's case: what has become of it, and what he can do about it. The cookie of the lookup opens it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from govportal import private_files
from govportal.models import PrivateFile
from govportal.now import now
from govportal.private_files import UnreadableFile
from requests_app.case_page import case_page, disclosed_files
from requests_app.forms.answers import TextForm
from requests_app.models import InformationRequest
from requests_app.services import letter_delivery, letters
from requests_app.views import browser
from requests_app.views.browser import View, personal, personal_form

type CaseView[**P] = Callable[Concatenate[HttpRequest, InformationRequest, P], HttpResponseBase]


def of_open_case[**P](view: CaseView[P]) -> View[P]:
    """Give the view the case this browser has open, and keep it open; without one the way leads to the lookup."""
    return personal(_with_case(view))


def form_of_open_case[**P](*, stale: CaseView[P]) -> Callable[[CaseView[P]], View[P]]:
    """The same of a page with a form; `stale` shows one that has grown old again, with what was typed."""

    def decorate(view: CaseView[P]) -> View[P]:
        return personal_form(stale=_with_case(stale))(_with_case(view))

    return decorate


def _with_case[**P](view: CaseView[P]) -> View[P]:
    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        row = browser.case_of(request)
        if row is None:
            return _closed(request)
        response = view(request, row, *args, **kwargs)
        if browser.CASE not in response.cookies:
            browser.open_case(response, row)
        return response

    return answer


def _closed(request: HttpRequest) -> HttpResponseBase:
    """What somebody wrote while the time ran out stays on his screen, to be sent from there."""
    if request.method == "POST" and request.POST.get("text", "").strip():
        form = TextForm(request.POST)
        form.is_valid()
        form.add_error(None, _("查询已经超时，没有提交。您写的还在：请在新窗口重新查进度，再回到本页提交。"))
        return render(request, "requests_app/case_ended.html", {"form": form, "section": "requests"}, status=403)
    response = HttpResponseRedirect(
        reverse("request_lookup") + ("?ended=1" if browser.has_case_cookie(request) else "")
    )
    browser.forget(response, browser.CASE)
    return response


@of_open_case
@require_safe
def case(request: HttpRequest, row: InformationRequest) -> HttpResponseBase:
    """Where it stands, the explained date, what came and went."""
    context: dict[str, Any] = {"page": case_page(row, localdate(now())), "row": row, "section": "requests"}
    return render(request, "requests_app/case.html", context)


@of_open_case
@require_safe
def letter(request: HttpRequest, row: InformationRequest, pk: int) -> HttpResponseBase:
    """A letter that was sent to the applicant: the sealed copy where there is one. His reading it is its delivery."""
    if not letter_delivery.shown_to_applicant(row).filter(pk=pk).exists():
        raise Http404(_("没有这份文书。"))
    response = _served(letters.file_of(pk), request)
    if request.method == "GET":
        letter_delivery.note_download(pk, at=now())
    return response


@of_open_case
@require_safe
def file(request: HttpRequest, row: InformationRequest, pk: int) -> HttpResponseBase:
    """The information that was disclosed."""
    held = disclosed_files(row).filter(pk=pk).first()
    if held is None:
        raise Http404(_("没有这份文件。"))
    return _served(held.file, request)


def _served(held: PrivateFile, request: HttpRequest) -> HttpResponseBase:
    try:
        return private_files.serve(held, request)
    except UnreadableFile:
        raise Http404(_("文件暂时打不开，请致电受理单位。")) from None
