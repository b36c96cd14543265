"""What the page of one item shows, for its public address and for the preview of an edition that is not public."""

from dataclasses import replace
from typing import Any

from django.db.models import prefetch_related_objects

from disclosure.consultations import situation
from disclosure.edition_changes import WITH_FILES, mark_changes
from disclosure.enums import Audience, EditionState, LogKind, Validity
from disclosure.item_text import ShownField, shown_body, shown_fields
from disclosure.models import Edition, Item, LogEntry
from disclosure.projects import project_of
from disclosure.public_reviews import afterwards
from disclosure.related import related_to
from govportal.now import today
from govportal.site import absolute_url

# Kinds of entry that bring an edition before the public, and those that change nothing of an item's state.
OPENING = (LogKind.MIGRATE, LogKind.PUBLISH, LogKind.AMEND)
STEADY = (LogKind.NOTE, LogKind.REDACT)

# The list that an item of some types stands in, instead of the common one.
SECTIONS = {
    "power": "powers",
    "service_guide": "services",
    "leader": "leaders",
    "gazette": "gazettes",
    "normative": "normative",
    "project": "projects",
    "project_stage": "projects",
    "enforcement": "enforcement",
}


def page_context(item: Item, edition: Edition, editions: list[Edition], reader: Any) -> dict[str, Any]:
    """The context of `item_page.html` for one edition; `editions` are the public ones, newest first.

    `item` carries `effective_validity`, agency and catalogue entry; only what this reader may read is named.
    """
    entries = log_entries(item, reader)
    body, headings = shown_body(edition)
    mark_changes(editions)
    holder = next((one for one in editions if one.pk == edition.pk), edition)  # whose files may have been read
    prefetch_related_objects([holder], WITH_FILES)
    related = related_to(item, edition, reader, today())
    return {
        "item": item,
        "section": SECTIONS.get(item.item_type, "items"),
        "edition": edition,
        "previous": editions[1] if len(editions) > 1 else None,
        "editions": editions,
        "body": body,
        "headings": headings,
        "fields": _linked_contents(item, shown_fields(edition), reader),
        "attachments": list(holder.attachments.all()),
        "relations": related.groups,
        "corrections": related.corrections,
        "overtaken": related.overtaken,
        "consultation": situation(edition, related.outcomes, today()),
        "project": project_of(item, reader),
        "replacement": replacement_of(item, reader),
        "entries": entries,
        "entry": next((entry for entry in entries if entry.edition_id == edition.pk and entry.kind in OPENING), None),
        "restored": _restored(entries),
        "remarks": _remarks(entries),
        "redaction": edition.redacted_by_entry,
        "emergency": afterwards([edition], today()).get(edition.pk),
        "is_expired": item.effective_validity == Validity.EXPIRED,  # type: ignore[attr-defined]
        "is_internal": item.audience == Audience.INTERNAL,
        "address": absolute_url(item.get_absolute_url()),
    }


def closed_context(item: Item, reader: Any) -> dict[str, Any]:
    """The context of `item_closed.html`: title, number, dates, reason and replacement; never the text (domain §4.6)."""
    entries = log_entries(item, reader)
    return {
        "item": item,
        "section": SECTIONS.get(item.item_type, "items"),
        "replacement": replacement_of(item, reader),
        "entries": entries,
        "ending": _last_turn(entries),
        "remarks": _remarks(entries),
        "is_internal": item.audience == Audience.INTERNAL,
    }


def _last_turn(entries: list[LogEntry]) -> LogEntry | None:
    """The last publication, end or restoration; entries newest first."""
    return next((entry for entry in entries if entry.kind not in STEADY), None)


def _restored(entries: list[LogEntry]) -> LogEntry | None:
    """The restoration of an item to which nothing has happened since."""
    last = _last_turn(entries)
    return last if last and last.kind == LogKind.RESTORE else None


def _remarks(entries: list[LogEntry]) -> list[LogEntry]:
    return [entry for entry in entries if entry.kind == LogKind.NOTE]


def published_editions(item: Item) -> list[Edition]:
    """The published editions, newest first, without their text."""
    editions = item.editions.filter(state=EditionState.PUBLISHED).order_by("-number")
    return list(editions.defer("body", "summary", "extra"))


def replacement_of(item: Item, user: Any) -> Item | None:
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


def log_entries(item: Item, user: Any) -> list[LogEntry]:
    return list(LogEntry.objects.visible_to(user).filter(item=item).order_by("-id"))
