"""How an edition will look to the public, and how it differs from earlier ones; files of what is not public yet."""

from copy import copy
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure.admin.desk import edition_before
from disclosure.admin.frames import holds_a_frame, in_a_frame
from disclosure.admin.visibility import find_edition
from disclosure.edition_changes import changed_metadata
from disclosure.enums import EditionState, ItemState, Validity
from disclosure.item_page import page_context, published_editions
from disclosure.models import Edition, Item
from disclosure.services.publish import PROJECTED
from govportal import files
from govportal.htmldiff import compare_html, compare_sides
from govportal.now import now, today


def preview_page(request: HttpRequest, pk: int) -> HttpResponseBase:
    """`?width=phone` shows the page in a frame as wide as a phone, `?print` as it comes out of a printer."""
    edition = _with_text(request, pk)
    if request.GET.get("width") == "phone":
        return _phone(request, edition)
    return _framed(request, edition) if "frame" in request.GET else _preview(request, edition)


def _with_text(request: HttpRequest, pk: int) -> Edition:
    edition = find_edition(request, pk)
    if edition.redacted_by_entry_id:
        raise Http404(_("这一版的内容已依法删除。"))
    return edition


def _preview(request: HttpRequest, edition: Edition) -> HttpResponseBase:
    is_public = edition.state == EditionState.PUBLISHED
    item = as_published(edition)
    others = [other for other in published_editions(item) if other.pk != edition.pk and other.number < edition.number]
    context = page_context(item, edition, [edition, *others], request.user)
    for file in context["attachments"]:
        file.address = reverse("admin:disclosure_edition_file", args=[edition.pk, file.attachment_id])
    context |= {"is_public": is_public, "is_print": "print" in request.GET, "is_framed": "frame" in request.GET}
    return render(request, "admin/disclosure/preview.html", context)


@in_a_frame
def _framed(request: HttpRequest, edition: Edition) -> HttpResponseBase:
    return _preview(request, edition)


@holds_a_frame
def _phone(request: HttpRequest, edition: Edition) -> HttpResponse:
    title = _("手机预览：%s") % edition.title
    return _page(request, "admin/disclosure/preview_phone.html", {"title": title, "edition": edition})


def as_published(edition: Edition) -> Item:
    """The item as if this edition were made public today; nothing is saved."""
    item, day = copy(edition.item), today()
    edition.published_on = edition.published_on or item.published_on or day
    edition.published_at = edition.published_at or now()
    edition.digest = edition.digest or edition.review_digest
    for name in PROJECTED:
        setattr(item, name, getattr(edition, name))
    item.current_edition = edition
    if item.state in (ItemState.UNPUBLISHED, ItemState.EXPIRED):
        item.state = ItemState.LIVE
    has_passed = edition.expires_on is not None and edition.expires_on < day
    item.effective_validity = Validity.EXPIRED if has_passed else edition.validity  # type: ignore[attr-defined]
    edition.item = item
    return item


def compare_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Against any earlier public edition (`?with=2`), beside it or (`?view=inline`) in one text."""
    edition = _with_text(request, pk)
    earlier = published_editions(edition.item)
    earlier = [other for other in earlier if other.number < edition.number and not other.redacted_by_entry_id]
    before = _chosen(request, edition)
    context: dict[str, Any] = {
        "title": _("比对：%s") % edition.title,
        "edition": edition,
        "earlier": earlier,
        "before": before,
        "is_inline": request.GET.get("view") == "inline",
    }
    if before:
        context["metadata"] = changed_metadata(before, edition)
        if context["is_inline"]:
            context["comparison"] = compare_html(before.body, edition.body)
        else:
            context["sides"] = compare_sides(before.body, edition.body)
    return _page(request, "admin/disclosure/compare.html", context)


def _chosen(request: HttpRequest, edition: Edition) -> Edition | None:
    number = request.GET.get("with", "")
    if not (number.isascii() and number.isdigit() and len(number) < 5):
        return edition_before(edition)
    published = edition.item.editions.filter(state=EditionState.PUBLISHED, redacted_by_entry=None)
    before = published.filter(number=int(number), number__lt=edition.number).first()
    if before is None:
        raise Http404(_("没有可以比对的这一版。"))
    before.item = edition.item
    return before


def edition_file(request: HttpRequest, pk: int, attachment_pk: int) -> HttpResponseBase:
    """A file of an edition, for whoever may read the edition."""
    held = _with_text(request, pk).attachments.filter(attachment=attachment_pk).select_related("attachment").first()
    if held is None:
        raise Http404(_("没有这个文件。"))
    return files.serve(held.attachment, request)


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "opts": Edition._meta, **context})
