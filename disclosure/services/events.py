"""公开事由: something happened that must be published; its obligations fall due from that day (domain §5)."""

from datetime import date, datetime

from disclosure.models import CatalogueEntry, DisclosureEvent, Edition, Item
from govportal.models import Agency, User


def reasons_against(entry: CatalogueEntry, agency: Agency, occurred_on: date, actor: User | None) -> list[str]:
    """Why no event of this entry can be recorded for the agency; `actor` None or an upper app asks for no role."""
    raise NotImplementedError


def record(
    *,
    entry: CatalogueEntry,
    agency: Agency,
    title: str,
    occurred_on: date,
    actor: User | None,
    at: datetime,
    item: Item | None = None,
    source: str = "",
) -> DisclosureEvent:
    """Record an event with its obligations. `source` names the row of an upper app ("request:12"), once for ever."""
    raise NotImplementedError


def reasons_against_cancelling(event: DisclosureEvent, actor: User) -> list[str]:
    """Why this person cannot take the event back; empty when he can."""
    raise NotImplementedError


def cancel(event_id: int, *, actor: User, at: datetime, reason: str) -> DisclosureEvent:
    """Take an event back with its open obligations. Raises ValidationError with every reason against it."""
    raise NotImplementedError


def follow_draft(edition: Edition, *, actor: User, at: datetime) -> DisclosureEvent | None:
    """A draft of an unpublished item makes its event by its 成文日期, or moves it. None when there is none to make."""
    raise NotImplementedError
