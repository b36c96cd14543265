"""What a publisher's form holds, saved as one: text, files, records, 源头认定 and interpretation, or nothing of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from disclosure.enums import OPEN_STATES, Audience, Mode, RelationKind
from disclosure.models import CatalogueEntry, Edition, Item, Relation
from disclosure.services import buffers, draft, records, relate, withhold
from govportal import access
from govportal.models import Agency, Attachment, User
from govportal.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """`relations`: what this item is said to be to others; `interpretations`: items that explain this one.

    `removed_relations`: what is taken back, of this item or of one that explains it.
    `new_interpretation`: begin one beside it, so that both go through review together (domain §4.4).
    """

    content: draft.Content
    attachments: Sequence[tuple[Attachment, str]] = ()
    evidence: Sequence[records.Evidence] = ()
    removed_records: Sequence[int] = ()
    matter: withhold.Matter | None = None
    deposit: withhold.Deposit | None = None
    relations: Sequence[tuple[RelationKind, Item]] = ()
    removed_relations: Sequence[Relation] = ()
    interpretations: Sequence[Item] = ()
    new_interpretation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a new item belongs; fixed when it is begun."""

    agency: Agency
    item_type: str
    audience: str = Audience.PUBLIC
    catalogue_entry: CatalogueEntry | None = None


@transaction.atomic
def create(parts: Parts, place: Place, *, author: User, at: datetime, form_key: str) -> Edition:
    """A new item with its first draft. The same form sent again answers the draft it became.

    Raises ValidationError with the reasons, PermissionDenied without the role to draft.
    """
    if saved := buffers.claim(form_key, user=author, at=at):
        return saved
    item = draft.create_item(
        parts.content,
        agency=place.agency,
        item_type=place.item_type,
        audience=place.audience,
        catalogue_entry=place.catalogue_entry,
        author=author,
        at=at,
        attachments=parts.attachments,
    )
    edition = item.editions.get()
    edition.item = item
    _add(edition, parts, actor=author, at=at)
    buffers.settle(form_key, edition, user=author, at=at)
    return edition


@transaction.atomic
def amend(item: Item, parts: Parts, *, actor: User, at: datetime) -> Edition:
    """The next edition of an item as a draft. Raises ValidationError; StaleForm when somebody has begun one."""
    Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
    access.require(actor, Permission.DRAFT_ITEM, item.agency)
    if begun := item.editions.filter(state__in=OPEN_STATES).first():  # whose text only those may see who draft
        raise draft.StaleForm(begun)
    edition = draft.add_edition(item, parts.content, author=actor, at=at, attachments=parts.attachments)
    edition.item = item
    _add(edition, parts, actor=actor, at=at)
    buffers.drop(buffers.amendment_key(item), user=actor)
    return edition


@transaction.atomic
def edit(edition_id: int, parts: Parts, *, actor: User, at: datetime, lock_version: int) -> Edition:
    """Save an edition that is not public yet; what was signed is void. Raises StaleForm and ValidationError."""
    edition = draft.edit(
        edition_id, parts.content, actor=actor, at=at, lock_version=lock_version, attachments=parts.attachments
    )
    _add(edition, parts, actor=actor, at=at)
    buffers.drop(buffers.edition_key(edition), user=actor)
    return edition


def _add(edition: Edition, parts: Parts, *, actor: User, at: datetime) -> None:
    for record_id in parts.removed_records:
        records.remove_record(edition, record_id, actor=actor)
    for evidence in parts.evidence:
        records.add_record(edition, evidence, actor=actor, at=at)
    if parts.content.mode == Mode.NOT_PUBLIC and parts.matter:
        withhold.propose(edition, parts.matter, deposit=parts.deposit, actor=actor, at=at)
    else:
        withhold.drop_proposal(edition, actor=actor)
    for gone in parts.removed_relations:
        relate.unrelate(gone.source, RelationKind(gone.kind), gone.target, actor=actor)
    for kind, target in parts.relations:
        relate.relate(edition.item, kind, target, actor=actor, edition=edition)
    for source in parts.interpretations:
        relate.relate(source, RelationKind.INTERPRETS, edition.item, actor=actor, edition=edition)
    if parts.new_interpretation:
        _begin_interpretation(edition, actor=actor, at=at)


def _begin_interpretation(edition: Edition, *, actor: User, at: datetime) -> None:
    """A draft that explains this item: title and category are set, the text is for its author to write."""
    title = _("《%s》政策解读") % edition.title[: _longest_title() - 20]
    content = draft.Content(title=title, category=edition.category, topic=edition.topic, extra={"form": "text"})
    item = edition.item
    source = draft.create_item(
        content, agency=item.agency, item_type="interpretation", audience=item.audience, author=actor, at=at
    )
    relate.relate(source, RelationKind.INTERPRETS, item, actor=actor)


def _longest_title() -> int:
    return Edition._meta.get_field("title").max_length or 0
