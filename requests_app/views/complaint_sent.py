"""The receipt of a complaint: number, code and days, in the browser that sent it and nowhere else.

Its address holds the name of the draft, which opens nothing without the cookie; so it can be loaded again and kept as
a bookmark while the browser is open, a day at most. After that number and code open the case.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from govportal import pdf, qr
from govportal.now import now
from govportal.site import absolute_url
from requests_app.complaint_page import next_steps
from requests_app.models import Complaint
from requests_app.services import drafts
from requests_app.views import complaint_browser
from requests_app.views.browser import personal, personal_form
from requests_app.views.sent import RECEIPT_SHEETS


def receipt_path(name: str) -> str:
    """The address of the receipt of the draft with this name."""
    return f"{reverse('complaint_sent')}?{urlencode({'d': name})}"


def _found(request: HttpRequest) -> tuple[Complaint, str, str] | None:
    """The complaint this browser sent, its code while it is given out, and the name of the draft."""
    key = complaint_browser.draft_key(request)
    if key is None:
        return None
    name = (request.POST.get("d") or request.GET.get("d") or key.last)[:40]
    draft = drafts.find(key.token, name, at=now())
    if draft is None or draft.complaint is None:
        return None
    return draft.complaint, draft.values.get(drafts.CODE, ""), name


def _gone() -> HttpResponse:
    return HttpResponseRedirect(reverse("complaint_lookup") + "?gone=1")


def _not_cleared(request: HttpRequest) -> HttpResponse:
    return _page(request, is_stale=True)


@personal_form(stale=_not_cleared)
@require_http_methods(["GET", "HEAD", "POST"])
def sent(request: HttpRequest) -> HttpResponse:
    """Number and code, and what happens next by when; a press clears them from this computer."""
    if request.method != "POST":
        return _page(request)
    key = complaint_browser.draft_key(request)
    if key and (found := _found(request)):
        drafts.clear_code(key.token, found[2])
    response = HttpResponseRedirect(reverse("complaint_lookup") + "?cleared=1")
    complaint_browser.forget_all(response)
    return response


def _page(request: HttpRequest, *, is_stale: bool = False) -> HttpResponse:
    found = _found(request)
    if found is None:
        return _gone()
    row, code, name = found
    context = _context(row) | {
        "code": code,
        "name": name,
        "is_stale": is_stale,
        "receipt_url": f"{reverse('complaint_receipt')}?{urlencode({'d': name})}",
    }
    return render(request, "requests_app/complaint_sent.html", context, status=403 if is_stale else 200)


@personal
@require_safe
def receipt(request: HttpRequest) -> HttpResponse:
    """The same as a PDF without the code: paper lies about. Its QR code leads to the lookup and names nothing."""
    found = _found(request)
    if found is None:
        return _gone()
    row, lookup = found[0], absolute_url(reverse("complaint_lookup"))
    with translation.override(settings.LANGUAGE_CODE):  # a paper of the office, whatever language the page has
        html = render_to_string("requests_app/complaint_receipt_pdf.html", _context(row) | {"lookup": lookup})
        title = _("投诉举报回执 %s") % row.number
    made = pdf.render(
        html,
        stylesheets=RECEIPT_SHEETS,
        title=title,
        created_at=row.filed_at,
        variant="pdf/ua-1",
        resources={"lookup.svg": qr.svg(lookup)},
    )
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="receipt.pdf"'
    return response


def _context(row: Complaint) -> dict[str, Any]:
    return {"row": row, "steps": next_steps(row), "section": "complaints"}
