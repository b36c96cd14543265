"""All editions of an item stay public: the list, one edition, and what it changed (domain §4.5)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from disclosure import publication_log
from disclosure.edition_changes import change_of, changed_metadata, mark_changes
from disclosure.enums import NOTICE_STATES, EditionState
from disclosure.item_page import OPENING, SECTIONS, published_editions
from disclosure.item_text import shown_body, shown_fields
from disclosure.models import Edition, Item, LogEntry
from disclosure.public_reviews import afterwards, signatures
from disclosure.substance import agency_names, findings
from disclosure.views.item import closed_page, find_item, keep_private
from govportal.htmldiff import compare_html
from govportal.now import today


def history(request: HttpRequest, slug: str) -> HttpResponse:
    item = find_item(request, slug)
    if item.state in NOTICE_STATES:
        return keep_private(closed_page(request, item), item)
    editions = published_editions(item)
    for edition in editions:
        edition.item = item
    mark_changes(editions)
    signed, emergencies = signatures(editions), afterwards(editions, today())
    context = {
        "item": item,
        "section": SECTIONS.get(item.item_type, "items"),
        "editions": editions,
        "has_redactions": any(one.redacted_by_entry_id for one in editions),
        "reviews": [(one, signed.get(one.pk, []), emergencies.get(one.pk)) for one in editions],
        "entries": _entries(request, item, editions),
    }
    return keep_private(render(request, "disclosure/item_history.html", context), item)


def _entries(request: HttpRequest, item: Item, editions: list[Edition]) -> list[tuple[LogEntry, str]]:
    """The log of the item, newest first, each with what it says: of an amendment what was changed."""
    changed = {edition.pk: edition.change_note for edition in editions}
    entries = LogEntry.objects.visible_to(request.user).filter(item=item).order_by("-id")
    return [
        (entry, entry.note or (changed.get(entry.edition_id or 0, "") if entry.kind in OPENING else ""))
        for entry in entries
    ]


def edition_page(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Edition `number`, and its difference from the one before."""
    item = find_item(request, slug)
    if item.state in NOTICE_STATES:
        return keep_private(closed_page(request, item), item)
    edition = _edition(item, number)
    before = item.editions.filter(state=EditionState.PUBLISHED, number__lt=number).order_by("-number").first()
    context: dict[str, Any] = {
        "item": item,
        "section": SECTIONS.get(item.item_type, "items"),
        "edition": edition,
        "before": before,
        "is_current": edition.pk == item.current_edition_id,
        "entry": LogEntry.objects.visible_to(request.user)
        .filter(item=item, edition=edition)
        .exclude(content_digest="")
        .order_by("id")
        .first(),
    }
    if edition.redacted_by_entry_id is None:
        context["body"], context["headings"] = shown_body(edition)
        context["fields"] = shown_fields(edition)
        context["attachments"] = list(edition.attachments.select_related("attachment"))
        if before and before.redacted_by_entry_id is None:
            before.item = item
            context["comparison"] = compare_html(before.body, edition.body)
            context["metadata"] = changed_metadata(before, edition)
            context["findings"] = findings(before, edition, agency_names())
            context["change"] = change_of(edition, context["findings"])
    return keep_private(render(request, "disclosure/item_edition.html", context), item)


def edition_content(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The very bytes that the digest of an edition covers, for whoever recomputes it."""
    item = find_item(request, slug)
    edition = _edition(item, number)
    if item.state in NOTICE_STATES or edition.redacted_by_entry_id is not None:
        raise Http404(_("这一版的内容不再提供。"))
    response = HttpResponse(publication_log.canonical_content(edition), content_type="application/json; charset=utf-8")
    return keep_private(response, item)


def _edition(item: Item, number: int) -> Edition:
    edition = item.editions.filter(state=EditionState.PUBLISHED, number=number).first()
    if edition is None:
        raise Http404(_("没有公开过这一版。"))
    edition.item = item
    return edition
