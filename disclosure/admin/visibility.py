"""Which items the admin shows to whom. Every list and page of items, editions and entries starts here."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from disclosure.enums import Audience, Mode
from disclosure.models import Edition, Item
from govportal import access, contributions
from govportal.forms import whole_number
from govportal.permissions import Permission


def readable(request: HttpRequest, item: str = "") -> Q:
    """Items of the agencies whose items this person may see; internal ones only as staff of that very agency.

    `item` is the path to the item, ending in `__`.
    """
    seen = access.agencies_under(request.user, Permission.VIEW_ITEMS)
    inside = access.agencies_with(request.user, Permission.VIEW_INTERNAL)
    is_open = Q(**{f"{item}audience": Audience.PUBLIC}) | Q(**{f"{item}agency__in": inside})
    return Q(**{f"{item}agency__in": seen}) & is_open & _not_hidden(request, item)


def _not_hidden(request: HttpRequest, item: str) -> Q:
    """Without the drafts that an upper app hides from this person."""
    found = [hidden for drafts in contributions.hidden_drafts if (hidden := drafts(request.user)) is not None]
    return Q(*(~Q(**{f"{item or 'pk__'}in": ids}) for ids in found))


def readable_items(request: HttpRequest) -> QuerySet[Item]:
    """Items with a text this person may read: one that is public, or an edition that `readable_editions` shows."""
    has_edition = Exists(Edition.objects.filter(_is_disclosed(request), item=OuterRef("pk")))
    return Item.objects.filter(readable(request)).filter(Q(current_edition__isnull=False) | has_edition)


def readable_editions(request: HttpRequest) -> QuerySet[Edition]:
    """Editions of readable items; on request and not public only for those who may read what is withheld there."""
    return Edition.objects.filter(readable(request, "item__")).filter(_is_disclosed(request))


def _is_disclosed(request: HttpRequest) -> Q:
    withheld = access.agencies_with(request.user, Permission.VIEW_WITHHELD)
    return Q(mode=Mode.PROACTIVE) | Q(item__agency__in=withheld)


def as_id(text: str) -> int:
    """The id an address names; Http404 for whatever can be none."""
    if (pk := whole_number(text)) is None:
        raise Http404(_("没有这一项，或者您不能查看。"))
    return pk


def find_edition(request: HttpRequest, pk: int) -> Edition:
    """The edition with all that its pages name; Http404 says nothing about whether it exists."""
    rows = readable_editions(request).select_related(
        "item__agency", "item__current_edition", "item__catalogue_entry", "created_by", "last_edited_by"
    )
    if edition := rows.filter(pk=pk).first():
        return edition
    raise Http404(_("没有这一版，或者您不能查看。"))


def find_item(request: HttpRequest, pk: int) -> Item:
    """The item with its agency and current edition; Http404 says nothing about whether it exists."""
    rows = readable_items(request).select_related("agency", "current_edition", "catalogue_entry", "created_by")
    if item := rows.filter(pk=pk).first():
        return item
    raise Http404(_("没有这条信息，或者您不能查看。"))
