"""附注: a public remark on an item, which changes neither its text nor its state (domain §4.6)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from disclosure.enums import ItemAction
from disclosure.models import Item, LogEntry
from disclosure.services import procedure, ruling
from govportal.models import User


def faults(item: Item, text: str) -> list[str]:
    """Why the remark cannot be made, whoever decides it. Basis and explanation may be empty."""
    reasons = ruling.reasons_against_state(item, ItemAction.NOTE)
    return reasons if text.strip() else [*reasons, _("须写明附注的内容。")]


@transaction.atomic
def remark(
    item_id: int,
    *,
    actor: User,
    asked_by: User | None,
    at: datetime,
    text: str,
    basis: str = "",
    explanation: str = "",
) -> LogEntry:
    """Put a remark on the item's page and in the log. Raises ValidationError with every reason against it."""
    item = ruling.locked(item_id)
    procedure.check([*faults(item, text), *ruling.reasons_against_decider(item, actor, asked_by)])
    entry = ruling.enter(
        item,
        ItemAction.NOTE,
        item.current_edition,
        actor=actor,
        at=at,
        ground=text,
        basis=basis,
        explanation=explanation,
    )
    item.updated_at = at
    item.save(update_fields=["updated_at"])
    ruling.settle(item, entry, actor=actor, before=item.state)
    return entry
