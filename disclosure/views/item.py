"""One item: its page, or the notice that stands in its place after withdrawal."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.enums import NOTICE_STATES, Audience, EditionState, RelationKind, Validity
from disclosure.item_text import ShownField, shown_body, shown_fields
from disclosure.models import Edition, Item, LogEntry
from govportal.now import today
from govportal.site import absolute_url

# How a relation reads from its source and from its target.
RELATION_LABELS = {
    RelationKind.INTERPRETS: (gettext_lazy("解读的文件"), gettext_lazy("本文件的解读")),
    RelationKind.REPLACES: (gettext_lazy("替代的文件"), gettext_lazy("被以下文件替代")),
    RelationKind.AMENDS: (gettext_lazy("修改的文件"), gettext_lazy("被以下文件修改")),
    RelationKind.CORRECTS: (gettext_lazy("更正的信息"), gettext_lazy("本信息的更正")),
    RelationKind.BELONGS_TO: (gettext_lazy("所属项目"), gettext_lazy("项目信息")),
}

# The list that an item of some types stands in, instead of the common one.
SECTIONS = {"power": "powers", "service_guide": "services", "leader": "leaders", "gazette": "gazettes"}


def find_item(request: HttpRequest, slug: str) -> Item:
    """The item at an address this reader may open; Http404 says nothing about whether it exists."""
    item = (
        Item.objects.addressable_by(request.user)
        .with_effective_validity(today())
        .select_related("agency", "current_edition", "catalogue_entry")
        .filter(slug=slug)
        .first()
    )
    if item is None:
        raise Http404(_("没有这条信息。地址可能有误，也可以按索引号或标题搜索。"))
    if item.current_edition:
        item.current_edition.item = item
    return item


def published_editions(item: Item) -> list[Edition]:
    """The published editions, newest first, without their text."""
    editions = item.editions.filter(state=EditionState.PUBLISHED).order_by("-number")
    return list(editions.defer("body", "summary", "extra"))


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
    editions = published_editions(item)
    entries = _entries(item, request.user)
    body, headings = shown_body(edition)
    context = {
        "item": item,
        "section": SECTIONS.get(item.item_type, "items"),
        "edition": edition,
        "previous": editions[1] if len(editions) > 1 else None,
        "editions": editions,
        "body": body,
        "headings": headings,
        "fields": _linked_contents(item, shown_fields(edition), request.user),
        "attachments": list(edition.attachments.select_related("attachment")),
        "relations": _relations(item, request.user),
        "replacement": _replacement(item, request.user),
        "entries": entries,
        "entry": next((entry for entry in entries if entry.edition_id == edition.pk), None),
        "is_expired": item.effective_validity == Validity.EXPIRED,  # type: ignore[attr-defined]
        "is_internal": item.audience == Audience.INTERNAL,
        "address": absolute_url(item.get_absolute_url()),
    }
    return keep_private(render(request, "disclosure/item_page.html", context), item)


def closed_page(request: HttpRequest, item: Item) -> HttpResponse:
    """Title, number, dates, reason and replacement; never the text (domain §4.6)."""
    context = {
        "item": item,
        "section": SECTIONS.get(item.item_type, "items"),
        "replacement": _replacement(item, request.user),
        "entries": _entries(item, request.user),
        "is_internal": item.audience == Audience.INTERNAL,
    }
    return render(request, "disclosure/item_closed.html", context)


def _replacement(item: Item, user: Any) -> Item | None:
    """What took the place of the item, if this reader may open it: not even its title otherwise."""
    if item.replaced_by_id is None:
        return None
    return Item.objects.addressable_by(user).filter(pk=item.replaced_by_id).first()


def _linked_contents(item: Item, fields: list[ShownField], user: Any) -> list[ShownField]:
    """A gazette's contents as (title, item): the newest item of exactly that title that this reader may read."""
    if item.item_type != "gazette":
        return fields
    titles = [line for field in fields if field.key == "contents" for line in field.value]
    named = Item.objects.visible_to(user).filter(title__in=titles).exclude(pk=item.pk).order_by("published_on", "id")
    found = {other.title: other for other in named.only("title", "slug")}
    return [
        replace(
            field,
            value=[(title, found.get(title)) for title in field.value],
            template="disclosure/extra/contents.html",
        )
        if field.key == "contents"
        else field
        for field in fields
    ]


def _entries(item: Item, user: Any) -> list[LogEntry]:
    return list(LogEntry.objects.visible_to(user).filter(item=item).order_by("-id"))


def _relations(item: Item, user: Any) -> list[tuple[Any, list[Item]]]:
    """(label, items) in the order of RelationKind, both directions, only what this reader may read."""
    visible = Item.objects.visible_to(user)
    forward = item.relations.filter(target__in=visible).select_related("target__agency").order_by("id")
    backward = item.reverse_relations.filter(source__in=visible).select_related("source__agency").order_by("id")
    grouped: dict[tuple[str, int], list[Item]] = {}
    for relation in forward:
        grouped.setdefault((relation.kind, 0), []).append(relation.target)
    for relation in backward:
        grouped.setdefault((relation.kind, 1), []).append(relation.source)
    return [
        (RELATION_LABELS[kind][side], grouped[kind, side])
        for kind in RelationKind
        for side in (1, 0)
        if (kind, side) in grouped
    ]
