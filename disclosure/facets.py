"""Counts beside the filters of a listing, in one statement on both databases.

Counting is only worth its time up to FACET_LIMIT hits: above, the options stand without numbers.
A facet in which something is chosen is counted without its own choice, so that its other options
say what adding them would give.
"""

from collections import Counter
from collections.abc import Mapping
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
OPTIONS_SHOWN = 12  # of agencies and topics; years and closed vocabularies are listed whole
LONG = ("agency", "topic")

# Name of a parameter and the column it counts, in the order shown.
COLUMNS = {
    "validity": "shown_validity",
    "year": "year",
    "category": "category",
    "type": "item_type",
    "agency": "agency_id",
    "topic": "topic",
    "level": "level",
    "aspect": "aspect",
}
SHOWN = tuple(name for name in COLUMNS if name != "aspect")


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
    # A column may be empty in some rows; the fullest of the facets read together tells how many there were.
    together = max((counts[name].total() for name in SHOWN if name not in filterset.values), default=0)
    agencies = _agencies(counts["agency"], max(together, counts["agency"].total()))
    built = []
    for name in SHOWN:
        read = counts[name].total() if name in filterset.values else together
        if name == "year" and read > FACET_LIMIT:
            counts[name].update(dict.fromkeys(_years(filterset), 0))
        built.append(_facet(filterset, name, counts[name], agencies, is_counted=read <= FACET_LIMIT))
    return [facet for facet in built if len(facet.options) > 1 or any(o.is_selected for o in facet.options)]


def _count(filterset: ItemFilterSet) -> dict[str, Counter[str]]:
    """Hits by value of every facet, at most one more than are shown with a number."""
    chosen = [name for name in SHOWN if name in filterset.values]
    scans = {"hits": (filterset.narrowed(filterset.found), [name for name in SHOWN if name not in chosen])}
    for name in chosen:
        scans[f"hits_{name}"] = (filterset.narrowed(filterset.found, without=name), [name])
    counts = grouped_counts(scans, limit=FACET_LIMIT + 1)
    topics: Counter[str] = Counter()
    for topic, count in counts["topic"].items():
        topics[topic.partition("/")[0]] += count
    return counts | {"topic": topics}


def grouped_counts(
    scans: Mapping[str, tuple[ItemQuerySet, list[str]]], *, limit: int | None = None
) -> dict[str, Counter[str]]:
    """Items by value of several columns (names of COLUMNS), in one statement: each scan is read once.

    Values are text; empty ones are left out. `limit` bounds the rows that a scan reads.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for _items, names in scans.values() for name in names}
    tables: list[str] = []
    selects: list[str] = []
    parameters: list[Any] = []
    for table, (items, names) in scans.items():
        rows = items.order_by().annotate(shown_validity=effective_validity(today()))
        try:
            sql, values = rows.values_list(*(COLUMNS[name] for name in names))[:limit].query.sql_with_params()
        except EmptyResultSet:
            continue
        tables.append(f"{table} ({', '.join(names)}) AS MATERIALIZED ({sql})")
        parameters += values
        selects += [
            f"SELECT '{name}', CAST({name} AS varchar(120)), COUNT(*) FROM {table} GROUP BY 2"  # noqa: S608  (ours)
            for name in names
        ]
    if selects:
        with connections[next(iter(scans.values()))[0].db].cursor() as cursor:
            cursor.execute(f"WITH {', '.join(tables)} {' UNION ALL '.join(selects)}", parameters)
            for name, value, count in cursor.fetchall():
                if value:
                    counts[name][value] += count
    return counts


def _agencies(counts: Counter[str], read: int) -> dict[str, Agency]:
    """Agencies by id as text: those with hits, or the whole register when there are too many to count."""
    listed = Agency.objects.all() if read > FACET_LIMIT else Agency.objects.filter(pk__in=counts)
    return {str(agency.pk): agency for agency in listed.only("id", "code", "name", "short_name")}


def _years(filterset: ItemFilterSet) -> list[str]:
    """Every year since the oldest item: a count that stopped at its limit has not seen the old ones."""
    oldest = filterset.queryset.order_by("published_on", "id").values_list("year", flat=True).first()
    return [str(year) for year in range(oldest or today().year, today().year + 1)]


def _facet(
    filterset: ItemFilterSet, name: str, counts: Counter[str], agencies: dict[str, Agency], *, is_counted: bool
) -> Facet:
    selected = set(map(str, filterset.values.get(name, [])))
    options = []
    for value in _values(name, counts, agencies, selected, is_counted):
        agency = agencies.get(value) if name == "agency" else None
        key = agency.code if agency else value
        label = agency.display_name if agency else filterset.label_of(name, value)
        options.append(Option(key, label, counts[value] if is_counted else None, key in selected))
    shown = [option for i, option in enumerate(options) if name not in LONG or i < OPTIONS_SHOWN or option.is_selected]
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
