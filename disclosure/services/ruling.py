"""What all verbs on a published item have in common: state, two people, public words, and what is settled after.

`workflow.ITEM` says what leads where; what a verb asks beside that stands in its own module (close, restore,
redact, remark). Ground, basis and explanation are public: they stand in the log and on the item's page.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from disclosure import publication_log, search, workflow
from disclosure.enums import ItemAction
from disclosure.models import Edition, Item, LogEntry
from disclosure.services import procedure
from govportal import access, audit
from govportal.models import PublicRevision, User
from govportal.permissions import Permission


def locked(item_id: int) -> Item:
    """The item with its agency, its row locked."""
    return Item.objects.select_for_update(of=("self",)).select_related("agency").get(pk=item_id)


def reasons_against_state(item: Item, action: ItemAction) -> list[str]:
    """Why the item as it stands does not allow this."""
    if workflow.next_item_state(item.state, action) is None:
        words = {"state": item.get_state_display(), "action": ItemAction(action).label}
        return [_("这条信息的状态是“%(state)s”，不能%(action)s。") % words]
    return []


def reasons_against_words(*words: str) -> list[str]:
    """What the public is told must be said in full."""
    return [] if all(word.strip() for word in words) else [_("须写明事由、依据和说明。")]


def reasons_against_decider(item: Item, actor: Any, asked_by: User | None) -> list[str]:
    """Nobody decides without the role at the item's agency, nor what he or nobody asked for."""
    reasons = []
    if not access.can(actor, Permission.APPROVE_ITEM, item.agency):
        reasons.append(_("您不是本单位的审定人。"))
    if asked_by is None:
        reasons.append(_("须由一人申请、另一人决定。"))
    elif actor.pk == asked_by.pk:
        reasons.append(_("申请人不能决定自己的申请。"))
    return reasons


def enter(
    item: Item,
    action: ItemAction,
    edition: Edition | None,
    *,
    actor: User | None,
    at: datetime,
    ground: str,
    basis: str,
    explanation: str,
    replacement: str = "",
) -> LogEntry:
    """The one log entry of a verb. `actor` None: the clock."""
    return publication_log.append(
        workflow.ITEM[action].kind,
        item,
        edition,
        actor=actor or _("定时任务"),
        at=at,
        note=ground,
        basis=basis,
        explanation=explanation,
        replacement=replacement,
    )


def settle(item: Item, entry: LogEntry, *, actor: User | None, before: str, **after: Any) -> None:
    """What follows each verb in its transaction: search, page cache, audit. `before`: the state it came from."""
    search.index_item(item)
    PublicRevision.raise_number()
    audit.record(
        actor,
        f"item.{entry.kind}",
        item,
        agency=item.agency,
        before={"state": before},
        after={"state": item.state, "entry": entry.sequence, **after},
        basis=procedure.open_words(item, item.current_edition, entry.basis),
        note=procedure.open_words(item, item.current_edition, entry.note),
    )
