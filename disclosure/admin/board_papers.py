"""The PDFs of boards as staff see them: by themselves or in a frame of the portal's own, kept by no cache."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from govportal.files import let_nothing_run
from govportal.filetypes import PDF


def framed_pdf(content: bytes, *, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=PDF.content_type)
    let_nothing_run(response, PDF.content_type)
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or "inline"
    response.headers["Cache-Control"] = "private, no-store"
    return response
