"""Files of published editions."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from disclosure.enums import NOTICE_STATES, EditionState
from disclosure.models import EditionAttachment, Item
from disclosure.views.item import keep_private
from govportal import files
from govportal.models import Attachment


def attachment(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """The file, if an edition this reader may read holds it; 410 if its item was withdrawn.

    `name` only makes the address readable.
    """
    held = EditionAttachment.objects.filter(attachment_id=pk, edition__state=EditionState.PUBLISHED)
    readable = Item.objects.visible_to(request.user)
    if held.filter(edition__redacted_by_entry=None, edition__item__in=readable).exists():
        return files.serve(get_object_or_404(Attachment, pk=pk), request)
    closed = Item.objects.addressable_by(request.user).filter(state__in=NOTICE_STATES)
    if gone := held.filter(edition__item__in=closed).select_related("edition__item").first():
        item = gone.edition.item
        return keep_private(render(request, "disclosure/attachment_gone.html", {"item": item}, status=410), item)
    raise Http404(_("没有这个文件。"))
