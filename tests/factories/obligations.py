"""Entries with a timing rule, and what agencies owe by them."""

from datetime import date, datetime
from typing import Any

from django.utils.timezone import make_aware

from disclosure.enums import ObligationKind
from disclosure.models import CatalogueEntry, Obligation
from disclosure.rules import to_columns
from disclosure.timing_text import parse_timing
from govportal.models import Agency
from tests.factories.disclosure import make_catalogue_entry
from tests.factories.kernel import make_agency


def noon(day: date) -> datetime:
    """Noon in Beijing."""
    return make_aware(datetime(day.year, day.month, day.day, 12))  # noqa: DTZ001


def make_entry(text: str, *agencies: Agency, in_force_on: date = date(2026, 1, 1), **values: Any) -> CatalogueEntry:
    """An entry in force whose 公开时限 is the text, of these agencies."""
    columns = to_columns(parse_timing(text))
    entry = make_catalogue_entry(timing_text=text, in_force_on=in_force_on, **columns, **values)
    entry.agencies.set(agencies)
    return entry


def make_obligation(**values: Any) -> Obligation:
    """A row as the engine writes it: the presence of the first half of 2026."""
    entry = values.pop("entry", None) or make_entry("20个工作日内")
    values = {
        "kind": ObligationKind.PRESENCE,
        "period_start": date(2026, 1, 1),
        "period_end": date(2026, 6, 30),
        "due_on": date(2026, 7, 15),
        "created_at": noon(date(2026, 1, 1)),
    } | values
    values["agency"] = values.get("agency") or make_agency()
    return Obligation.objects.create(entry=entry, **values)
