"""规范率: of the items published in the period, those that lack no required element (domain §5).

The key of a case is the slug of its item, as in the population that samples are drawn from.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Case as Choice
from django.db.models import CharField, Value, When
from django.utils.translation import gettext_lazy as _

from disclosure.models import Edition, Item
from disclosure.queries import readable
from disclosure.rules import TARGETS_BASIS
from disclosure.types import ITEM_TYPES, missing_elements
from evaluation.indicators.addresses import addresses
from evaluation.indicators.terms import AgencyCase, AutomaticIndicator, Span, iso, judged, official
from evaluation.scoring import NO_FAULT, Case

# Never empty, or read as a yes or no below: a text may be long.
_APART = frozenset({"agency", "body"})
_METADATA = tuple(sorted({name for kind in ITEM_TYPES.values() for name in kind.required} - _APART))


class Row(NamedTuple):
    """An item with the metadata of its current edition. `body`: whether it has one, as a mark or nothing."""

    agency_id: int
    slug: str
    index_number: str
    item_type: str
    published_on: date
    body: str
    extra: Mapping[str, Any]
    metadata: Mapping[str, Any]


def rows(span: Span) -> Iterator[Row]:
    published = Item.objects.filter(readable(), published_on__range=(span.since, span.until))
    has_body = Choice(When(current_edition__body="", then=Value("")), default=Value("*"), output_field=CharField())
    columns = ("agency_id", "slug", "index_number", "item_type", "published_on", "has_body", "current_edition__extra")
    found: Any = published.filter(published_on__lte=span.as_of).annotate(has_body=has_body)
    listed = found.order_by("published_on", "pk").values_list(*columns, *(f"current_edition__{n}" for n in _METADATA))
    for agency_id, slug, number, kind, published_on, body, extra, *metadata in listed.iterator(chunk_size=10_000):
        yield Row(agency_id, slug, number, kind, published_on, body, extra, dict(zip(_METADATA, metadata, strict=True)))


def cases(rows: Iterable[Row], span: Span) -> Iterator[AgencyCase]:
    address, labels = addresses("item"), _labels()
    for row in rows:
        values = {**row.metadata, "agency": row.agency_id, "body": row.body}
        missing = missing_elements(row.item_type, values, row.extra)
        words = "、".join(labels.get((row.item_type, key)) or labels.get(("", key), key) for key in missing)
        fault = f"缺：{words}" if words else ""
        case = Case(row.slug, row.index_number, done_on=iso(row.published_on), fault=fault, address=address(row.slug))
        yield row.agency_id, judged(case, NO_FAULT)


def _labels() -> dict[tuple[str, str], str]:
    """What an element is called, by type and key as missing_elements gives it; of no type: of every one."""
    columns = {field.name: field for field in Edition._meta.fields}
    names = {("", name): official(columns[name].verbose_name) for name in (*_METADATA, "body")}
    extra = {(kind.key, f"extra.{one.key}"): official(one.label) for kind in ITEM_TYPES.values() for one in kind.extra}
    return names | extra


INDICATOR = AutomaticIndicator(
    "standardisation",
    _("规范率"),
    _("统计期内公开的信息，该类信息必备的要素齐全的占多少。每件缺哪些要素逐项列出。"),
    _(TARGETS_BASIS),
    NO_FAULT,
    rows,
    cases,
    case_word=_("件"),
)
