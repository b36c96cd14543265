"""A draft of an item that came out of an evaluation waits for those who revise it and send it to review."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from disclosure.models import Item
from govportal import access, notices
from govportal.models import User
from govportal.permissions import Permission


def tell_publishers(item: Item, actor: User) -> None:
    """The number of the draft alone, nothing of what is behind it. Staff read Chinese."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("待办：修改、送审 %s") % item.index_number
    notices.tell(
        access.holders(Permission.DRAFT_ITEM, item.agency).exclude(pk=actor.pk),
        kind="review",
        key=f"item-draft:{item.pk}",
        subject=subject,
        path=reverse("admin:disclosure_edition_change", args=[item.editions.get().pk]),
    )
