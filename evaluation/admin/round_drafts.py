"""公开稿 of a round: where its item stands, for the pages that lead to it."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from disclosure.models import Edition, Item
from evaluation.models import AssessmentRound


@dataclass(frozen=True, slots=True)
class Draft:
    """`is_public`: everybody reads it, and with it the scorecards. `state`: of its last edition, in words."""

    item: Item
    is_public: bool
    state: str


def draft_of(row: AssessmentRound) -> Draft | None:
    """None while nothing was drafted."""
    if row.item_id is None:
        return None
    item = Item.objects.select_related("agency").get(pk=row.item_id)
    last = Edition.objects.filter(item=item).only("state").order_by("-pk").first()
    is_public = Item.objects.visible_to(AnonymousUser()).filter(pk=item.pk).exists()
    return Draft(item, is_public, last.get_state_display() if last else "")
