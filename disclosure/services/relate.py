"""Relations between items."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from disclosure.enums import Audience, ItemState, RelationKind
from disclosure.models import Item, Relation
from disclosure.services import procedure
from govportal import access, audit
from govportal.models import PublicRevision, User
from govportal.permissions import Permission


def reasons_against(target: Item, *, audience: str, source: Item | None = None) -> list[str]:
    """Why an item of this audience may not name `target`. `source` is None while it is being drafted first."""
    if source and source.pk == target.pk:
        return [_("信息不能与自己关联。")]
    if audience != target.audience and Audience.INTERNAL in (audience, target.audience):
        return [_("对内公开的信息不能与向社会公开的信息关联。")]
    return []


@transaction.atomic
def relate(source: Item, kind: RelationKind, target: Item, *, actor: User) -> Relation:
    """State that `source` stands to `target` as `kind` says. Saying it twice changes nothing.

    Raises ValidationError for an item and itself, and for a public item that would name an internal one.
    """
    access.require(actor, Permission.DRAFT_ITEM, source.agency)
    procedure.check(reasons_against(target, audience=source.audience, source=source))
    relation, is_new = Relation.objects.get_or_create(source=source, kind=kind, target=target)
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
    if not may_unrelate(source):
        raise ValidationError(_("“%s”已经公开过，它的关联不能取消。") % source.index_number)
    if not Relation.objects.filter(source=source, kind=kind, target=target).delete()[0]:
        return
    PublicRevision.raise_number()
    audit.record(actor, "item.unrelate", source, agency=source.agency, before={"kind": kind, "target": target.slug})
