"""Relations between items."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from disclosure.enums import Audience, RelationKind
from disclosure.models import Item, Relation
from govportal import access, audit
from govportal.models import PublicRevision, User
from govportal.permissions import Permission


@transaction.atomic
def relate(source: Item, kind: RelationKind, target: Item, *, actor: User) -> Relation:
    """State that `source` stands to `target` as `kind` says. Saying it twice changes nothing.

    Raises ValidationError for an item and itself, and for a public item that would name an internal one.
    """
    access.require(actor, Permission.DRAFT_ITEM, source.agency)
    if source.pk == target.pk:
        raise ValidationError(_("信息不能与自己关联。"))
    if source.audience != target.audience and Audience.INTERNAL in (source.audience, target.audience):
        raise ValidationError(_("对内公开的信息不能与向社会公开的信息关联。"))
    relation, is_new = Relation.objects.get_or_create(source=source, kind=kind, target=target)
    if is_new:
        PublicRevision.raise_number()
        audit.record(actor, "item.relate", source, agency=source.agency, after={"kind": kind, "target": target.slug})
    return relation
