"""What one letter is about: its request, its kind and day, and what was decided or asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from disclosure.models import Item
from govportal.models import Agency
from requests_app.letter_rules import LetterKind
from requests_app.models import Decision, InformationRequest, Inquiry, RequestOffice


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was decided, drafted or released: the words of the decision, and what its letter asks for by name."""

    reasons: str = ""
    content: str = ""
    days: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    items: Sequence[Item] = ()
    files: Sequence[str] = ()  # the names under which they are handed over
    duplicate_of: InformationRequest | None = None
    on: date | None = None


NOTHING_SAID = Said()


def said_by(decision: Decision) -> Said:
    return Said(
        reasons=decision.reasons,
        content=decision.content,
        days=decision.days,
        facts=decision.facts or {},
        items=list(Item.objects.filter(pk__in=decision.items.values("pk")).order_by("pk")),
        files=[held.title or held.file.name for held in decision.files.select_related("file")],
        duplicate_of=decision.duplicate_of,
        on=localdate(decision.decided_at) if decision.decided_at else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What one letter is about. `on` is the day it bears."""

    row: InformationRequest
    kind: LetterKind
    on: date
    said: Said = NOTHING_SAID
    inquiry: Inquiry | None = None

    @property
    def agency(self) -> Agency:
        """Who writes: the agency that has the request; of a transfer the one that had it."""
        handed_on = self.row.assignments.exclude(from_agency=self.row.agency).last()
        if self.kind is LetterKind.TRANSFER and handed_on:
            return handed_on.from_agency
        return self.row.agency


def office_of(agency: Agency) -> RequestOffice:
    """The settings of an agency; without a row, their defaults."""
    return RequestOffice.objects.filter(agency=agency).first() or RequestOffice(agency=agency)


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
