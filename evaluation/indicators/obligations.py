"""What obligations have in common as cases: which fell due, what they are called, where they are shown."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from disclosure.enums import StatementKind
from disclosure.models import Obligation
from disclosure.queries import ObligationQuerySet
from evaluation.indicators.addresses import addresses
from evaluation.indicators.items import where_readable
from evaluation.indicators.terms import AgencyCase, Span, iso, judged
from evaluation.scoring import Case

# How a duty was done without anything published. In the title of a case: a record, Chinese on every page.
_SIGNED: Mapping[str, str] = {
    StatementKind.NIL: "（声明本期无此类信息）",
    StatementKind.UNCHANGED: "（声明已复核，无需更新）",
}


class Row(NamedTuple):
    """An obligation; `slug` of the item that met it where everybody can read that, else empty; `statement` that met it
    instead of an item."""

    pk: int
    agency_id: int
    code: str
    matter: str
    due_on: date
    met_on: date | None
    slug: str
    statement: str | None


def fell_due(span: Span) -> ObligationQuerySet:
    """Obligations that everybody may see, whose last day lies in the period and is over, or that were met already."""
    return Obligation.objects.public().decided(span.as_of, span.since).filter(due_on__lte=span.until)


def due_in_period(span: Span) -> Iterator[Row]:
    """What was owed to the public."""
    return listed(fell_due(span).to_the_public())


def listed(rows: ObligationQuerySet, *, done_on: str = "met_on") -> Iterator[Row]:
    """In the order of the archive. `done_on`: the column that says when it was done."""
    columns = ("pk", "agency_id", "entry__code", "entry__level1", "due_on", done_on, "slug", "statement__kind")
    found: Any = rows.annotate(slug=where_readable("met_by__", "slug")).order_by("due_on", "pk")
    return (Row(*values) for values in found.values_list(*columns).iterator(chunk_size=10_000))


def cases_of(rows: Iterable[Row], span: Span, judged_by: str) -> Iterator[AgencyCase]:
    item, obligation = addresses("item"), addresses("obligation")
    for row in rows:
        met_on = span.known(row.met_on)
        if span.is_settled(row.due_on, met_on):
            case = Case(
                f"obligation-{row.pk}",
                f"{row.code} {row.matter}{_SIGNED.get(row.statement or '', '') if met_on else ''}",
                iso(row.due_on),
                iso(met_on),
                address=item(row.slug) if row.slug else obligation(row.pk),
            )
            yield row.agency_id, judged(case, judged_by)
