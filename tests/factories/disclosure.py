import hashlib
from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any

from disclosure.enums import Category, EditionState, ItemState, Procedure
from disclosure.models import CatalogueEntry, Edition, EditionAttachment, Item
from govportal.models import Agency, Attachment, User
from govportal.now import now
from tests.factories.kernel import make_agency, make_user

_numbers = count(1)
# Columns of the edition that the item repeats for its lists.
_PROJECTED = ("title", "document_number", "category", "aspect", "topic", "validity")
_PROJECTED_DATES = ("formed_on", "published_on", "expires_on")


def make_catalogue_entry(**values: Any) -> CatalogueEntry:
    number = next(_numbers)
    values = {"code": f"{number:06}", "domain": "社会救助", "level1": f"一级事项{number}"} | values
    return CatalogueEntry.objects.create(**values)


def make_edition(
    item: Item,
    *,
    is_published: bool = True,
    by: User | None = None,
    files: Sequence[Attachment] = (),
    **values: Any,
) -> Edition:
    """The next edition of an item. A published one becomes the current edition, its listing columns copied."""
    user = by or item.created_by
    number = item.editions.count() + 1
    values = {
        "title": f"测试信息{item.pk}",
        "body": "<p>正文。</p>",
        "category": Category.OTHER,
        "state": EditionState.PUBLISHED if is_published else EditionState.DRAFT,
        "created_by": user,
        "last_edited_by": user,
        "created_at": now(),
    } | values
    if is_published:
        digest = hashlib.sha256(f"{item.pk}:{number}:{values['body']}".encode()).hexdigest()
        # Without signatures the database takes in only what another system had published.
        values = {
            "published_on": date(2026, 3, 2),
            "published_at": now(),
            "digest": digest,
            "procedure": Procedure.MIGRATION,
        } | values
    edition = Edition(item=item, number=number, **values)
    if files:  # a published edition takes no more
        state, edition.state = edition.state, EditionState.DRAFT
        edition.save()
        for file in files:
            EditionAttachment.objects.create(edition=edition, attachment=file, title=file.name)
        edition.state = state
    edition.save()
    if is_published:
        _project(item, edition)
    return edition


def _project(item: Item, edition: Edition) -> None:
    for name in (*_PROJECTED, *_PROJECTED_DATES):
        setattr(item, name, getattr(edition, name))
    item.current_edition = edition
    item.year = edition.published_on.year if edition.published_on else None
    item.updated_at = edition.published_at
    if item.state == ItemState.UNPUBLISHED:
        item.state = ItemState.LIVE
    item.save()


def make_item(
    *,
    agency: Agency | None = None,
    by: User | None = None,
    state: ItemState = ItemState.LIVE,
    edition: dict[str, Any] | None = None,
    **values: Any,
) -> Item:
    """An item with one published edition, made of rows alone: no log entry, no search row.

    `edition` overrides values of the edition; ItemState.UNPUBLISHED gives an item without one.
    """
    number = next(_numbers)
    values = {"index_number": f"T/2026-{number:05}", "slug": f"T-2026-{number:05}", "created_at": now()} | values
    item = Item.objects.create(
        agency=agency or make_agency(), created_by=by or make_user(), state=ItemState.UNPUBLISHED, **values
    )
    if state != ItemState.UNPUBLISHED:
        item.state = state
        make_edition(item, **(edition or {}))
    return item
