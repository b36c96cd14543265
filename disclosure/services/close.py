"""Ending the life of a published text: withdrawn, terminated, expired, void or partly void (domain §4.6).

The address keeps answering: with the text marked, or with a public notice. Nothing is ever a 404.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from disclosure import workflow
from disclosure.enums import READABLE_STATES, ItemAction
from disclosure.models import Item, LogEntry
from disclosure.services import procedure, ruling
from govportal.models import User

CLOSING_ACTIONS = (
    ItemAction.WITHDRAW,
    ItemAction.TERMINATE,
    ItemAction.VOID,
    ItemAction.PARTLY_VOID,
    ItemAction.EXPIRE,
)
# What an item says of its end; empty while it lives.
CLOSING_COLUMNS = (
    "closed_at",
    "closing_ground",
    "closing_basis",
    "closing_explanation",
    "replaced_by",
)


# What the clock does by itself: the text named its own last day (有效期至, 公示期至).
CLOCK_ACTIONS = (ItemAction.EXPIRE, ItemAction.TERMINATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """Why and by what right; all but the replacement must be said."""

    action: ItemAction
    ground: str
    basis: str
    explanation: str
    replacement: Item | None = None


def faults(item: Item, closing: Closing) -> list[str]:
    """Why the item cannot be ended so, whoever decides it."""
    if closing.action not in CLOSING_ACTIONS:
        return [_("“%s”不是结束公开的事项。") % ItemAction(closing.action).label]
    return [
        *ruling.reasons_against_state(item, closing.action),
        *ruling.reasons_against_words(closing.ground, closing.basis, closing.explanation),
        *_reasons_against_replacement(item, closing.replacement),
    ]


def reasons_against(item: Item, closing: Closing, actor: User | None, *, asked_by: User | None = None) -> list[str]:
    """Why this person cannot end the item so; empty when they can. `actor` None: the clock, at the end of validity.

    A person needs another one who asked for it (`asked_by`).
    """
    if actor is None:
        alone = [] if closing.action in CLOCK_ACTIONS else [_("“%s”须由一人申请、另一人决定。") % closing.action.label]
        return faults(item, closing) + alone
    return faults(item, closing) + ruling.reasons_against_decider(item, actor, asked_by)


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
    item = ruling.locked(item_id)
    if closing.replacement:
        closing.replacement.refresh_from_db(fields=["state", "audience"])
    procedure.check(reasons_against(item, closing, actor, asked_by=asked_by))
    before, target = item.state, workflow.next_item_state(item.state, closing.action)
    assert target is not None  # reasons_against has looked
    item.state, item.closed_at, item.updated_at = target, at, at
    item.closing_ground, item.closing_basis = closing.ground, closing.basis
    item.closing_explanation, item.replaced_by = closing.explanation, closing.replacement
    item.save(update_fields=["state", "updated_at", *CLOSING_COLUMNS])
    entry = ruling.enter(
        item,
        closing.action,
        item.current_edition,
        actor=actor,
        at=at,
        ground=closing.ground,
        basis=closing.basis,
        explanation=closing.explanation,
        replacement=closing.replacement.index_number if closing.replacement else "",
    )
    ruling.settle(item, entry, actor=actor, before=before)
    return entry
