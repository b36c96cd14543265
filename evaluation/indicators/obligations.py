"""What obligations have in common as cases: which fell due, what they are called, where they are shown."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db import models
from django.db.models import CharField, Q, Value, When
from django.urls import reverse

from disclosure.enums import READABLE_STATES, Audience
from disclosure.models import Obligation
from evaluation.indicators.terms import AgencyCase, Span, iso
from evaluation.scoring import Case


class Row(NamedTuple):
    """An obligation; `slug` of the item that met it where everybody can read that, else empty."""

    pk: int
    agency_id: int
    entry_id: int
    code: str
    matter: str
    due_on: date
    met_on: date | None
    slug: str


def due_in_period(span: Span) -> Iterable[Any]:
    """Public obligations whose last day lies in the period and is over. What was met after `as_of` was not met yet."""
    rows = Obligation.objects.public().to_the_public().decided(span.as_of, span.since)
    return listed(rows.filter(due_on__lte=span.until))


def listed(rows: Any) -> Iterator[Row]:
    """In the order of the archive."""
    readable = Q(met_by__audience=Audience.PUBLIC, met_by__state__in=READABLE_STATES)
    slug = models.Case(When(readable, then="met_by__slug"), default=Value(""), output_field=CharField())
    columns = ("pk", "agency_id", "entry_id", "entry__code", "entry__level1", "due_on", "met_on", "slug")
    found = rows.annotate(slug=slug).order_by("due_on", "pk").values_list(*columns)
    return (Row(*values) for values in found.iterator(chunk_size=10_000))


def case_of(row: Row, span: Span, *, by: date | None = None) -> AgencyCase:
    """`by`: the day until which it counts as earned; None: whenever it was met."""
    met_on = row.met_on if row.met_on and row.met_on <= span.as_of else None
    return (
        row.agency_id,
        Case(
            f"obligation-{row.pk}",
            f"{row.code} {row.matter}",
            iso(row.due_on),
            iso(met_on),
            earned=int(met_on is not None and (by is None or met_on <= by)),
            address=reverse("item", args=[row.slug]) if row.slug else reverse("catalogue_entry", args=[row.entry_id]),
        ),
    )
