"""The desk of one item: its editions, its entries in the log, what it belongs to, and what can be asked for it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from disclosure import workflow
from disclosure.admin.visibility import find_item, readable_editions, readable_items
from disclosure.enums import NOTICE_STATES, OPEN_STATES, READABLE_STATES, Audience, ItemAction, ItemState
from disclosure.models import Item
from disclosure.related import RELATION_LABELS
from disclosure.services import correct, motion
from govportal import access
from govportal.models import User
from govportal.now import now
from govportal.permissions import Permission

STATE_TONES = {
    ItemState.UNPUBLISHED: "info",
    ItemState.LIVE: "ok",
    ItemState.PARTLY_VOID: "warn",
}


@dataclass(frozen=True, slots=True)
class Button:
    label: Promise | str
    url: str
    reasons: list[str]
    is_main: bool = False


def item_desk_page(request: HttpRequest, item: Item) -> HttpResponse:
    editions = list(readable_editions(request).filter(item=item).order_by("-number").defer("body", "summary", "extra"))
    user = request.user
    buttons = [*_amending(user, item, editions), *_correcting(user, item), *_asking(user, item)]
    is_public = item.state in (*READABLE_STATES, *NOTICE_STATES)
    context = {
        **admin.site.each_context(request),
        "opts": Item._meta,
        "item": item,
        "title": item.title or (editions[0].title if editions else item.index_number),
        "tone": STATE_TONES.get(ItemState(item.state), "bad"),
        "editions": editions,
        "entries": item.log_entries.order_by("-id"),
        "relations": _relations(request, item),
        "obligations": item.obligations.select_related("entry").order_by("-due_on"),
        "motions": item.motions.select_related("asked_by", "decided_by"),
        "public_address": item.get_absolute_url() if is_public else "",
        "buttons": buttons,
        "refused": any(button.reasons for button in buttons),
    }
    return TemplateResponse(request, "admin/disclosure/item_desk.html", context)


def _amending(user: Any, item: Item, editions: list[Any]) -> list[Button]:
    """The next edition, where there is none yet that is being worked on."""
    if item.current_edition_id is None or not access.can(user, Permission.DRAFT_ITEM, item.agency):
        return []
    is_open = any(edition.state in OPEN_STATES for edition in editions)
    reasons = [_("已有一个未公开的版本，请在那一版上修改。")] if is_open else []
    return [Button(_("修改（新版本）"), reverse("admin:disclosure_item_amend", args=[item.pk]), reasons, is_main=True)]


def _correcting(user: Any, item: Item) -> list[Button]:
    """更正公告: of what is public, by whoever may draft."""
    if item.current_edition_id is None or not access.can(user, Permission.DRAFT_ITEM, item.agency):
        return []
    address = reverse("admin:disclosure_item_correct", args=[item.pk])
    return [Button(_("发布更正公告"), address, correct.reasons_against(item, user))]


def correct_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the correction notice of an item and open it in the form; it is then reviewed like any other text."""
    item = find_item(request, pk)
    assert isinstance(request.user, User)
    reasons = correct.reasons_against(item, request.user)
    if request.method == "POST":
        try:
            notice = correct.draft_notice(item.pk, actor=request.user, at=now())
        except ValidationError as error:
            reasons = error.messages
        else:
            messages.success(request, _("已按修订内容起草更正公告，请核对后送审。"))
            return HttpResponseRedirect(reverse("admin:disclosure_edition_edit", args=[notice.pk]))
    context = {
        **admin.site.each_context(request),
        "opts": Item._meta,
        "item": item,
        "title": _("发布更正公告"),
        "reasons": reasons,
    }
    return TemplateResponse(request, "admin/disclosure/item_correct.html", context)


def _asking(user: Any, item: Item) -> list[Button]:
    """What one person may ask and another decides, as far as the item's state knows it."""
    if not any(access.can(user, permission, item.agency) for permission in motion.ASKERS):
        return []
    return [
        Button(
            _("申请%s") % action.label,
            reverse("admin:disclosure_item_ask", args=[item.pk, action.value]),
            motion.reasons_against_asking(item, action, user),
        )
        for action in ItemAction
        if workflow.next_item_state(item.state, action) is not None
    ]


def _relations(request: HttpRequest, item: Item) -> list[tuple[Any, Item]]:
    """(how they stand, other item) both ways; of other agencies only what everybody may read."""
    everybody = Item.objects.filter(audience=Audience.PUBLIC, state__in=READABLE_STATES)
    shown = Q(pk__in=readable_items(request).values("pk")) | Q(pk__in=everybody.values("pk"))
    forward, backward = item.relations.all(), item.reverse_relations.all()
    others = _by_pk(Item.objects.filter(shown).filter(Q(reverse_relations__in=forward) | Q(relations__in=backward)))
    found = [(RELATION_LABELS[row.kind][0], others.get(row.target_id)) for row in forward]  # type: ignore[index]
    found += [(RELATION_LABELS[row.kind][1], others.get(row.source_id)) for row in backward]  # type: ignore[index]
    return [(label, other) for label, other in found if other]


def _by_pk(items: QuerySet[Item]) -> dict[int, Item]:
    return {item.pk: item for item in items.distinct()}
