"""期限一览: what one person has to act on, or answers for as a head, within a week of work or overdue."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.timezone import localdate

from govportal import access
from govportal.calendar import load_calendar
from govportal.contributions import Deadline, DeadlineSource, Reach, deadline_sources
from govportal.permissions import Permission, Role
from govportal.recipients import Staff, concerns
from govportal.reminder_words import days_words
from govportal.rungs import Card, card, days_left, horizon
from govportal.workdays import Calendar

AHEAD = 7  # working days
HEADS = frozenset({Role.OFFICE_HEAD, Role.AGENCY_HEAD})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    kind: str
    label: Promise | str  # of the kind
    deadline: Deadline
    left: int
    card: Card | None

    @property
    def days(self) -> str:
        return days_words(self.left)

    @property
    def is_red(self) -> bool:
        return self.card is Card.RED

    @property
    def is_yellow(self) -> bool:
        return self.card is Card.YELLOW


@dataclass(frozen=True, slots=True)
class DueList:
    """The most urgent first; `unread` names the kinds that could not be read."""

    entries: tuple[Entry, ...]
    unread: tuple[Promise | str, ...] = ()

    @property
    def red(self) -> int:
        return sum(entry.is_red for entry in self.entries)

    @property
    def yellow(self) -> int:
        return sum(entry.is_yellow for entry in self.entries)


def sources_for(user: Any) -> list[DeadlineSource]:
    """The kinds of which this person can have any: by a permission, or as a head all that heads are told of."""
    is_head = access.holds_role(user, HEADS)
    return [
        source
        for source in deadline_sources.all()
        if (is_head and not source.is_confidential)
        or any(access.can(user, Permission(permission)) for permission in source.permissions)
    ]


def due_list(user: Any, at: datetime, kind: str = "") -> DueList:
    """What concerns this person by the rules of the reminders, so that page and mail say the same.

    `kind`: of this one alone. A fault in one source leaves the others on the page.
    """
    sources = [source for source in sources_for(user) if kind in ("", source.key)]
    if not sources:
        return DueList(())
    today, calendar = localdate(at), load_calendar()
    agencies = access.own_agencies(user)
    staff = Staff(agencies)
    entries: list[Entry] = []
    unread: list[Promise | str] = []
    for source in sources:
        try:
            entries += _entries(source, user.pk, today, calendar, staff, agencies)
        except Exception:
            logger.exception("the deadlines of %s could not be read", source.key)
            unread.append(source.label)
    entries.sort(key=lambda entry: (entry.deadline.due_on, entry.deadline.key))
    return DueList(tuple(entries), tuple(unread))


def _entries(
    source: DeadlineSource, user_id: int, today: date, calendar: Calendar, staff: Staff, agencies: set[int]
) -> Iterator[Entry]:
    # Who handles what is confidential reaches down to desks that are not his own agency; he is named in each.
    reach = Reach(horizon(AHEAD, today, calendar), None if source.is_confidential else agencies)
    mine = concerns(user_id, source.open(reach), staff, is_confidential=source.is_confidential)
    for deadline in mine:
        left = days_left(deadline.due_on, today, calendar)
        yield Entry(source.key, source.label, deadline, left, card(deadline.due_on, today, calendar))
