"""解读同步: of the texts of the period that need an interpretation, those that had one on the very day."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import DateField, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from disclosure.enums import RelationKind
from disclosure.models import Item, Relation
from disclosure.queries import readable
from disclosure.queries.relations import stated_on
from disclosure.types import ITEM_TYPES
from evaluation.indicators.addresses import addresses
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span, iso, judged
from evaluation.scoring import ON_TIME, Case

_NEEDING = [kind.key for kind in ITEM_TYPES.values() if kind.needs_interpretation]


class Row(NamedTuple):
    """A text, and the day the public could first read its interpretation."""

    agency_id: int
    slug: str
    index_number: str
    published_on: date
    explained_on: date | None


def rows(span: Span) -> Iterator[Row]:
    explaining = Relation.objects.in_effect().filter(
        readable("source__"), target=OuterRef("pk"), kind=RelationKind.INTERPRETS
    )
    first = explaining.annotate(stated_on=stated_on()).order_by("stated_on").values("stated_on")[:1]
    published = Item.objects.filter(readable(), item_type__in=_NEEDING, published_on__range=(span.since, span.until))
    found = published.filter(published_on__lte=span.as_of).annotate(
        explained_on=Subquery(first, output_field=DateField())
    )
    listed = found.order_by("published_on", "pk").values_list(*Row._fields)
    return (Row(*values) for values in listed.iterator(chunk_size=10_000))


def cases(rows: Iterable[Row], span: Span) -> Iterator[AgencyCase]:
    address = addresses("item")
    for row in rows:
        explained_on = iso(span.known(row.explained_on))
        case = Case(row.slug, row.index_number, iso(row.published_on), explained_on, address=address(row.slug))
        yield row.agency_id, judged(case, ON_TIME)


INDICATOR = AutomaticIndicator(
    "interpretations_together",
    _("解读同步"),
    _("统计期内公开的、应当解读的文件，解读在文件公开当天或者以前已经公开的占多少。"),
    _("国办发〔2019〕54号"),
    ON_TIME,
    rows,
    cases,
    case_word=_("件"),
)
