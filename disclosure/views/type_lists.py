"""What the collections by type have in common: filters, pages, the CSV of the same rows; and normative documents."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from disclosure import print_tables
from disclosure.enums import RelationKind, Validity
from disclosure.list_filters import CLEANUPS, VALIDITIES, NormativeFilterSet, TypedFilterSet
from disclosure.models import Item, Relation
from disclosure.queries import effective_validity
from disclosure.views.paging import BoundedPaginator, read_page
from govportal.models import Agency
from govportal.now import today

NOTICES_SHOWN = 5


def list_context(request: HttpRequest, filterset: TypedFilterSet, key: str) -> dict[str, Any]:
    """The page asked for with its filters, and the address of the data table `key` with the same ones."""
    page, page_problems = read_page(request, BoundedPaginator(filterset.qs))
    listed = type(filterset).items(request.user).order_by().values("agency")
    query, csv = filterset.query_string(), reverse("data_csv", args=[key])
    return {
        "filterset": filterset,
        "page": page,
        "problems": filterset.problems + page_problems,
        "tags": filterset.tags(),
        "agencies": list(Agency.objects.filter(pk__in=listed).order_by("position", "name")),
        "chosen": {name: (value[0] if isinstance(value, list) else value) for name, value in filterset.values.items()},
        "csv": f"{csv}?{query}" if query else csv,
        "pdf": print_tables.address_of(key, query) if key in print_tables.PAPER_TABLES else "",
    }


def normative(request: HttpRequest) -> HttpResponse:
    """行政规范性文件 in one collection: validity, clean-up result, registration, interpretation."""
    items = NormativeFilterSet.items(request.user)
    filterset = NormativeFilterSet(data=request.GET, queryset=items, request=request)
    context = list_context(request, filterset, "normative")
    shown = list(context["page"].object_list)
    interpretations = _interpretations(shown, request.user)
    by_validity = items.order_by().values_list(effective_validity(today()))
    counted = dict(by_validity.annotate(n=Count("pk")))
    context |= {
        "rows": [_normative_row(item, interpretations.get(item.pk, [])) for item in shown],
        "counts": [(value, Validity(value).label, counted[value]) for value in Validity.values if counted.get(value)],
        "validities": VALIDITIES,
        "cleanups": CLEANUPS,
        "notices": _cleanup_notices(request.user),
    }
    return render(request, "disclosure/normative_list.html", context)


def _normative_row(item: Item, interpretations: list[Item]) -> dict[str, Any]:
    edition = item.current_edition
    assert edition is not None  # a constraint: what is public has an edition
    return {
        "item": item,
        "breaks": edition.title_breaks,
        "effective_on": edition.effective_on,
        "registration": edition.extra.get("registration_number"),
        "cleanup": dict(CLEANUPS).get(edition.extra.get("cleanup_result", "")),
        "cleanup_on": edition.extra.get("cleanup_on"),
        "interpretations": interpretations,
    }


def _interpretations(items: Iterable[Item], reader: Any) -> dict[int, list[Item]]:
    """What interprets each document, by its id."""
    relations = Relation.objects.in_effect().filter(
        kind=RelationKind.INTERPRETS, target__in=list(items), source__in=Item.objects.visible_to(reader)
    )
    found: dict[int, list[Item]] = {}
    for relation in relations.select_related("source").order_by("-source__published_on", "-source__pk"):
        found.setdefault(relation.target_id, []).append(relation.source)
    return found


def _cleanup_notices(reader: Any) -> list[Item]:
    """清理结果: what was published under the entries of the catalogue that name the clean-up of documents."""
    items = Item.objects.visible_to(reader).filter(catalogue_entry__level2__contains="清理")
    return list(items.dated_list(today())[:NOTICES_SHOWN])
