"""公开义务: what the catalogue obliges agencies to publish by when, and what meets it (domain §5)."""

from datetime import datetime

from disclosure.models import Item


def meet_by(item: Item, *, at: datetime) -> int:
    """Close what this publication meets, inside its transaction; answers how many obligations that were."""
    return 0
