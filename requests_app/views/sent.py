"""The receipt of a filing: a page to be bookmarked, and a PDF. The query code is shown only where it was filed."""

import hashlib
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from govportal import pdf, qr
from govportal.crypto import fingerprint
from govportal.now import now
from govportal.site import absolute_url
from requests_app.models import InformationRequest
from requests_app.next_steps import next_steps, office_of
from requests_app.views import browser
from requests_app.views.browser import personal, personal_form

_SEAL_SIGNS = 16
_PDF_KEPT = 3600  # seconds, in memory
RECEIPT_SHEETS = ("css/print.css", "css/receipt.css")


def _seal(number: str) -> str:
    """Makes the address of a receipt one that nobody guesses: numbers are consecutive."""
    return fingerprint("request receipt", number)[:_SEAL_SIGNS]


def receipt_path(row: InformationRequest) -> str:
    """The address of the receipt; it stays good."""
    return reverse("request_sent", args=[row.number, _seal(row.number)])


def _row(number: str, seal: str) -> InformationRequest:
    row = InformationRequest.objects.select_related("agency").filter(number=number).first()
    if row is None or not constant_time_compare(seal, _seal(number)):
        raise Http404(_("没有这张回执。"))
    return row


def _not_cleared(request: HttpRequest, number: str, seal: str) -> HttpResponse:
    context = _context(request, _row(number, seal), now()) | {"is_stale": True}
    return render(request, "requests_app/sent.html", context, status=403)


@personal_form(stale=_not_cleared)
@require_http_methods(["GET", "HEAD", "POST"])
def sent(request: HttpRequest, number: str, seal: str) -> HttpResponse:
    """The number, and what happens next by when; the code too in the browser that filed it."""
    row = _row(number, seal)
    if request.method == "POST":
        response = HttpResponseRedirect(receipt_path(row))
        browser.forget_all(response)
        return response
    return render(request, "requests_app/sent.html", _context(request, row, now()))


@personal
@require_GET
def receipt(request: HttpRequest, number: str, seal: str) -> HttpResponse:
    """The same as a PDF. Its QR code leads to the lookup and names the number alone."""
    row = _row(number, seal)
    lookup = absolute_url(reverse("request_lookup"))
    code = qr.svg(f"{lookup}?number={row.number}")
    with translation.override(settings.LANGUAGE_CODE):  # a paper of the office, whatever language the page has
        context = _context(request, row, now()) | {"lookup": lookup}
        html = render_to_string("requests_app/receipt_pdf.html", context)
        title = _("申请回执 %s") % row.number
    # Anybody who has the address may ask again and again; the code, of one browser alone, is part of the words.
    key = f"receipt-pdf:{row.pk}:{hashlib.sha256(html.encode()).hexdigest()}"
    made = cache.get_or_set(key, lambda: _pdf(html, title, row.filed_at, code), _PDF_KEPT)
    response = HttpResponse(made or b"", content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{row.number}.pdf"'
    return response


def _pdf(html: str, title: str, created_at: datetime, qr_code: bytes) -> bytes:
    """PDF/UA: it is read aloud to whoever cannot see it, and kept by nobody but him. With the code on it, an archive is
    the last place where it should lie."""
    return pdf.render(
        html,
        stylesheets=RECEIPT_SHEETS,
        title=title,
        created_at=created_at,
        variant="pdf/ua-1",
        resources={"number.svg": qr_code},
    )


def _context(request: HttpRequest, row: InformationRequest, at: datetime) -> dict[str, Any]:
    return {
        "row": row,
        "code": browser.codes(request).get(row.number, ""),
        "is_remembered": row.number in browser.remembered_codes(request),
        "steps": next_steps(row, at),
        "office": office_of(row.agency),
        "receipt_url": reverse("request_receipt", args=[row.number, _seal(row.number)]),
        "section": "requests",
    }
