"""An item, a rectification or an obligation as plain data: the same keys and values in API and CSV."""

from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy

from disclosure.enums import EditionState, Validity
from disclosure.models import Edition, EditionAttachment, Item, LogEntry, Obligation, Rectification
from disclosure.obligation_states import (
    is_owed_to_the_wall,
    period_words,
    public_item_of,
    standing,
    standing_words,
)
from disclosure.publication_log import entry_payload
from disclosure.queries import ItemQuerySet
from govportal.now import today
from govportal.site import absolute_url

# Columns a record is made of.
_LISTED = (
    "index_number",
    "slug",
    "title",
    "agency__name",
    "agency__code",
    "item_type",
    "category",
    "aspect",
    "topic",
    "level",
    "document_number",
    "formed_on",
    "published_on",
    "expires_on",
    "updated_at",
    "validity",
    "state",
    "current_edition__number",
    "current_edition__digest",
)


def public_items() -> ItemQuerySet:
    """What every machine door lists: public items, whoever asks, without their text."""
    visible = Item.objects.visible_to(AnonymousUser()).with_effective_validity(today())
    return visible.select_related("agency", "current_edition").only(*_LISTED)


def item_record(item: Item) -> dict[str, Any]:
    """The row of an item annotated with its effective validity, agency and current edition loaded."""
    edition = item.current_edition
    validity = item.effective_validity  # type: ignore[attr-defined]
    return {
        "index_number": item.index_number,
        "title": item.title,
        "agency": item.agency.name,
        "agency_code": item.agency.code,
        "url": absolute_url(item.get_absolute_url()),
        "type": item.item_type,
        "type_label": str(item.type.label),
        "category": item.category,
        "category_label": str(item.get_category_display()),
        "aspect": item.aspect,
        "topic": item.topic,
        "level": item.level,
        "document_number": item.document_number,
        "formed_on": item.formed_on,
        "published_on": item.published_on,
        "expires_on": item.expires_on,
        "updated_at": item.updated_at,
        "validity": validity,
        "validity_label": str(Validity(validity).label),
        "state": item.state,
        "edition": edition.number if edition else None,
        "digest": edition.digest if edition else "",
    }


def item_detail(item: Item) -> dict[str, Any]:
    """The record with text, files and every published edition."""
    edition = item.current_edition
    assert edition is not None  # a constraint: what is public has an edition
    files = edition.attachments.select_related("attachment")
    editions = item.editions.filter(state=EditionState.PUBLISHED).order_by("number").defer("body", "extra")
    return item_record(item) | {
        "issuer": edition.issuer,
        "effective_on": edition.effective_on,
        "keywords": edition.keywords,
        "summary": edition.summary,
        "body": edition.body,
        "extra": edition.extra,
        "attachments": [attachment_record(file) for file in files],
        "editions": [edition_record(item, one) for one in editions],
    }


def closed_detail(item: Item) -> dict[str, Any]:
    """What is said of a withdrawn or terminated item: reason and dates, never the text (domain §4.6)."""
    return item_record(item) | {
        "digest": "",
        "closed_at": item.closed_at,
        "closing_ground": item.closing_ground,
        "closing_basis": item.closing_basis,
        "closing_explanation": item.closing_explanation,
    }


def attachment_record(file: EditionAttachment) -> dict[str, Any]:
    stored = file.attachment
    return {
        "title": file.title,
        "name": stored.name,
        "size": stored.size,
        "content_type": stored.content_type,
        "sha256": stored.sha256,
        "url": absolute_url(reverse("attachment", args=[stored.pk, stored.name])),
    }


def edition_record(item: Item, edition: Edition) -> dict[str, Any]:
    return {
        "number": edition.number,
        "published_on": edition.published_on,
        "published_at": edition.published_at,
        "change_note": edition.change_note,
        "is_substantive": edition.is_substantive,
        "is_redacted": edition.redacted_by_entry_id is not None,
        "digest": edition.digest,
        "url": absolute_url(reverse("item_diff", args=[item.slug, edition.number])),
    }


def log_record(entry: LogEntry) -> dict[str, Any]:
    """What the hash covers, and the hash."""
    return entry_payload(entry) | {"hash": entry.hash}


# Keys of the record of a rectification and their headings.
RECTIFICATION_COLUMNS = {
    "number": gettext_lazy("编号"),
    "agency": gettext_lazy("责任单位"),
    "agency_code": gettext_lazy("单位代码"),
    "problem": gettext_lazy("问题"),
    "requirement": gettext_lazy("整改要求"),
    "basis": gettext_lazy("依据"),
    "ordered_on": gettext_lazy("交办日期"),
    "due_on": gettext_lazy("整改期限"),
    "state": gettext_lazy("状态代码"),
    "state_label": gettext_lazy("状态"),
    "is_overdue": gettext_lazy("逾期"),
    "report": gettext_lazy("整改报告"),
    "reported_on": gettext_lazy("报告日期"),
    "finding": gettext_lazy("核实意见"),
    "verified_on": gettext_lazy("核实日期"),
    "url": gettext_lazy("网址"),
}

_RECTIFICATION_VALUES = (
    "number", "problem", "requirement", "basis", "ordered_on", "due_on", "state", "report", "reported_on", "finding",
    "verified_on",
)  # fmt: skip


def rectification_record(row: Rectification, today: date) -> dict[str, Any]:
    """A public rectification, its agency loaded. Who ordered, reported and verified is not in it."""
    return {
        **{name: getattr(row, name) for name in _RECTIFICATION_VALUES},
        "agency": row.agency.name,
        "agency_code": row.agency.code,
        "state_label": str(row.get_state_display()),
        "is_overdue": row.is_overdue(today),
        "url": absolute_url(row.get_absolute_url()),
    }


def obligation_record(row: Obligation, today: date) -> dict[str, Any]:
    """A public obligation, read `with_words`. Who signed is not in it, nor what an event was called."""
    item, statement = public_item_of(row), getattr(row, "statement", None)
    return {
        "entry": row.entry.code,
        "matter": row.entry.full_name,
        "agency": row.agency.name,
        "agency_code": row.agency.code,
        "kind": row.kind,
        "kind_label": row.get_kind_display(),
        "period": period_words(row),
        "period_start": row.period_start,
        "period_end": row.period_end,
        "due_on": row.due_on,
        "basis": row.basis,
        "state": standing(row, today).value,
        "state_label": standing_words(row, today),
        "met_on": row.met_on,
        "index_number": item.index_number if item else "",
        "url": absolute_url(item.get_absolute_url()) if item else "",
        "is_due_on_board": is_owed_to_the_wall(row),
        "board_sheet": (getattr(row, "wall", None) or {}).get("serial", ""),
        "statement": statement
        and {
            "kind": statement.kind,
            "kind_label": statement.get_kind_display(),
            "note": statement.note,
            "signed_on": localdate(statement.signed_at),
        },
    }
