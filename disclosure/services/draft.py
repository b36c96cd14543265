"""Items and their unpublished editions: what a publisher writes before anybody reviews it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import OPEN_STATES, Audience, Category, EditionAction, Mode, Validity
from disclosure.models import CatalogueEntry, Edition, EditionAttachment, Item
from disclosure.services import events, procedure, submission, withhold
from disclosure.services.index_number import allocate, reason_against, slug_for
from disclosure.types import ITEM_TYPES
from govportal import access, audit
from govportal.html import clean_line, clean_values, sanitise
from govportal.models import Agency, Attachment, User
from govportal.permissions import Permission

_LINES = ("title", "document_number", "issuer", "topic", "change_note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a person writes into an edition. `aspect` empty: the default of the item type."""

    title: str
    body: str = ""
    summary: str = ""
    document_number: str = ""
    issuer: str = ""
    formed_on: date | None = None
    effective_on: date | None = None
    expires_on: date | None = None
    validity: str = Validity.VALID
    category: str = Category.OTHER
    aspect: str = ""
    topic: str = ""
    keywords: Sequence[str] = ()
    mode: str = Mode.PROACTIVE
    extra: dict[str, Any] = field(default_factory=dict)
    title_breaks: Sequence[int] = ()
    change_note: str = ""
    is_substantive: bool = False  # the publisher's own word; the server may say yes where he says no, never no


class StaleForm(Exception):
    """Somebody saved the edition after this form was opened. Holds the edition as it is now."""

    def __init__(self, current: Edition) -> None:
        super().__init__(_("在您打开表单以后，这一版已被修改。"))
        self.current = current


@dataclass(frozen=True, slots=True)
class Source:
    """Where an imported item came from; (agency, name, id) is unique."""

    name: str
    id: str


@transaction.atomic
def create_item(
    content: Content,
    *,
    agency: Agency,
    item_type: str,
    author: User,
    at: datetime,
    index_number: str = "",
    audience: str = Audience.PUBLIC,
    catalogue_entry: CatalogueEntry | None = None,
    source: Source | None = None,
    attachments: Sequence[tuple[Attachment, str]] = (),
) -> Item:
    """A new item with its first edition as a draft. A given index number is kept; else one is allocated.

    `source` marks an archive, whose import was permitted as a whole, or what an upper app drafts by its own rules,
    events included; anybody else needs the role to draft.
    Raises ValidationError when the given number, or the address made of it, is taken, or a value is too long.
    """
    if source is None:
        access.require(author, Permission.DRAFT_ITEM, agency)
    if index_number and (reason := reason_against(index_number)):
        raise ValidationError({"index_number": reason})
    number = index_number or allocate(agency, item_type, content.formed_on or localdate(at), audience)
    item = Item(
        index_number=number,
        slug=slug_for(number),
        agency=agency,
        item_type=item_type,
        audience=audience,
        catalogue_entry=catalogue_entry,
        source=source.name if source else "",
        source_id=source.id if source else "",
        created_by=author,
        created_at=at,
    )
    item.clean_fields(exclude={"title", "agency", "created_by", "catalogue_entry"})
    item.save(force_insert=True)
    edition = _add_edition(item, content, author=author, at=at, attachments=attachments)
    if source is None:
        events.follow_draft(edition, actor=author, at=at)
    return item


@transaction.atomic
def add_edition(
    item: Item,
    content: Content,
    *,
    author: User,
    at: datetime,
    attachments: Sequence[tuple[Attachment, str]] = (),
) -> Edition:
    """The next edition of an item, as a draft. Later editions need a change note (domain §4.5).

    Raises ValidationError when an unpublished edition is already open, or a value does not fit.
    """
    access.require(author, Permission.DRAFT_ITEM, item.agency)
    # The item's row is the lock: two people opening the next edition at once get one edition.
    procedure.check(_reasons_against(Item.objects.select_for_update().get(pk=item.pk), content, at))
    edition = _add_edition(item, content, author=author, at=at, attachments=attachments)
    events.follow_draft(edition, actor=author, at=at)
    return edition


