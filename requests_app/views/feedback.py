"""留言、纠错: what it is for, the form, the receipt, and the answer that number and code open."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from posixpath import normpath
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from disclosure.models import Item
from govportal import throttle
from govportal.crypto import fingerprint
from govportal.html import clean_line, without_controls
from govportal.now import now
from govportal.throttle import Limit
from requests_app import filing_guard
from requests_app.complaint_enums import OtherPath
from requests_app.feedback_enums import FeedbackKind, FeedbackState
from requests_app.filing_guard import Hold
from requests_app.forms.feedback import FeedbackForm, FeedbackLookupForm
from requests_app.models import Feedback
from requests_app.services import feedback, feedback_summary
from requests_app.views import browser
from requests_app.views.browser import personal_form
from requests_app.views.lookup import closed_for, give_back

_SEAL_SIGNS = 16
_SHEET_SALT = "requests_app.feedback"
_SHEET_VALID = timedelta(days=1)
_SHOWN = 10
_KIND = "feedback "  # of the throttle: guesses at messages are counted apart
# Where the pages of one person are, and those among them that are everybody's. Of complaints none is named.
_OF_SOMEBODY = ("requests", "feedback")
_PUBLIC = ("requests", "calculator", "feedback")
_LANGUAGES = [code.casefold() for code, _name in settings.LANGUAGES]


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Public, without a form of its own, and kept like every page of the portal."""
    summaries = Item.objects.visible_to(AnonymousUser()).filter(source=feedback_summary.SOURCE)
    context = {
        "message_days": settings.FEEDBACK_MESSAGE_DAYS,
        "correction_days": settings.FEEDBACK_CORRECTION_DAYS,
        "summaries": summaries.select_related("agency").order_by("-published_on", "-id")[:_SHOWN],
        "questions": feedback_summary.published_questions(_SHOWN),
    }
    return render(request, "requests_app/feedback_start.html", context)


# --- where it is written from ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Origin:
    """The page somebody came from, as its own path alone, the item it shows, and whose it is."""

    page: str = ""
    item: Item | None = None
    agency: str = ""


def _origin(values: Mapping[str, Any]) -> _Origin:
    page = clean_page(str(values.get("page") or ""))
    match = _match(page)
    if _is_personal(page, match):
        page, match = "", None
    slug = clean_line(str(values.get("item") or ""))
    agency = clean_line(str(values.get("agency") or ""))
    if match and match.url_name and match.url_name.startswith("item"):
        slug = slug or str(match.kwargs.get("slug", ""))
    if match and match.url_name == "agency":
        agency = agency or str(match.kwargs.get("code", ""))
    items = Item.objects.visible_to(AnonymousUser()).select_related("agency")
    item = items.filter(slug=slug).first() if 0 < len(slug) <= feedback.LONGEST_LINE else None
    return _Origin(page, item, item.agency.code if item else agency[: feedback.LONGEST_LINE])


def clean_page(text: str) -> str:
    """A path of this portal, without its query; empty for whatever else was sent."""
    path = text.partition("?")[0].partition("#")[0]
    is_own = path.startswith(settings.BASE_PATH) and not path.startswith("//") and "\\" not in path
    return path if is_own and clean_line(path) == path and len(path) <= feedback.LONGEST_PAGE else ""


def _within(page: str) -> str:
    """The path as our addresses are written: below the portal's own, in plain signs, without turns."""
    path = f"/{page.removeprefix(settings.BASE_PATH)}"
    while (plain := unquote(path)) != path:
        path = plain
    return re.sub(r"^/+", "/", normpath(path)) + ("/" if path.endswith("/") else "")


