"""What meets an obligation: publications by rule, an item that an officer names, undone by a withdrawal."""

from datetime import datetime

from disclosure.models import Item, Obligation
from govportal.models import User


def meet_by(item: Item, *, at: datetime) -> int:
    """Close what this publication meets, inside its transaction; answers how many obligations that were."""
    return 0


def reasons_against(obligation: Obligation, item: Item, actor: User) -> list[str]:
    """Why this person cannot name this item as what meets the obligation; empty when he can."""
    raise NotImplementedError


def meet(obligation_id: int, item_id: int, *, actor: User, at: datetime) -> Obligation:
    """An officer says which published item meets the obligation. Raises ValidationError with every reason."""
    raise NotImplementedError
