"""All editions of an item stay public: the list, one edition, and what it changed (domain §4.5)."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from disclosure import publication_log
from disclosure.enums import NOTICE_STATES, EditionState
from disclosure.item_text import shown_body, shown_fields
from disclosure.models import Edition, Item, LogEntry
from disclosure.views.item import SECTIONS, closed_page, find_item, keep_private, published_editions
from govportal.htmldiff import compare_html, mark_differences

# Metadata whose change is shown beside the text, in this order.
COMPARED = (
    "title",
    "document_number",
    "issuer",
    "formed_on",
    "effective_on",
    "expires_on",
    "validity",
    "category",
    "aspect",
    "topic",
    "keywords",
    "mode",
    "summary",
)


def history(request: HttpRequest, slug: str) -> HttpResponse:
    item = find_item(request, slug)
    if item.state in NOTICE_STATES:
        return keep_private(closed_page(request, item), item)
    context = {
        "item": item,
        "section": SECTIONS.get(item.item_type, "items"),
        "editions": published_editions(item),
        "entries": list(LogEntry.objects.visible_to(request.user).filter(item=item).order_by("-id")),
    }
    return keep_private(render(request, "disclosure/item_history.html", context), item)


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


def changed_metadata(before: Edition, after: Edition) -> list[tuple[Any, SafeString]]:
    """(label, marked difference) of the metadata, extra fields and files that differ."""
    rows: list[tuple[Any, str, str]] = []
    for name in COMPARED:
        label = Edition._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        rows.append((label, _shown(before, name), _shown(after, name)))
    rows += [
        (field.label, _flat(before.extra.get(field.key)), _flat(after.extra.get(field.key)))
        for field in after.item.type.extra
    ]
    rows.append((_("附件"), _files(before), _files(after)))
    return [(label, mark_differences(old, new)) for label, old, new in rows if old != new]


def _shown(edition: Edition, name: str) -> str:
    display = getattr(edition, f"get_{name}_display", None)
    return str(display()) if display else _flat(getattr(edition, name))


def _flat(value: Any) -> str:
    """A value as lines of text, so that its difference reads well."""
    if value in (None, ""):
        return ""
    if isinstance(value, dict):
        return "　".join(_flat(part) for part in value.values() if part not in (None, "", []))
    if isinstance(value, list):
        return "\n".join(_flat(part) for part in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str).strip('"')


def _files(edition: Edition) -> str:
    files = edition.attachments.select_related("attachment")
    return "\n".join(f"{file.title} {file.attachment.sha256[:12]}" for file in files)
