"""Until when a text holds or is shown: 有效期至 of any text, 公示期至 of an enforcement result."""

from datetime import date

from django.utils.dateparse import parse_date

from disclosure.enums import ItemAction
from disclosure.models import Item
from disclosure.queries import ItemQuerySet
from disclosure.workflow import ITEM

SHOWN_FOR_A_TIME = "enforcement"  # the item type whose notice ends on a day (公示期至)


def shown_until(item: Item) -> date | None:
    """The last day on which an enforcement result is shown; None when it is shown for good."""
    if item.item_type != SHOWN_FOR_A_TIME or item.current_edition is None:
        return None
    value = item.current_edition.extra.get("shown_until")
    return parse_date(value) if value else None


def expired(today: date) -> ItemQuerySet:
    """Items still open whose last day of validity has passed, the longest ago first."""
    return Item.objects.filter(state__in=ITEM[ItemAction.EXPIRE].sources, expires_on__lt=today).order_by(
        "expires_on", "pk"
    )


def shown_out(today: date) -> ItemQuerySet:
    """Enforcement results still open whose last day of being shown has passed, the longest ago first."""
    still_shown = Item.objects.filter(item_type=SHOWN_FOR_A_TIME, state__in=ITEM[ItemAction.TERMINATE].sources)
    return still_shown.shown_out(today)
