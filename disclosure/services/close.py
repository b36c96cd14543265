"""Ending the life of a published text: withdrawn, terminated, expired, void or partly void (domain §4.6).

The address keeps answering: with the text marked, or with a public notice. Nothing is ever a 404.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from disclosure import publication_log, search, workflow
from disclosure.enums import READABLE_STATES, ItemAction
from disclosure.models import Item, LogEntry
from govportal import access, audit
from govportal.models import PublicRevision, User
from govportal.permissions import Permission

CLOSING_ACTIONS = (
    ItemAction.WITHDRAW,
    ItemAction.TERMINATE,
    ItemAction.VOID,
    ItemAction.PARTLY_VOID,
    ItemAction.EXPIRE,
)
_CLOSED_COLUMNS = (
    "state",
    "closed_at",
    "updated_at",
    "closing_ground",
    "closing_basis",
    "closing_explanation",
    "replaced_by",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Why and by what right; all but the replacement must be said."""

    action: ItemAction
    ground: str
    basis: str
    explanation: str
    replacement: Item | None = None


def reasons_against(item: Item, closing: Closing, actor: User | None, *, asked_by: User | None = None) -> list[str]:
    """Why this person cannot end the item so; empty when they can. `actor` None: the clock, at the end of validity.

    Nobody decides what he asked for himself (`asked_by`).
    """
    reasons = []
    if closing.action not in CLOSING_ACTIONS:
        reasons.append(_("“%s”不是结束公开的事项。") % ItemAction(closing.action).label)
    elif workflow.next_item_state(item.state, closing.action) is None:
        words = {"state": item.get_state_display(), "action": ItemAction(closing.action).label}
        reasons.append(_("这条信息的状态是“%(state)s”，不能%(action)s。") % words)
    if not (closing.ground.strip() and closing.basis.strip() and closing.explanation.strip()):
        reasons.append(_("须写明事由、依据和说明。"))
    reasons += _reasons_against_replacement(item, closing.replacement)
    if actor is None:
        return reasons
    if not access.can(actor, Permission.APPROVE_ITEM, item.agency):
        reasons.append(_("您不是本单位的审定人。"))
    if asked_by and actor.pk == asked_by.pk:
        reasons.append(_("申请人不能决定自己的申请。"))
    return reasons


def _reasons_against_replacement(item: Item, replacement: Item | None) -> list[str]:
    """A public notice must never name what its readers may not read."""
    if replacement is None:
        return []
    if replacement.pk == item.pk:
        return [_("替代信息不能是它自己。")]
    if replacement.audience != item.audience or replacement.state not in READABLE_STATES:
        return [_("替代信息须是公开范围相同、已经公开的信息。")]
    return []


@transaction.atomic
def close(
    item_id: int, closing: Closing, *, actor: User | None, at: datetime, asked_by: User | None = None
) -> LogEntry:
    """End the life of a published item. Raises ValidationError with every reason against it."""
    item = Item.objects.select_for_update(of=("self",)).select_related("agency").get(pk=item_id)
    if closing.replacement:
        closing.replacement.refresh_from_db(fields=["state", "audience"])
    if reasons := reasons_against(item, closing, actor, asked_by=asked_by):
        raise ValidationError(reasons)
    before = item.state
    transition = workflow.ITEM[closing.action]
    assert transition.target is not None  # reasons_against has looked
    item.state, item.closed_at, item.updated_at = transition.target, at, at
    item.closing_ground, item.closing_basis = closing.ground, closing.basis
    item.closing_explanation, item.replaced_by = closing.explanation, closing.replacement
    item.save(update_fields=_CLOSED_COLUMNS)
    entry = publication_log.append(
        transition.kind,
        item,
        item.current_edition,
        actor=actor or _("定时任务"),
        at=at,
        note=closing.ground,
        basis=closing.basis,
        explanation=closing.explanation,
        replacement=closing.replacement.index_number if closing.replacement else "",
    )
    if item.state in READABLE_STATES:
        search.index_item(item)
    else:
        search.remove_item(item)
    PublicRevision.raise_number()
    audit.record(
        actor,
        f"item.{transition.kind}",
        item,
        agency=item.agency,
        before={"state": before},
        after={"state": item.state, "entry": entry.sequence},
        basis=closing.basis,
        note=closing.ground,
    )
    return entry
