"""公开义务: what the catalogue obliges agencies to publish by when (domain §5). What meets it is fulfil.py."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from disclosure.models import CatalogueEntry
from govportal.models import Agency


@dataclass(frozen=True, slots=True)
class Without:
    """An entry that obliges nobody, and why; it is listed as such and never counted as covered."""

    entry: CatalogueEntry
    reason: str


@dataclass(frozen=True, slots=True)
class Generated:
    """What a generation did: rows made, taken out, put back or moved, and how many are in force after it."""

    created: int
    cancelled: int
    restored: int
    moved: int
    total: int
    without: tuple[Without, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """One daily round. `faults`: entries that could not be done, in words; the others were."""

    generated: Generated
    reopened: int
    met: int
    faults: tuple[str, ...]

    def __str__(self) -> str:
        """In words, for the heartbeat and the command."""
        raise NotImplementedError


def generate(
    today: date, *, entries: Iterable[CatalogueEntry] | None = None, agencies: Iterable[Agency] | None = None
) -> Generated:
    """Make every obligation whose period has begun by `today`. Idempotent, catches up, may run twice at once."""
    raise NotImplementedError


def without_obligation(today: date) -> list[Without]:
    """The active entries that oblige nobody today, with the reason, in the order of the catalogue."""
    raise NotImplementedError


def daily(today: date) -> Round:
    """The daily round: generate, reopen what withdrawn items had met, close what published items meet."""
    raise NotImplementedError