def _reasons_against(item: Item, content: Content, at: datetime) -> list[str]:
    """What could never be submitted is not drafted either: said before anybody writes in vain."""
    return [
        *submission.ended(item, content.expires_on, localdate(at)),
        *submission.settled_mode(item, content.mode),
        *withhold.reasons_against_mode(item, content.mode),
    ]


def _add_edition(
    item: Item,
    content: Content,
    *,
    author: User,
    at: datetime,
    attachments: Sequence[tuple[Attachment, str]],
) -> Edition:
    if item.editions.filter(state__in=OPEN_STATES).exists():
        raise ValidationError(_("这条信息已有一个未公开的版本。"))
    last = item.editions.aggregate(last=Max("number"))["last"] or 0
    if last and not content.change_note.strip():
        raise ValidationError({"change_note": _("新版本须写明修改说明。")})
    edition = Edition(
        item=item,
        number=last + 1,
        created_by=author,
        last_edited_by=author,
        created_at=at,
        **_columns(item, content, is_first=last == 0),
    )
    edition.clean_fields(exclude={"item", "created_by", "last_edited_by"})
    edition.save(force_insert=True)
    _attach(edition, attachments)
    audit.record(author, "edition.draft", edition, agency=item.agency, after={"number": edition.number})
    return edition


def _columns(item: Item, content: Content, *, is_first: bool) -> dict[str, Any]:
    values: dict[str, Any] = clean_values(asdict(content))
    values |= {name: clean_line(values[name]) for name in _LINES}
    return values | {
        "body": sanitise(content.body),
        "aspect": content.aspect or ITEM_TYPES[item.item_type].aspect,
        "keywords": [clean_line(word) for word in content.keywords],
        "title_breaks": list(content.title_breaks),
        "is_substantive": content.is_substantive or is_first,
    }


def _attach(edition: Edition, attachments: Sequence[tuple[Attachment, str]]) -> None:
    for position, (attachment, title) in enumerate(attachments, 1):
        link = EditionAttachment(edition=edition, attachment=attachment, title=clean_line(title), position=position)
        link.clean_fields(exclude={"edition", "attachment"})
        link.save(force_insert=True)


@transaction.atomic
def edit(
    edition_id: int,
    content: Content,
    *,
    actor: User,
    at: datetime,
    lock_version: int,
    attachments: Sequence[tuple[Attachment, str]] | None = None,
) -> Edition:
    """Save a text that is not public yet. Whatever was signed is void, and the edition is a draft again.

    `lock_version` is the one the form was opened with: raises StaleForm when somebody saved in between.
    `attachments` None leaves them as they are. Raises ValidationError with every reason against it.
    """
    edition = procedure.locked(edition_id)
    procedure.check(procedure.reasons_against(edition, EditionAction.EDIT, actor))
    if edition.lock_version != lock_version:  # which shows the other text: only to who may edit it
        raise StaleForm(edition)
    procedure.check(_reasons_against(edition.item, content, at))
    if edition.number > 1 and not content.change_note.strip():
        raise ValidationError({"change_note": _("新版本须写明修改说明。")})
    procedure.void_signatures(edition, _("文本已修改"), at)
    columns = _columns(edition.item, content, is_first=edition.number == 1)
    columns |= {"review_digest": "", "review_steps": [], "publish_at": None, "publish_fault": ""}
    for name, value in columns.items():
        setattr(edition, name, value)
    edition.last_edited_by, edition.lock_version = actor, edition.lock_version + 1
    edition.clean_fields(exclude={"item", "created_by", "last_edited_by"})
    if attachments is not None:
        edition.attachments.all().delete()
        _attach(edition, attachments)
    procedure.move(edition, EditionAction.EDIT, actor=actor, at=at, fields=(*columns, "last_edited_by", "lock_version"))
    events.follow_draft(edition, actor=actor, at=at)
    return edition
