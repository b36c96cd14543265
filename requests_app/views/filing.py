"""网上申请: three steps, a page to check, and one press of a button. What was typed is never lost on the way."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from govportal import throttle
from govportal.forms import whole_number
from govportal.models import PrivateFile
from govportal.now import now
from govportal.throttle import Limit
from requests_app import already_public, filing_guard
from requests_app.filing_guard import Hold
from requests_app.forms.filing import MOST_FILE_MB, MOST_FILES, STEPS, StepForm, wanted
from requests_app.models import RequestDraft
from requests_app.services import drafts, intake
from requests_app.views import browser
from requests_app.views.browser import DraftKey, personal_form
from requests_app.views.sent import receipt_path

_NAME = re.compile(r"[0-9a-f]{10}")
_FIRST = "applicant"
_FILINGS_WITHIN = timedelta(days=1)
# Whoever begins so many drafts in a day fills our disk rather than forms.
_DRAFTS = Limit("request drafts", 300, timedelta(days=1))


@dataclass(frozen=True, slots=True)
class _Visit:
    """One look at the form: which draft, of which browser, at what time. `draft` None: nothing was kept yet.

    `files`: the papers that the draft holds.
    """

    request: HttpRequest
    key: DraftKey | None
    name: str
    draft: RequestDraft | None
    at: datetime
    files: Sequence[PrivateFile] = ()

    @property
    def values(self) -> dict[str, Any]:
        return self.draft.values if self.draft else {}

    def path(self, step: str, **query: str) -> str:
        """The address of a step of this draft; `check` is the page after them."""
        if step == "check":
            path = reverse("request_check")
        else:
            path = reverse("request_new") if step == _FIRST else reverse("request_step", args=[step])
        return f"{path}?{urlencode({'d': self.name} | query)}"


def _visit(request: HttpRequest) -> _Visit:
    """By the name in the address or in the form; the draft written last where there is none."""
    key, at = browser.draft_key(request), now()
    name = request.POST.get("d") or request.GET.get("d") or ""
    if not _NAME.fullmatch(name):
        name = key.last if key and key.last else browser.new_draft_name()
    draft = drafts.find(key.token, name, at=at) if key else None
    return _Visit(request, key, name, draft, at, drafts.files(draft) if draft else [])


# --- the steps ---------------------------------------------------------------------------------------------------


def _stale_step(request: HttpRequest, key: str = _FIRST) -> HttpResponse:
    visit = _visit_of(request, key)
    return _sent_before(visit) or _not_kept(visit, key)


@personal_form(stale=_stale_step)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, key: str = _FIRST) -> HttpResponse:
    """One step: shown with what the draft has of it, or kept and followed by the next."""
    visit = _visit_of(request, key)
    if key == _FIRST and request.method != "POST" and not request.GET.get("d"):
        return _begun(visit)
    if done := _sent_before(visit):
        return done
    if request.method == "POST":
        return _kept(visit, key)
    if key != _FIRST and visit.draft is None:
        return HttpResponseRedirect(reverse("request_new") + "?lost=1")
    return _shown(visit, key, _form(visit, key))


def _visit_of(request: HttpRequest, key: str) -> _Visit:
    if key not in STEPS:
        raise Http404(_("没有这一步。"))
    return _visit(request)


def _sent_before(visit: _Visit) -> HttpResponse | None:
    """The way to the receipt of what was sent already."""
    if visit.draft and visit.draft.request:
        return HttpResponseRedirect(receipt_path(visit.draft.request))
    return None


def _begun(visit: _Visit) -> HttpResponse:
    """A fresh name in the address, so that going back finds this draft and a second tab begins another."""
    query = {"d": browser.new_draft_name()}
    query |= {word: visit.request.GET[word][:40] for word in ("agency", "lost") if visit.request.GET.get(word)}
    response = HttpResponseRedirect(f"{reverse('request_new')}?{urlencode(query)}")
    browser.keep_draft_key(response, visit.key or browser.new_draft_key())
    return response


def _form(visit: _Visit, key: str) -> StepForm:
    """Bound as soon as the draft has something of this step, so that what is wrong is said."""
    typed = visit.values.get(key)
    kwargs: dict[str, Any] = {"today": localdate(visit.at)}
    if key == _FIRST:
        kwargs["has_proof"] = bool(visit.files)
    if key == "information":
        kwargs["initial"] = {"agency": visit.values.get("agency")}
    if key == "supply" and _FIRST in visit.values:
        kwargs["person"] = _person(visit)
    return STEPS[key](typed, **kwargs)


def _person(visit: _Visit) -> intake.Person | None:
    form = _form(visit, _FIRST)
    return form.person() if form.is_valid() else None  # type: ignore[attr-defined]


def _kept(visit: _Visit, key: str) -> HttpResponse:
    request, form_class = visit.request, STEPS[key]
    typed = form_class.typed(request.POST)
    if visit.key is None:
        return _not_kept(visit, key)
    if visit.draft is None and not throttle.take(_DRAFTS, throttle.sender(request), at=visit.at):
        fault = _("从这个网络地址开始填写的申请太多，请明天再试，或者用电话、邮寄、当面的方式申请。")
        return _shown(visit, key, form_class(typed, today=localdate(visit.at)), fault)
    values: dict[str, Any] = {key: typed}
    if agency := request.GET.get("agency"):
        values["agency"] = agency[:40]
    draft = drafts.save(visit.key.token, visit.name, values, at=visit.at)
    refused = _keep_files(request, draft) if key == _FIRST else []
    key_of_browser, visit = visit.key, replace(visit, draft=draft, files=drafts.files(draft))
    form = _form(visit, key)
    for reason in refused:
        form.add_error("proofs", reason)
    if form.is_valid():
        is_back = request.GET.get("from") == "check"
        response: HttpResponse = HttpResponseRedirect(visit.path("check" if is_back else _next(key)))
    else:
        response = _shown(visit, key, form)
    browser.keep_draft_key(response, replace(key_of_browser, last=visit.name))
    return response


def _not_kept(visit: _Visit, key: str) -> HttpResponse:
    """Shown again with what was typed, which stands in no draft, and with a cookie for one."""
    typed = STEPS[key].typed(visit.request.POST)
    fault = _("这一页放得太久，或者浏览器不接受 Cookie，没有保存。您填写的还在，请再按一次；文件请重新选择。")
    response = _shown(visit, key, STEPS[key](typed, today=localdate(visit.at)), fault)
    response.status_code = 403
    browser.keep_draft_key(response, visit.key or browser.new_draft_key())
    return response


def _keep_files(request: HttpRequest, draft: RequestDraft) -> list[str]:
    """Files are kept even where another answer is wrong: a browser cannot choose them again by itself. Answers why
    some were not."""
    numbers = [whole_number(text) for text in request.POST.getlist("forget")]
    forgotten = [number for number in numbers if number is not None]
    uploads = [upload for upload in request.FILES.getlist("proofs") if upload]
    if not (uploads or forgotten):
        return []
    sender = throttle.sender(request)
    return drafts.change_files(
        draft, uploads, forgotten=forgotten, most=MOST_FILES, most_mb=MOST_FILE_MB, sender=sender, at=now()
    )


def _next(key: str) -> str:
    order = [*STEPS, "check"]
    return order[order.index(key) + 1]


def _shown(visit: _Visit, key: str, form: StepForm, fault: str = "") -> HttpResponse:
    request, position = visit.request, [*STEPS].index(key)
    if fault:
        form.is_valid()
        form.add_error(None, fault)
    other = _unsent(visit) if key == _FIRST and visit.draft is None else None
    context = {
        "form": form,
        "key": key,
        "number": position + 1,
        "done": range(1, position + 1),
        "name": visit.name,
        "is_lost": "lost" in request.GET,
        "is_from_check": request.GET.get("from") == "check",
        "action": f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path,
        "previous": visit.path([*STEPS][position - 1]) if position else "",
        "applicant": visit.path(_FIRST, **{"from": "check"}),
        "files": visit.files if key == _FIRST else [],
        "unsent": other,
        "section": "requests",
    }
    if key != _FIRST:
        context["matches"] = _matches(form if key == "information" else _form(visit, "information"))
    return render(request, f"requests_app/filing_{key}.html", context)


def _unsent(visit: _Visit) -> dict[str, Any] | None:
    """Another draft of this browser that was not sent, to go on with or to forget."""
    if visit.key is None or visit.key.last in {"", visit.name}:
        return None
    last = visit.key.last
    draft = drafts.find(visit.key.token, last, at=visit.at)
    if draft is None or draft.request_id:
        return None
    return {"name": last, "at": draft.updated_at, "path": f"{reverse('request_new')}?d={last}"}


def _matches(form: StepForm) -> list[Any]:
    """What is public already and might answer the request; of whatever stands in the fields, right or wrong."""
    subject, description, number = (
        str(form[name].value() or "") for name in ("subject", "description", "document_number")
    )
    return already_public.matching(subject, description, number)


# --- check and send ------------------------------------------------------------------------------------------------


def _stale_check(request: HttpRequest) -> HttpResponse:
    visit = _visit(request)
    forms = _forms_to_send(visit)
    if isinstance(forms, HttpResponse):
        return forms
    stale = _("这一页放得太久，没有送出。内容还在，请核对后再按一次“确认并送出”。")
    return _to_check(visit, forms, [stale], status=403)


@personal_form(stale=_stale_check)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """All that was typed, to be looked over, and sent."""
    visit = _visit(request)
    if visit.draft and request.method == "POST" and "discard" in request.POST:
        return _discarded(visit)
    forms = _forms_to_send(visit)
    if isinstance(forms, HttpResponse):
        return forms
    return _send(visit, forms) if request.method == "POST" else _to_check(visit, forms)


def _forms_to_send(visit: _Visit) -> dict[str, StepForm] | HttpResponse:
    """The three steps, all of them valid; else the way to where something is missing, or to the receipt."""
    if visit.draft is None:
        return HttpResponseRedirect(reverse("request_new") + "?lost=1")
    if visit.draft.request:
        return _sent(visit, intake.Filed(visit.draft.request, visit.values.get(drafts.CODE, ""), is_new=False))
    forms = {key: _form(visit, key) for key in STEPS}
    wrong = next((key for key, form in forms.items() if not (form.is_bound and form.is_valid())), None)
    return HttpResponseRedirect(visit.path(wrong, **{"from": "check"})) if wrong else forms


def _send(visit: _Visit, forms: dict[str, StepForm]) -> HttpResponse:
    request, draft = visit.request, visit.draft
    assert draft is not None
    if request.POST.get("seen") != _digest(visit):
        return _to_check(visit, forms, [_("内容在另一个窗口里改过，没有送出。请核对下面的最新内容再送出。")])
    sender = throttle.sender(request)
    hold = filing_guard.known_hold(request.POST.get("hold", ""), draft.token_key, at=visit.at)
    if hold is None and filing_guard.is_suspicious(sender, request.POST.get("website", ""), at=visit.at):
        return _to_check(visit, forms, hold=filing_guard.hold(draft.token_key, at=visit.at))
    if hold and not filing_guard.is_released(hold, request.POST.get("proof", ""), at=visit.at):
        return _to_check(visit, forms, hold=hold)
    limit = Limit("filings", settings.REQUEST_FILINGS_PER_ADDRESS, _FILINGS_WITHIN)
    if not throttle.take(limit, sender, at=visit.at):
        full = _("从这个网络地址一天内已送出 %s 件申请，没有再送出。内容保留一天；也可以邮寄或者当面申请。")
        return _to_check(visit, forms, [full % limit.times], status=429)
    try:
        what = wanted(*forms.values())
        filed = drafts.send(draft.pk, forms[_FIRST].person(), what, at=visit.at)  # type: ignore[attr-defined]
    except RequestDraft.DoesNotExist:  # deleted in another window meanwhile
        throttle.give_back(limit, sender, at=visit.at)
        return HttpResponseRedirect(reverse("request_new") + "?lost=1")
    except ValidationError as error:
        throttle.give_back(limit, sender, at=visit.at)
        return _to_check(visit, forms, error.messages)
    if filed.is_new:
        throttle.take(filing_guard.EASY, sender, at=visit.at)
    else:
        throttle.give_back(limit, sender, at=visit.at)
    return _sent(visit, filed)


def _sent(visit: _Visit, filed: intake.Filed) -> HttpResponse:
    """To the receipt, with the code for this browser: until it is closed, or as long as was asked for."""
    request, number = visit.request, filed.request.number
    response = HttpResponseRedirect(receipt_path(filed.request))
    if filed.query_code:
        browser.keep_code(request, response, number, filed.query_code)
        if "remember" in request.POST:
            browser.remember_code(request, response, number, filed.query_code)
    if visit.key:
        browser.keep_draft_key(response, visit.key, is_sent=True)
    return response


def _discarded(visit: _Visit) -> HttpResponse:
    if visit.key:
        drafts.discard(visit.key.token, visit.name)
    return HttpResponseRedirect(reverse("requests") + "?deleted=1")


def _to_check(
    visit: _Visit,
    forms: dict[str, StepForm],
    reasons: list[str] | None = None,
    *,
    hold: Hold | None = None,
    status: int = 200,
) -> HttpResponse:
    assert visit.draft is not None
    context = {
        "reasons": reasons or [],
        "shown": {key: form.shown() for key, form in forms.items()},
        "paths": {key: visit.path(key, **{"from": "check"}) for key in STEPS},
        "previous": visit.path("supply"),
        "files": visit.files,
        "matches": _matches(forms["information"]),
        "name": visit.name,
        "seen": _digest(visit),
        "hold": hold,
        "remembers": "remember" in visit.request.POST,
        "done": range(1, 4),
        "number": 4,
        "confirms_at_once": settings.REQUEST_PORTAL_CONFIRMS_RECEIPT,
        "section": "requests",
    }
    return render(visit.request, "requests_app/filing_check.html", context, status=status)


def _digest(visit: _Visit) -> str:
    """Of all that is shown to be checked: what was changed in another window since is not sent unseen."""
    seen = json.dumps([visit.values, [file.pk for file in visit.files]], sort_keys=True)
    return hashlib.sha256(seen.encode()).hexdigest()[:16]
