"""Counts beside the filters of a listing, in one statement on both databases.

Counting is only worth its time up to FACET_LIMIT hits: above, the options stand without numbers.
A facet in which something is chosen is counted without its own choice, so that its other options
say what adding them would give.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.utils.functional import Promise

from disclosure.filters import LABELS, ItemFilterSet
from disclosure.queries import ItemQuerySet, effective_validity
from govportal.models import Agency
from govportal.now import today

FACET_LIMIT = 10_000
OPTIONS_SHOWN = 12

# Parameter and the column it counts, in the order shown.
COLUMNS = {
    "validity": "shown_validity",
    "year": "year",
    "category": "category",
    "type": "item_type",
    "agency": "agency_id",
    "topic": "topic",
    "level": "level",
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    count: int | None
    is_selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """`is_counted` is False above FACET_LIMIT hits."""

    name: str
    label: Promise | str
    options: list[Option]
    is_counted: bool


def facets(filterset: ItemFilterSet) -> list[Facet]:
    """The facets of a listing that offer a choice."""
    counts = _count(filterset)
    agencies = _agencies(counts["agency"])
    built = [_facet(filterset, name, counts[name], agencies) for name in COLUMNS]
    return [facet for facet in built if len(facet.options) > 1 or any(o.is_selected for o in facet.options)]


def _count(filterset: ItemFilterSet) -> dict[str, Counter[str]]:
    """Hits by value of every facet, from one statement."""
    chosen = [name for name in COLUMNS if name in filterset.values]
    scans = {"hits": (list(COLUMNS), filterset.narrowed(filterset.found))}
    for name in chosen:
        scans[f"hits_{name}"] = ([name], filterset.narrowed(filterset.found, without=name))
    tables, selects, parameters = [], [], []
    for table, (names, items) in scans.items():
        try:
            sql, values = _columns(items, names).query.sql_with_params()
        except EmptyResultSet:
            continue
        tables.append(f"{table} ({', '.join(names)}) AS MATERIALIZED ({sql})")
        parameters += values
        counted = names if table != "hits" else [name for name in names if name not in chosen]
        selects += [
            f"SELECT '{name}', CAST({name} AS varchar(120)), COUNT(*) FROM {table} GROUP BY 2" for name in counted
        ]
    counts: dict[str, Counter[str]] = {name: Counter() for name in COLUMNS}
    if not selects:
        return counts
    with connections[filterset.queryset.db].cursor() as cursor:
        cursor.execute(f"WITH {', '.join(tables)} {' UNION ALL '.join(selects)}", parameters)
        for name, value, count in cursor.fetchall():
            if value:
                counts[name][value.partition("/")[0] if name == "topic" else value] += count
    return counts


def _columns(items: ItemQuerySet, names: list[str]) -> Any:
    """The facet columns of at most one hit more than are counted."""
    rows = items.order_by().annotate(shown_validity=effective_validity(today()))
    return rows.values_list(*(COLUMNS[name] for name in names))[: FACET_LIMIT + 1]


def _agencies(counts: Counter[str]) -> dict[str, Agency]:
    """Agencies by id as text: those with hits, or the whole register when there are too many to count."""
    listed = Agency.objects.all() if counts.total() > FACET_LIMIT else Agency.objects.filter(pk__in=counts)
    return {str(agency.pk): agency for agency in listed.only("id", "code", "name", "short_name")}


def _facet(filterset: ItemFilterSet, name: str, counts: Counter[str], agencies: dict[str, Agency]) -> Facet:
    is_counted = counts.total() <= FACET_LIMIT
    selected = set(map(str, filterset.values.get(name, [])))
    options = []
    for value in _values(name, counts, agencies, selected, is_counted):
        key = agencies[value].code if name == "agency" and value in agencies else value
        label = agencies[value].display_name if value in agencies and name == "agency" else None
        options.append(
            Option(
                value=key,
                label=label or filterset.label_of(name, value),
                count=counts[value] if is_counted else None,
                is_selected=key in selected,
            )
        )
    shown = [option for i, option in enumerate(options) if i < OPTIONS_SHOWN or option.is_selected]
    return Facet(name, filterset.filters[name].label, shown, is_counted)


def _values(
    name: str, counts: Counter[str], agencies: dict[str, Agency], selected: set[str], is_counted: bool
) -> list[str]:
    """The values offered: closed vocabularies in their own order, years newest first, the rest by count."""
    if name == "agency":
        found = list(agencies) if not is_counted else [value for value, _n in counts.most_common()]
        known = {agency.code for agency in agencies.values()}
        return found + sorted(code for code in selected if code not in known)
    present = set(counts) | selected
    if name == "year":
        return sorted(present, reverse=True)
    if name in LABELS:
        return [value for value in LABELS[name] if value in present or not is_counted]
    return [value for value, _n in counts.most_common()] + sorted(selected - set(counts))