def _match(page: str) -> ResolverMatch | None:
    """What a page shows, in whichever language its address is."""
    if not page:
        return None
    path = _within(page)
    with translation.override(translation.get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            return resolve(path)
        except Resolver404:  # a page that is missed can be written about too
            return None


def _is_personal(page: str, match: ResolverMatch | None) -> bool:
    """Whether it tells of somebody that he complains, applies or wrote; the agency of which he does reads messages."""
    parts = [part.strip().casefold() for part in _within(page).split("/") if part.strip()]
    if parts and parts[0] in _LANGUAGES:
        parts = parts[1:]
    is_public = match is not None and match.url_name in _PUBLIC
    return bool(parts) and (parts[0] == "complaints" or (parts[0] in _OF_SOMEBODY and not is_public))


# --- the form ----------------------------------------------------------------------------------------------------


def _new_sheet() -> str:
    """Names one form that was given out, so that what is sent twice is known again. Ours, and good for a day."""
    return signing.dumps(secrets.token_hex(16), salt=_SHEET_SALT)


def _known_sheet(request: HttpRequest) -> str:
    sheet = request.POST.get("sheet", "")
    try:
        signing.loads(sheet, salt=_SHEET_SALT, max_age=_SHEET_VALID)
    except (signing.BadSignature, ValueError):
        return ""
    return sheet


def _sent_form(request: HttpRequest) -> FeedbackForm:
    """All that was typed but for invisible characters, which no database takes."""
    typed = {name: without_controls(request.POST.get(name) or "") for name in FeedbackForm.base_fields}
    return FeedbackForm(typed)


def _stale(request: HttpRequest) -> HttpResponse:
    reason = _("这一页放得太久，或者浏览器不接受 Cookie，没有送出。您填写的还在，请再按一次“送出”。")
    return _refused(request, reason, status=403)


def _refused(request: HttpRequest, reason: str, *, status: int) -> HttpResponse:
    form = _sent_form(request)
    form.is_valid()
    form.add_error(None, reason)
    return _page(request, form, status=status)


@personal_form(stale=_stale)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form, with the agency of the page it was opened from; sent, the way to the receipt."""
    if request.method == "POST":
        return _send(request)
    origin = _origin(request.GET)
    kind = request.GET.get("kind", "")
    if kind not in FeedbackKind.values:
        kind = FeedbackKind.CORRECTION if origin.page else ""
    return _page(request, FeedbackForm(initial={"kind": kind, "agency": origin.agency}))


def _send(request: HttpRequest) -> HttpResponse:
    form, sheet, at = _sent_form(request), _known_sheet(request), now()
    if not sheet:
        return _stale(request)
    if not form.is_valid():
        return _page(request, form)
    sender = throttle.sender(request)
    hold = filing_guard.known_hold(request.POST.get("hold", ""), sheet, at=at)
    if hold is None and filing_guard.is_suspicious(sender, request.POST.get("website", ""), at=at):
        return _page(request, form, hold=filing_guard.hold(sheet, at=at))
    if hold and not filing_guard.is_released(hold, request.POST.get("proof", ""), at=at):
        return _page(request, form, hold=hold)
    limit = Limit("feedback", settings.REQUEST_FILINGS_PER_ADDRESS, timedelta(days=1))
    if not throttle.take(limit, sender, at=at):
        full = _("从这个网络地址一天内已送出 %s 件，没有再送出。您填写的还在，请明天再试，或者致电。")
        return _refused(request, full % limit.times, status=429)
    origin = _origin(request.POST)
    try:
        done = feedback.send(_writing(form, origin), submission_key=_submission(sheet, form, origin), at=at)
    except ValidationError as error:
        throttle.give_back(limit, sender, at=at)
        form.add_error(None, error)
        return _page(request, form)
    if done.is_new:
        throttle.take(filing_guard.EASY, sender, at=at)
    else:
        throttle.give_back(limit, sender, at=at)
    response = HttpResponseRedirect(receipt_path(done.feedback))
    browser.keep_code(request, response, done.feedback.number, done.query_code)
    return response


def _writing(form: FeedbackForm, origin: _Origin) -> feedback.Writing:
    return feedback.Writing(page=origin.page, item=origin.item, **form.cleaned_data)


def _submission(sheet: str, form: FeedbackForm, origin: _Origin) -> str:
    """With its content: who goes back and writes something else has written another one."""
    return repr([sheet, *form.typed(), origin.page, origin.item.pk if origin.item else None])


def _page(request: HttpRequest, form: FeedbackForm, *, hold: Hold | None = None, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "origin": _origin(request.POST if request.method == "POST" else request.GET),
        "sheet": _known_sheet(request) or _new_sheet(),
        "hold": hold,
        "message_days": settings.FEEDBACK_MESSAGE_DAYS,
        "correction_days": settings.FEEDBACK_CORRECTION_DAYS,
        "section": "feedback",
    }
    return render(request, "requests_app/feedback_new.html", context, status=status)


# --- the receipt -------------------------------------------------------------------------------------------------


def _seal(number: str) -> str:
    """Makes the address of a receipt one that nobody guesses: numbers are consecutive."""
    return fingerprint("feedback receipt", number)[:_SEAL_SIGNS]


def receipt_path(row: Feedback) -> str:
    """The address of the receipt; it stays good."""
    return reverse("feedback_sent", args=[row.number, _seal(row.number)])


def _receipt(request: HttpRequest, row: Feedback, *, is_stale: bool = False) -> HttpResponse:
    code = browser.codes(request).get(row.number, "")
    context = {"row": row, "code": code, "is_stale": is_stale, "section": "feedback"}
    return render(request, "requests_app/feedback_sent.html", context, status=403 if is_stale else 200)


def _sent_row(number: str, seal: str) -> Feedback:
    row = Feedback.objects.select_related("agency").filter(number=number).first()
    if row is None or not constant_time_compare(seal, _seal(number)):
        raise Http404(_("没有这张回执。"))
    return row


def _not_cleared(request: HttpRequest, number: str, seal: str) -> HttpResponse:
    return _receipt(request, _sent_row(number, seal), is_stale=True)


@personal_form(stale=_not_cleared)
@require_http_methods(["GET", "HEAD", "POST"])
def sent(request: HttpRequest, number: str, seal: str) -> HttpResponse:
    """The number, and until when there is an answer; the code too in the browser that sent it."""
    row = _sent_row(number, seal)
    if request.method != "POST":
        return _receipt(request, row)
    response = HttpResponseRedirect(receipt_path(row))
    browser.forget_all(response)
    return response


# --- the answer --------------------------------------------------------------------------------------------------


def _typed_lookup(request: HttpRequest) -> FeedbackLookupForm:
    typed = {name: without_controls(request.POST.get(name) or "") for name in FeedbackLookupForm.base_fields}
    return FeedbackLookupForm(typed)


def _stale_lookup(request: HttpRequest) -> HttpResponse:
    form = _typed_lookup(request)
    form.add_error(None, _("这一页放得太久，或者浏览器不接受 Cookie，请再按一次“查看答复”。"))
    return _lookup_page(request, form, status=403)


@personal_form(stale=_stale_lookup)
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """The form; with number and code what was written and what was answered, in the reply to that form alone."""
    if request.method != "POST":
        number = without_controls(request.GET.get("number", ""))[:80]
        return _lookup_page(request, FeedbackLookupForm(initial={"number": number}))
    form, at = _typed_lookup(request), now()
    if not form.is_valid():
        return _lookup_page(request, form)
    number = form.cleaned_data["number"]
    if seconds := closed_for(request, number, at, _KIND):
        form.add_error(None, _("查询次数太多，请过 %s 分钟再试。") % (seconds // 60 + 1))
        response = _lookup_page(request, form, status=429)
        response.headers["Retry-After"] = str(seconds)
        return response
    row = feedback.find(number, form.cleaned_data["code"])
    if row is None:
        form.add_error(None, _("编号或者查询码不对，请对照回执核对。"))
        return _lookup_page(request, form)
    give_back(request, number, at, _KIND)
    return render(request, "requests_app/feedback_answer.html", _answer_context(row))


def _answer_context(row: Feedback) -> dict[str, Any]:
    public = Item.objects.visible_to(AnonymousUser())
    return {
        "row": row,
        "item": public.filter(pk=row.item_id).first() if row.item_id else None,
        "is_redirected": row.state == FeedbackState.REDIRECTED,
        "goes_to_request": row.other_path == OtherPath.REQUEST,
        "section": "feedback",
    }


def _lookup_page(request: HttpRequest, form: FeedbackLookupForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "section": "feedback"}
    return render(request, "requests_app/feedback_lookup.html", context, status=status)
