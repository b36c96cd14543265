"""行政执法公示: published results of law enforcement with the days each took, and how many kept the term.

A decision is public in time when the working days from the decision to its publication are within the term of its
kind (rules.enforcement_term, 国办发〔2018〕118号). After 公示期至 it is shown no more.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.db.models.fields.json import KeyTextTransform
from django.utils.dateparse import parse_date

from disclosure.models import Item
from disclosure.queries import ItemQuerySet
from disclosure.rules import LegalTerm, enforcement_term
from disclosure.types import ENFORCEMENT_KINDS, ITEM_TYPES
from govportal.workdays import Calendar, working_days_between

KIND = "enforcement"


@dataclass(frozen=True, slots=True)
class Decision:
    """One result as it is shown: `values` are the fields of its type, the party masked.

    `days`: working days from decision to publication; None when the decision bears no date.
    """

    item: Item
    values: dict[str, Any]
    basis: list[str]
    decided_on: date | None
    shown_until: date | None
    term: LegalTerm
    days: int | None

    @property
    def is_on_time(self) -> bool | None:
        return None if self.days is None else self.days <= (self.term.n or 0)


@dataclass(slots=True)
class Figures:
    """Of one kind, or of all: results published, how many in time and how many late."""

    key: str
    label: Any
    term: LegalTerm | None
    total: int = 0
    on_time: int = 0
    late: int = 0

    @property
    def rate(self) -> float | None:
        """Per cent in time, of those that bear a date of decision."""
        dated = self.on_time + self.late
        return 100 * self.on_time / dated if dated else None

    def add(self, count: int, days: int | None) -> None:
        self.total += count
        if days is None or self.term is None:
            return
        if days <= (self.term.n or 0):
            self.on_time += count
        else:
            self.late += count


def decisions(reader: Any, today: date) -> ItemQuerySet:
    """Results in force that this reader may read, whose time of being shown has not passed."""
    items = Item.objects.visible_to(reader).filter(item_type=KIND).in_force(today).still_shown(today)
    return items.select_related("agency", "current_edition").newest_first()


def decision_of(item: Item, calendar: Calendar) -> Decision:
    """An item with agency and current edition loaded, as a line of the table."""
    extra = item.current_edition.extra if item.current_edition else {}
    basis = extra.get("basis") or []
    decided_on = _day(extra.get("decided_on"))
    return Decision(
        item=item,
        values={field.key: field.shown(extra.get(field.key) or "") for field in ITEM_TYPES[KIND].extra},
        basis=[str(line) for line in basis] if isinstance(basis, list) else str(basis).splitlines(),
        decided_on=decided_on,
        shown_until=_day(extra.get("shown_until")),
        term=enforcement_term(str(extra.get("kind", ""))),
        days=_days(decided_on, item.published_on, calendar),
    )


def figures(items: ItemQuerySet, calendar: Calendar) -> list[Figures]:
    """Of each kind that has results, and of all together at the end; one statement, whatever their number."""
    of_kind = {key: Figures(key, label, enforcement_term(key)) for key, label in ENFORCEMENT_KINDS}
    grouped = items.order_by().values_list(
        KeyTextTransform("kind", "current_edition__extra"),
        KeyTextTransform("decided_on", "current_edition__extra"),
        "published_on",
    )
    for kind, decided_on, published_on, count in grouped.annotate(n=Count("pk")):
        if kind in of_kind:
            of_kind[kind].add(count, _days(_day(decided_on), published_on, calendar))
    found = [one for one in of_kind.values() if one.total]
    everything = Figures("", "", None)
    for one in found:
        everything.total += one.total
        everything.on_time += one.on_time
        everything.late += one.late
    return [*found, everything]


def _day(value: Any) -> date | None:
    try:
        return parse_date(str(value or ""))
    except ValueError:
        return None


def _days(decided_on: date | None, published_on: date | None, calendar: Calendar) -> int | None:
    """Working days from the decision to its publication, never less than none."""
    if decided_on is None or published_on is None:
        return None
    return max(0, working_days_between(decided_on, published_on, calendar))
