"""One item: its page, or the notice that stands in its place after withdrawal."""

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from disclosure.enums import NOTICE_STATES, Audience, SheetState
from disclosure.item_page import closed_context, page_context, published_editions
from disclosure.models import Item, Rectification, SheetItem
from govportal.contributions import item_panels, panels_for
from govportal.now import today


def find_item(request: HttpRequest, slug: str) -> Item:
    """The item at an address this reader may open; Http404 says nothing about whether it exists."""
    item = (
        Item.objects.addressable_by(request.user)
        .with_effective_validity(today())
        .annotate(
            has_rectifications=Exists(Rectification.objects.public().filter(item=OuterRef("pk"))),
            is_posted=Exists(SheetItem.objects.filter(item=OuterRef("pk"), sheet__state=SheetState.POSTED)),
        )
        .select_related("agency", "current_edition", "catalogue_entry")
        .filter(slug=slug)
        .first()
    )
    if item is None:
        raise Http404(_("没有这条信息。地址可能有误，也可以按索引号或标题搜索。"))
    if item.current_edition:
        item.current_edition.item = item
    return item


def keep_private(response: HttpResponse, item: Item) -> HttpResponse:
    """An internal item stays in no shared cache (对内公开)."""
    if item.audience == Audience.INTERNAL:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def item_page(request: HttpRequest, slug: str) -> HttpResponse:
    item = find_item(request, slug)
    if item.state in NOTICE_STATES:
        return keep_private(closed_page(request, item), item)
    edition = item.current_edition
    assert edition is not None  # a constraint: what is public has an edition
    context = page_context(item, edition, published_editions(item), request.user)
    context["panels"] = panels_for(item_panels, request, item=item)
    return keep_private(render(request, "disclosure/item_page.html", context), item)


def closed_page(request: HttpRequest, item: Item) -> HttpResponse:
    return render(request, "disclosure/item_closed.html", closed_context(item, request.user))
