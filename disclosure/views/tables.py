"""Lists by type (powers, services, leaders, gazettes) and the data tables with their CSV."""

from itertools import chain
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.db.models.fields.json import KeyTextTransform
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure import print_tables
from disclosure.data_tables import (
    DATA_TABLES,
    DataTable,
    Row,
    counts_by_type,
    extra_values,
    items_of_type,
    leaders,
)
from disclosure.filters import InvalidFilter
from disclosure.list_filters import TABLE_FILTERS, GazetteFilterSet
from disclosure.models import Item
from disclosure.queries import ItemQuerySet
from disclosure.types import POWER_KINDS
from disclosure.views.paging import BoundedPaginator, read_page
from govportal.models import Agency
from govportal.spreadsheets import csv_response

ROWS_PER_PAGE = 50
ROWS_SHOWN = 5  # of a data table


def powers(request: HttpRequest) -> HttpResponse:
    """权力清单 by kind and agency."""
    items = items_of_type(request.user, "power", is_complete=_is_complete(request))
    kind_of = KeyTextTransform("power_kind", "current_edition__extra")
    counts = dict(items.order_by().values_list(kind_of).annotate(n=Count("id")))
    kind = request.GET.get("kind", "")
    kinds = [(key, label, counts[key]) for key, label in POWER_KINDS if counts.get(key)]
    if kind in dict(POWER_KINDS):
        items = items.filter(current_edition__extra__power_kind=kind)
    return _by_type(
        request, items, "disclosure/power_list.html", {"kinds": kinds, "kind": kind, **_files(request, "power")}
    )


def services(request: HttpRequest) -> HttpResponse:
    """办事指南 by agency and topic."""
    items = items_of_type(request.user, "service_guide", is_complete=_is_complete(request))
    topics = sorted({topic.partition("/")[0] for topic in items.order_by().values_list("topic", flat=True).distinct()})
    topic = request.GET.get("topic", "")
    if topic in topics and topic:
        items = items.about([topic])
    extra = {"topics": filter(None, topics), "topic": topic, **_files(request, "service_guide")}
    return _by_type(request, items, "disclosure/service_list.html", extra)


def gazettes(request: HttpRequest) -> HttpResponse:
    """政府公报, newest issue first."""
    items = items_of_type(request.user, "gazette", is_complete=True).order_by("-published_on", "-id")
    filterset = GazetteFilterSet(data=request.GET, queryset=Item.objects.none())
    pdf = print_tables.address_of("gazette", filterset.query_string())
    return _by_type(request, items, "disclosure/gazette_list.html", {"pdf": pdf})


def _files(request: HttpRequest, key: str) -> dict[str, str]:
    """Addresses of the CSV and the PDF of the same rows."""
    query = TABLE_FILTERS[key](data=request.GET, queryset=Item.objects.none()).query_string()
    csv = reverse("data_csv", args=[key])
    return {"csv": f"{csv}?{query}" if query else csv, "pdf": print_tables.address_of(key, query)}


def _is_complete(request: HttpRequest) -> bool:
    """Whether void and expired texts are asked for too (`validity=all`)."""
    return request.GET.get("validity") == "all"


def _by_type(request: HttpRequest, items: ItemQuerySet, template: str, extra: dict[str, Any]) -> HttpResponse:
    """A list of one type, narrowed by agency, with the values of its own fields."""
    listed = items.order_by().values("agency")
    agencies = list(Agency.objects.filter(pk__in=listed).order_by("position", "name"))
    code = request.GET.get("agency", "")
    problems = []
    if code:
        chosen = next((agency for agency in agencies if agency.code == code), None)
        if chosen is None:
            problems.append(_("代码为“%(code)s”的单位在这里没有信息。") % {"code": code[:40]})
        items = items.filter(agency=chosen) if chosen else items.none()
    page, page_problems = read_page(request, BoundedPaginator(items, per_page=ROWS_PER_PAGE))
    context = extra | {
        "page": page,
        "rows": [(item, extra_values(item)) for item in page.object_list],
        "agencies": agencies,
        "agency": code,
        "is_complete": _is_complete(request),
        "problems": problems + page_problems,
    }
    return render(request, template, context)


def leader_list(request: HttpRequest) -> HttpResponse:
    """领导信息 by agency: the register, and the published item of each."""
    items = items_of_type(request.user, "leader", is_complete=False)
    published = {(item.agency_id, extra_values(item)["name"]): item for item in items}
    grouped: dict[Agency, list[tuple[str, str, str, Item | None]]] = {}
    for leader in leaders():
        item = published.pop((leader.agency_id, leader.name), None)
        grouped.setdefault(leader.agency, []).append((leader.name, leader.post, leader.division, item))
    for item in published.values():
        values = extra_values(item)
        grouped.setdefault(item.agency, []).append((values["name"], values["post"], values["division"], item))
    return render(request, "disclosure/leader_list.html", {"groups": list(grouped.items())})


def data_tables(request: HttpRequest) -> HttpResponse:
    """The data tables: how many rows the CSV beside each has, and the first of them or the page that lists them."""
    anybody = AnonymousUser()
    counted = counts_by_type(anybody)
    tables = [
        (
            table,
            counted[table.key] if table.rows_of else table.count(anybody),
            [] if table.page else [_cells(table, row) for row in table.first_rows(anybody, ROWS_SHOWN)],
        )
        for table in DATA_TABLES.values()
    ]
    return render(request, "disclosure/data_tables.html", {"tables": tables})


def _cells(table: DataTable, row: Row) -> dict[str, Any]:
    """A row by the labels of the columns shown, and its own page."""
    return {"url": row.get("url"), "cells": [(column.label, row.get(column.key, "")) for column in table.shown_columns]}


def data_csv(request: HttpRequest, key: str) -> HttpResponseBase:
    """One data table as CSV: public rows only, whoever asks; `validity=all` adds the void and expired ones.

    A table with a page takes the filters of that page; values that mean nothing are refused, not left out.
    """
    table = DATA_TABLES.get(key)
    if table is None:
        raise Http404(_("没有这张数据表。"))
    name = f"{key}-all" if _is_complete(request) else key
    if (filters := TABLE_FILTERS.get(key)) and table.rows_of:
        filterset = filters(data=request.GET, queryset=filters.items(AnonymousUser()), request=request)
        try:
            filterset.require_valid()
        except InvalidFilter as error:
            return HttpResponse("；".join(error.messages), status=400, content_type="text/plain; charset=utf-8")
        found, name = table.rows_of(filterset.qs), filterset.named(key)
    else:
        found = table.rows(AnonymousUser(), _is_complete(request))
    rows = ([row.get(column.key, "") for column in table.columns] for row in found)
    return csv_response(name, chain([[column.label for column in table.columns]], rows))
