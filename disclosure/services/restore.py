"""恢复公开: an ended text is public again as it was, with ground, basis and explanation (domain §4.6)."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from disclosure.enums import ItemAction, ItemState
from disclosure.models import Item, LogEntry
from disclosure.services import close, procedure, ruling
from disclosure.services.terms import shown_until
from govportal.models import User


def faults(item: Item, ground: str, basis: str, explanation: str, *, on: date) -> list[str]:
    """Why the item cannot be restored, whoever decides it. What the clock would end again is not restored."""
    reasons = ruling.reasons_against_state(item, ItemAction.RESTORE)
    reasons += ruling.reasons_against_words(ground, basis, explanation)
    if item.expires_on and item.expires_on < on:
        reasons.append(_("有效期至 %s，已经届满：请公开有效期更长的新版本。") % item.expires_on.isoformat())
    last_day = shown_until(item)
    if last_day and last_day < on:
        reasons.append(_("公示期至 %s，已经届满。") % last_day.isoformat())
    return reasons


@transaction.atomic
def restore(
    item_id: int,
    *,
    actor: User,
    asked_by: User | None,
    at: datetime,
    ground: str,
    basis: str,
    explanation: str,
) -> LogEntry:
    """Make an ended item public again. Raises ValidationError with every reason against it."""
    item = ruling.locked(item_id)
    procedure.check(
        [
            *faults(item, ground, basis, explanation, on=localdate(at)),
            *ruling.reasons_against_decider(item, actor, asked_by),
        ]
    )
    before = item.state
    item.state, item.updated_at, item.closed_at, item.replaced_by = ItemState.LIVE, at, None, None
    item.closing_ground = item.closing_basis = item.closing_explanation = ""
    item.save(update_fields=["state", "updated_at", *close.CLOSING_COLUMNS])
    entry = ruling.enter(
        item,
        ItemAction.RESTORE,
        item.current_edition,
        actor=actor,
        at=at,
        ground=ground,
        basis=basis,
        explanation=explanation,
    )
    ruling.settle(item, entry, actor=actor, before=before)
    return entry
