"""Listings of items: 法定主动公开 by any condition, the search, and the statutory tree."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure.enums import Aspect, Category
from disclosure.facets import facets, grouped_counts
from disclosure.filters import SORTS, ItemFilterSet
from disclosure.models import Item
from disclosure.search import count_hits, snippets, suggest, synonyms_used
from disclosure.search.pages import pages_named_in
from disclosure.types import ITEM_TYPES
from disclosure.views.paging import BoundedPaginator, read_page
from govportal.models import Agency
from govportal.now import today

CONDITIONS_TRIED = 3  # of an empty result, each by one statement
SYNONYMS_SHOWN = 3


def item_list(request: HttpRequest) -> HttpResponse:
    """Every item this reader may read, newest first, by any condition."""
    return _listing(request, url_name="items")


def search_results(request: HttpRequest) -> HttpResponse:
    """The same listing for a query, with the words found marked."""
    return _listing(request, url_name="search")


def _listing(request: HttpRequest, *, url_name: str) -> HttpResponse:
    visible = Item.objects.visible_to(request.user).select_related("agency").defer("closing_explanation")
    filterset = ItemFilterSet(data=request.GET, queryset=visible, request=request)
    paginator = BoundedPaginator(filterset.qs.with_effective_validity(today()))
    page, page_problems = read_page(request, paginator)
    items = list(page.object_list)
    marked = snippets(filterset.asked, items) if filterset.query and items else {}
    context = {
        "filterset": filterset,
        "page": page,
        "count": paginator.shown_count,
        "rows": [(item, marked.get(item.pk)) for item in items],
        "problems": filterset.problems + page_problems,
        "tags": filterset.tags(),
        "facets": facets(filterset) if items else [],
        "sorts": _sorts(filterset),
        "hidden": [(name, filterset.values[name]) for name in ("q", "sort") if name in filterset.values],
        "links": _links(filterset),
        "synonyms": synonyms_used(filterset.query)[:SYNONYMS_SHOWN] if filterset.query else [],
        "named_pages": pages_named_in(filterset.query),
        "ways_out": [] if items else _ways_out(filterset),
        "url": reverse(url_name),
        "url_name": url_name,
        "hide_search": True,  # the page has its own, with the query in it
    }
    return render(request, "disclosure/item_list.html", context)


def _sorts(filterset: ItemFilterSet) -> list[tuple[Any, str, bool]]:
    """(label, query string, is current) of the orders that make sense."""
    return [
        (label, filterset.query_string({"sort": key}), key == filterset.sort_key)
        for key, label in SORTS
        if key != "relevance" or filterset.query
    ]


def _links(filterset: ItemFilterSet) -> list[tuple[str, str]]:
    query = filterset.query_string()
    names = ((_("下载 CSV"), "items_csv"), (_("下载 PDF"), "items_pdf"), (_("订阅"), "feed_items"))
    return [(label, f"{reverse(name)}?{query}" if query else reverse(name)) for label, name in names]


def _ways_out(filterset: ItemFilterSet) -> list[tuple[str, str, str]]:
    """(what to change, query string, hits) for an empty result: one condition less, else other words."""
    found = []
    conditions = [name for name in filterset.values if name not in {"q", "sort"}]
    for name in conditions[:CONDITIONS_TRIED]:
        total, is_capped = count_hits(filterset.narrowed(filterset.found, without=name))
        if total:
            label, query = filterset.filters[name].label, filterset.query_string({name: None})
            found.append((_("去掉条件“%(tag)s”") % {"tag": label}, query, _shown(total, is_capped)))
    if filterset.query and not found:
        for near in suggest(filterset.query, filterset.narrowed(filterset.queryset)):
            query = filterset.query_string({"q": near.query})
            found.append((_("改查“%(query)s”") % {"query": near.query}, query, _shown(near.count, near.is_capped)))
    return found


def _shown(total: int, is_capped: bool) -> str:
    return f"{total}+" if is_capped else str(total)


def item_tree(request: HttpRequest) -> HttpResponse:
    """法定主动公开 by topic, agency, type and category, each with its count (条例第二十条)."""
    visible = Item.objects.visible_to(request.user)
    counts = grouped_counts({"hits": (visible, ["topic", "agency", "type", "category", "aspect"])})
    topics: dict[str, list[tuple[str, int]]] = {}
    for topic, count in sorted(counts["topic"].items()):
        topics.setdefault(topic.partition("/")[0], []).append((topic, count))
    agencies = Agency.objects.filter(pk__in=counts["agency"]).order_by("position", "name")
    context = {
        "topics": [(name, sum(count for _topic, count in below), below) for name, below in topics.items()],
        "agencies": [(agency, counts["agency"][str(agency.pk)]) for agency in agencies],
        "types": _labelled(counts["type"], ((key, kind.label) for key, kind in ITEM_TYPES.items())),
        "categories": _labelled(counts["category"], Category.choices),
        "aspects": _labelled(counts["aspect"], Aspect.choices),
    }
    return render(request, "disclosure/item_tree.html", context)


def _labelled(counts: Mapping[str, int], choices: Iterable[tuple[str, Any]]) -> list[tuple[str, Any, int]]:
    return [(key, label, counts[key]) for key, label in choices if counts.get(key)]
