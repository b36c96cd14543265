"""网上投诉举报: two steps, a page to check, and one press of a button. What was typed is never lost on the way."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from disclosure.models import Item, NoticeBoard
from govportal import throttle
from govportal.forms import whole_number
from govportal.models import PrivateFile
from govportal.now import now
from govportal.throttle import Limit
from requests_app import filing_guard
from requests_app.complaint_enums import ComplaintGround
from requests_app.complaint_page import terms
from requests_app.filing_guard import Hold
from requests_app.forms.complaint import MOST_FILES, STEPS, ContactForm, MatterForm
from requests_app.forms.filing import MOST_FILE_MB, StepForm
from requests_app.models import RequestDraft
from requests_app.services import drafts
from requests_app.services.complaint_desks import desks_for
from requests_app.views import browser, complaint_browser
from requests_app.views.browser import DraftKey, personal_form
from requests_app.views.complaint_sent import receipt_path

_NAME = re.compile(r"[0-9a-f]{10}")
_FIRST = "matter"
_ADDRESSES = {"matter": "complaint_new", "contact": "complaint_contact", "check": "complaint_check"}
# What may stand in the address of the first step: which text or board, whose, the request that this browser has open.
_GIVEN = ("item", "board", "agency", "case", "lost")
_MOST_GIVEN = 200
_FILINGS_WITHIN = timedelta(days=1)
_DRAFTS = Limit("complaint drafts", 300, timedelta(days=1))


@dataclass(frozen=True, slots=True)
class _Visit:
    """One look at the form: which draft, of which browser, at what time. `draft` None: nothing was kept yet."""

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
        return f"{reverse(_ADDRESSES[step])}?{urlencode({'d': self.name} | query)}"


def _visit(request: HttpRequest) -> _Visit:
    """By the name in the address or in the form; the draft written last where there is none."""
    key, at = complaint_browser.draft_key(request), now()
    name = request.POST.get("d") or request.GET.get("d") or ""
    if not _NAME.fullmatch(name):
        name = key.last if key and key.last else browser.new_draft_name()
    draft = drafts.find(key.token, name, at=at) if key else None
    return _Visit(request, key, name, draft, at, drafts.files(draft) if draft else [])


# --- the steps ---------------------------------------------------------------------------------------------------


def _stale_step(request: HttpRequest, key: str = _FIRST) -> HttpResponse:
    visit = _visit(request)
    return _sent_before(visit) or _not_kept(visit, key)


@personal_form(stale=_stale_step, most_files=MOST_FILES)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, key: str = _FIRST) -> HttpResponse:
    """One step: shown with what the draft has of it, or kept and followed by the next."""
    visit = _visit(request)
    if key == _FIRST and request.method != "POST" and not request.GET.get("d"):
        return _begun(visit)
    if done := _sent_before(visit):
        return done
    if request.method == "POST":
        return _kept(visit, key)
    if key != _FIRST and visit.draft is None:
        return HttpResponseRedirect(reverse("complaint_new") + "?lost=1")
    return _shown(visit, key, _form(visit, key))


def _sent_before(visit: _Visit) -> HttpResponse | None:
    """The way to the receipt of what was sent already."""
    return HttpResponseRedirect(receipt_path(visit.name)) if visit.draft and visit.draft.is_sent else None


def _begun(visit: _Visit) -> HttpResponse:
    """A fresh name in the address, so that going back finds this draft and a second tab begins another."""
    given = {word: visit.request.GET[word][:_MOST_GIVEN] for word in _GIVEN if visit.request.GET.get(word)}
    query = urlencode({"d": browser.new_draft_name()} | given)
    response = HttpResponseRedirect(f"{reverse('complaint_new')}?{query}")
    complaint_browser.keep_draft_key(response, visit.key or browser.new_draft_key())
    return response


def _form(visit: _Visit, key: str) -> StepForm:
    """Bound as soon as the draft has something of this step, so that what is wrong is said."""
    typed = visit.values.get(key)
    initial = _given(visit.request) if key == _FIRST and typed is None else None
    return STEPS[key](typed, today=localdate(visit.at), initial=initial)


def _given(request: HttpRequest) -> dict[str, str]:
    """What the page that led here knows already."""
    if request.GET.get("case") and (asked := browser.case_of(request)):
        ground = ComplaintGround.REQUEST_REFUSED.value
        return {"agency": asked.agency.code, "request_number": asked.number, "ground": ground}
    if slug := request.GET.get("item", "").replace("\0", ""):
        item = Item.objects.visible_to(AnonymousUser()).select_related("agency").filter(slug=slug).first()
        if item:
            return {"agency": item.agency.code, "item_number": item.index_number}
    if number := whole_number(request.GET.get("board", "")):
        board = NoticeBoard.objects.listed().filter(pk=number).first()
        if board:
            return {"agency": board.agency.code, "notice_board": str(board.pk)}
    return {"agency": request.GET.get("agency", "")}


def _kept(visit: _Visit, key: str) -> HttpResponse:
    request, form_class = visit.request, STEPS[key]
    typed = form_class.typed(request.POST)
    if visit.key is None:
        return _not_kept(visit, key)
    if visit.draft is None and not throttle.take(_DRAFTS, throttle.sender(request), at=visit.at):
        fault = _("从这个网络地址开始填写的投诉举报太多，请明天再试，或者用电话、来信、来访的方式提出。")
        return _shown(visit, key, form_class(typed, today=localdate(visit.at)), fault)
    draft = drafts.save(visit.key.token, visit.name, {key: typed}, at=visit.at)
    refused = _keep_files(request, draft) if key == _FIRST else []
    key_of_browser, visit = visit.key, replace(visit, draft=draft, files=drafts.files(draft))
    form = _form(visit, key)
    for reason in refused:
        form.add_error("evidence", reason)
    if form.is_valid():
        is_back = request.GET.get("from") == "check" or key != _FIRST
        response: HttpResponse = HttpResponseRedirect(visit.path("check" if is_back else "contact"))
    else:
        response = _shown(visit, key, form)
    complaint_browser.keep_draft_key(response, replace(key_of_browser, last=visit.name))
    return response


def _not_kept(visit: _Visit, key: str) -> HttpResponse:
    """Shown again with what was typed, which stands in no draft, and with a cookie for one."""
    typed = STEPS[key].typed(visit.request.POST)
    fault = _("这一页放得太久，或者浏览器不接受 Cookie，没有保存。您填写的还在，请再按一次；文件请重新选择。")
    response = _shown(visit, key, STEPS[key](typed, today=localdate(visit.at)), fault)
    response.status_code = 403
    complaint_browser.keep_draft_key(response, visit.key or browser.new_draft_key())
    return response


def _keep_files(request: HttpRequest, draft: RequestDraft) -> list[str]:
    """Evidence is kept even where another answer is wrong. Answers why some was not."""
    numbers = [whole_number(text) for text in request.POST.getlist("forget")]
    forgotten = [number for number in numbers if number is not None]
    uploads = [upload for upload in request.FILES.getlist("evidence") if upload]
    if not (uploads or forgotten):
        return []
    sender = throttle.sender(request)
    return drafts.change_files(
        draft, uploads, forgotten=forgotten, most=MOST_FILES, most_mb=MOST_FILE_MB, sender=sender, at=now()
    )


def _shown(visit: _Visit, key: str, form: StepForm, fault: str = "") -> HttpResponse:
    request = visit.request
    if fault:
        form.is_valid()
        form.add_error(None, fault)
    context = {
        "form": form,
        "number": [*STEPS].index(key) + 1,
        "name": visit.name,
        "is_lost": "lost" in request.GET,
        "is_from_check": request.GET.get("from") == "check",
        "action": f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path,
        "previous": "" if key == _FIRST else visit.path(_FIRST),
        "files": visit.files if key == _FIRST else [],
        "unsent": _unsent(visit) if key == _FIRST and visit.draft is None else None,
        "terms": terms(),
        "section": "complaints",
    }
    return render(request, f"requests_app/complaint_{key}.html", context)


def _unsent(visit: _Visit) -> dict[str, Any] | None:
    """Another draft of this browser that was not sent, to go on with."""
    if visit.key is None or visit.key.last in {"", visit.name}:
        return None
    draft = drafts.find(visit.key.token, visit.key.last, at=visit.at)
    if draft is None or draft.is_sent:
        return None
    return {"at": draft.updated_at, "path": f"{reverse('complaint_new')}?{urlencode({'d': visit.key.last})}"}


# --- check and send ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Forms:
    """Both steps, valid."""

    matter: MatterForm
    contact: ContactForm


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


def _forms_to_send(visit: _Visit) -> _Forms | HttpResponse:
    """Both steps; else the way to where something is missing, or to the receipt."""
    if visit.draft is None:
        return HttpResponseRedirect(reverse("complaint_new") + "?lost=1")
    if visit.draft.is_sent:
        return _sent(visit)
    forms = {key: _form(visit, key) for key in STEPS}
    wrong = next((key for key, form in forms.items() if not (form.is_bound and form.is_valid())), None)
    if wrong:
        return HttpResponseRedirect(visit.path(wrong, **{"from": "check"}))
    matter, contact = forms["matter"], forms["contact"]
    assert isinstance(matter, MatterForm) and isinstance(contact, ContactForm)
    return _Forms(matter, contact)


def _send(visit: _Visit, forms: _Forms) -> HttpResponse:
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
    limit = Limit("complaint filings", settings.REQUEST_FILINGS_PER_ADDRESS, _FILINGS_WITHIN)
    if not throttle.take(limit, sender, at=visit.at):
        full = _("从这个网络地址一天内已送出 %s 件，没有再送出。内容保留一天；也可以打电话、来信或者来访。")
        return _to_check(visit, forms, [full % limit.times], status=429)
    try:
        filed = drafts.send_complaint(draft.pk, forms.matter.matter(), forms.contact.person(), at=visit.at)
    except RequestDraft.DoesNotExist:  # deleted in another window meanwhile
        throttle.give_back(limit, sender, at=visit.at)
        return HttpResponseRedirect(reverse("complaint_new") + "?lost=1")
    except ValidationError as error:
        throttle.give_back(limit, sender, at=visit.at)
        return _to_check(visit, forms, error.messages)
    if filed.is_new:
        throttle.take(filing_guard.EASY, sender, at=visit.at)
    else:
        throttle.give_back(limit, sender, at=visit.at)
    return _sent(visit)


def _sent(visit: _Visit) -> HttpResponse:
    """To the receipt; the key that gives out its code ends with the browser."""
    response = HttpResponseRedirect(receipt_path(visit.name))
    if visit.key:
        complaint_browser.keep_draft_key(response, replace(visit.key, last=visit.name), is_sent=True)
    return response


def _discarded(visit: _Visit) -> HttpResponse:
    if visit.key:
        drafts.discard(visit.key.token, visit.name)
    return HttpResponseRedirect(reverse("complaints") + "?deleted=1")


def _to_check(
    visit: _Visit, forms: _Forms, reasons: list[str] | None = None, *, hold: Hold | None = None, status: int = 200
) -> HttpResponse:
    agency = forms.matter.cleaned_data["agency"]
    desks = desks_for(agency)
    context = {
        "reasons": reasons or [],
        "matter": forms.matter.shown(),
        "item": forms.matter.item,
        "contact": forms.contact.shown(),
        "is_anonymous": forms.contact.person() is None,
        "paths": {key: visit.path(key, **{"from": "check"}) for key in STEPS},
        "previous": visit.path("contact"),
        "files": visit.files,
        "desk": desks[0] if desks else None,
        "name": visit.name,
        "seen": _digest(visit),
        "hold": hold,
        "number": 3,
        "terms": terms(),
        "section": "complaints",
    }
    return render(visit.request, "requests_app/complaint_check.html", context, status=status)


def _digest(visit: _Visit) -> str:
    """Of all that is shown to be checked: what was changed in another window since is not sent unseen."""
    seen = json.dumps([visit.values, [file.pk for file in visit.files]], sort_keys=True)
    return hashlib.sha256(seen.encode()).hexdigest()[:16]
