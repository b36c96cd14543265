"""Papers to open and print: any item, the checklist of a service, the duties of an agency. Each is there at once."""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from disclosure import documents
from disclosure.documents import Paper
from disclosure.enums import READABLE_STATES
from govportal.models import Agency


@require_safe
def item_pdf(request: HttpRequest, slug: str) -> HttpResponseBase:
    """打印版 of an item; of a withdrawn one the notice that stands in its place."""
    item = documents.printable(request.user).filter(slug=slug).first()
    if item is None:
        raise Http404(_("没有这条信息。地址可能有误，也可以按索引号或标题搜索。"))
    return _answer(request, documents.item_paper(item, request.user))


@require_safe
def checklist_pdf(request: HttpRequest, slug: str) -> HttpResponseBase:
    """一次性告知单 of a service guide that is shown; of none other."""
    guides = documents.printable(request.user).filter(item_type=documents.GUIDE, state__in=READABLE_STATES)
    item = guides.filter(slug=slug).first()
    if item is None:
        raise Http404(_("没有这份办事指南，或者它已经不再公开。"))
    return _answer(request, documents.checklist_paper(item, request.user))


@require_safe
def duties_pdf(request: HttpRequest, code: str) -> HttpResponseBase:
    """机构职能 of an agency: what hangs beside its door."""
    agency = Agency.objects.select_related("parent", "succeeded_by").filter(code=code).first()
    if agency is None:
        raise Http404(_("没有这个单位。"))
    return _answer(request, documents.duties_paper(agency))


def _answer(request: HttpRequest, paper: Paper) -> HttpResponseBase:
    """The file, to be shown by the browser; 304 for whoever has the same bytes."""
    content = documents.made(paper)
    disposition = content_disposition_header(as_attachment=False, filename=paper.file_name)
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = disposition or "inline"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if not paper.is_public:
        response.headers["Cache-Control"] = "private, no-store"
        return response
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response) or response
