"""Publishing: the edition is sealed, logged and searchable in one transaction, or nothing happened.

The full review procedure stands in front of `publish`; an archive enters by `migrate`.
"""

from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure import publication_log, search
from disclosure.enums import EditionState, ItemState, LogKind
from disclosure.models import Edition, Item, LogEntry
from govportal import access, audit
from govportal.models import Agency, PublicRevision, User
from govportal.permissions import Permission

# States from which the next edition of an item may be published; a closed item is restored first.
_OPEN_STATES = (ItemState.UNPUBLISHED, ItemState.LIVE, ItemState.PARTLY_VOID)

# Columns of Item that are a projection of its current edition.
PROJECTED = (
    "title",
    "document_number",
    "category",
    "aspect",
    "topic",
    "validity",
    "formed_on",
    "published_on",
    "expires_on",
)


def open_edition(item: Item) -> Edition | None:
    """The edition that is being worked on, if any."""
    return item.editions.exclude(state__in=[EditionState.PUBLISHED, EditionState.DISCARDED]).first()


def reasons_against(item: Item, edition: Edition | None, actor: Any) -> list[str]:
    """Why this person cannot publish this edition now; empty when they can (domain §4.1)."""
    if edition is None:
        return [_("没有待公开的版本。")]
    reasons = _faults(item, edition)
    if not access.can(actor, Permission.APPROVE_ITEM, item.agency):
        reasons.append(_("您不是本单位的审定人。"))
    if actor.pk in {edition.created_by_id, edition.last_edited_by_id}:
        reasons.append(_("起草人和最后修改人不能审定自己的文本。"))
    return reasons


def _faults(item: Item, edition: Edition) -> list[str]:
    """What is wrong with the text itself, whoever publishes it."""
    reasons = []
    if item.state not in _OPEN_STATES:
        reasons.append(_("这条信息的状态是“%s”，须先恢复。") % item.get_state_display())
    if not edition.title.strip() or not edition.body.strip():
        reasons.append(_("标题和正文不能为空。"))
    return reasons


@transaction.atomic
def publish(item_id: int, *, actor: User, at: datetime, note: str = "", published_on: date | None = None) -> LogEntry:
    """Publish the open edition of an item, in its agency's name.

    `published_on` (公开日期) is the day the public could first read the item: an amendment keeps it, a first
    edition takes the day of `at` in Beijing. Raises ValidationError with every reason against it.
    """
    item, edition = _locked(item_id)
    if reasons := reasons_against(item, edition, actor):
        raise ValidationError(reasons)
    kind = LogKind.AMEND if item.current_edition_id else LogKind.PUBLISH
    day = published_on or item.published_on or localdate(at)
    return _seal(item, edition, kind, actor=actor, at=at, note=note, published_on=day)


@transaction.atomic
def migrate(item_id: int, *, actor: User, at: datetime, reason: str, published_on: date) -> LogEntry:
    """Take over an item that another system published on `published_on`, by a named user with a reason.

    For the archive importer on the command line alone: it skips review because the text is already public.
    """
    if not reason.strip():
        raise ValidationError(_("迁入须写明理由。"))
    item, edition = _locked(item_id)
    if not may_migrate(actor, item.agency):
        raise PermissionDenied(_("迁入存量信息须由管理员进行。"))
    if reasons := _faults(item, edition):
        raise ValidationError(reasons)
    return _seal(item, edition, LogKind.MIGRATE, actor=actor, at=at, note=reason, published_on=published_on)


def may_migrate(actor: User, agency: Agency) -> bool:
    """The one thing a superuser may do besides opening the admin, and only on the command line (domain §4.1)."""
    return actor.is_superuser or access.can(actor, Permission.MIGRATE_ARCHIVE, agency)


def _locked(item_id: int) -> tuple[Item, Edition]:
    """The item, locked, and its open edition. Raises ValidationError when there is none to publish."""
    item = Item.objects.select_for_update(of=("self",)).select_related("agency").get(pk=item_id)
    edition = open_edition(item)
    if edition is None:
        raise ValidationError(_("没有待公开的版本。"))
    edition.item = item
    return item, edition


def _seal(
    item: Item, edition: Edition, kind: LogKind, *, actor: User, at: datetime, note: str, published_on: date
) -> LogEntry:
    """The one place that makes an edition public. Order matters: digest, log, then what readers see."""
    edition.state = EditionState.PUBLISHED
    edition.published_at, edition.published_on = at, published_on
    edition.digest = publication_log.digest(edition)
    edition.save(update_fields=["state", "published_at", "published_on", "digest"])
    entry = publication_log.append(kind, item, edition, actor=actor, at=at, note=note)
    for name in PROJECTED:
        setattr(item, name, getattr(edition, name))
    item.current_edition, item.updated_at = edition, at
    item.year, item.level = published_on.year, item.agency.level
    if item.state == ItemState.UNPUBLISHED:
        item.state = ItemState.LIVE
    item.save(update_fields=[*PROJECTED, "current_edition", "updated_at", "year", "level", "state"])
    search.index_item(item)
    PublicRevision.raise_number()
    audit.record(
        actor,
        f"item.{kind}",
        item,
        agency=item.agency,
        after={"edition": edition.number, "digest": edition.digest, "entry": entry.sequence},
        note=note,
    )
    return entry
