"""Relations between items."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from disclosure.enums import Audience, EditionState, ItemState, RelationKind
from disclosure.models import Edition, Item, Relation
from disclosure.services import procedure
from govportal import access, audit
from govportal.models import PublicRevision, User
from govportal.permissions import Permission


def reasons_against(target: Item, *, kind: RelationKind, audience: str, source: Item | None = None) -> list[str]:
    """Why an item of this audience may not stand to `target` as `kind` says.

    `source` is None while it is being drafted first.
    """
    if source and source.pk == target.pk:
        return [_("信息不能与自己关联。")]
    if audience != target.audience and Audience.INTERNAL in (audience, target.audience):
        return [_("对内公开的信息不能与向社会公开的信息关联。")]
    if kind == RelationKind.OUTCOME_OF and target.item_type != "consultation":
        return [_("“%s”不是意见征集，不能作为它的采纳情况公布。") % target.index_number]
    return []


@transaction.atomic
def relate(source: Item, kind: RelationKind, target: Item, *, actor: User, edition: Edition | None = None) -> Relation:
    """State that `source` stands to `target` as `kind` says. Saying it twice changes nothing.

    Stated in a draft (`edition`), it holds from the publication of that draft: nothing changes on a live page
    that nobody has signed. Raises ValidationError for an item and itself, for a public item that would name an
    internal one, and for the outcome of what is no consultation.
    """
    access.require(actor, Permission.DRAFT_ITEM, source.agency)
    procedure.check(reasons_against(target, kind=kind, audience=source.audience, source=source))
    stated = {"since_edition": edition}
    relation, is_new = Relation.objects.get_or_create(source=source, kind=kind, target=target, defaults=stated)
    if not is_new and relation.since_edition and relation.since_edition.state != EditionState.PUBLISHED:
        relation.since_edition = edition
        relation.save(update_fields=["since_edition"])
    if is_new:
        PublicRevision.raise_number()
        audit.record(actor, "item.relate", source, agency=source.agency, after={"kind": kind, "target": target.slug})
    return relation


def may_unrelate(source: Item) -> bool:
    """What an item states may be taken back until the public has read it."""
    return source.state == ItemState.UNPUBLISHED


@transaction.atomic
def unrelate(source: Item, kind: RelationKind, target: Item, *, actor: User) -> None:
    """Take back what `relate` stated. What was not stated is no error.

    Raises ValidationError once the source has been published: then a new edition, or the end of one, says it.
    """
    access.require(actor, Permission.DRAFT_ITEM, source.agency)
    source = Item.objects.select_for_update(of=("self",)).select_related("agency").get(pk=source.pk)
    stated = Relation.objects.filter(source=source, kind=kind, target=target)
    if not may_unrelate(source) and stated.in_effect().exists():
        raise ValidationError(_("“%s”已经公开过，它的关联不能取消。") % source.index_number)
    if not stated.delete()[0]:
        return
    PublicRevision.raise_number()
    audit.record(actor, "item.unrelate", source, agency=source.agency, before={"kind": kind, "target": target.slug})


def forget(edition: Edition) -> None:
    """What was stated in a draft goes with it when it is discarded, inside that transaction."""
    Relation.objects.filter(since_edition=edition).delete()
