"""How it stands with a consultation (意见征集): whether opinions are still taken, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from disclosure.type_rules import day_of

if TYPE_CHECKING:
    from disclosure.models import Edition, Item

KIND = "consultation"


class Stage(StrEnum):
    UPCOMING = "upcoming"
    OPEN = "open"
    WAITING = "waiting"  # closed, and the outcome is not due yet
    OVERDUE = "overdue"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What tells the outcome, and the day the public could first read that it does."""

    item: "Item"
    on: date


@dataclass(frozen=True, slots=True)
class Situation:
    stage: Stage
    opens_on: date
    closes_on: date
    outcome_by: date
    outcomes: Sequence[Outcome]

    @property
    def is_late(self) -> bool:
        """The first outcome came after the day that was promised."""
        return self.stage == Stage.ANSWERED and self.outcomes[0].on > self.outcome_by


def situation(edition: "Edition", outcomes: Sequence[Outcome], today: date) -> Situation | None:
    """As the text that is shown says; None for another type, and where an old archive wrote no days down."""
    if edition.item.item_type != KIND:
        return None
    opens_on, closes_on, outcome_by = (
        day_of(edition.extra.get(key)) for key in ("opens_on", "closes_on", "outcome_by")
    )
    if opens_on is None or closes_on is None or outcome_by is None:
        return None
    in_order = sorted(outcomes, key=lambda outcome: outcome.on)
    return Situation(
        _stage(opens_on, closes_on, outcome_by, in_order, today), opens_on, closes_on, outcome_by, in_order
    )


def _stage(opens_on: date, closes_on: date, outcome_by: date, outcomes: Sequence[Outcome], today: date) -> Stage:
    if outcomes:
        return Stage.ANSWERED
    if today < opens_on:
        return Stage.UPCOMING
    if today <= closes_on:
        return Stage.OPEN
    return Stage.OVERDUE if today > outcome_by else Stage.WAITING
