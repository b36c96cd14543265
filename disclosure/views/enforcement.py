"""行政执法公示: what is public before the act (事前公开) and every result with the days it took (事后公开)."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.enforcement import decision_of, figures
from disclosure.list_filters import EnforcementFilterSet
from disclosure.models import CatalogueEntry, Item
from disclosure.types import ENFORCEMENT_KINDS
from disclosure.views.type_lists import list_context
from govportal.calendar import load_calendar

# 事前公开 (国办发〔2018〕118号): words of the catalogue's entries under which each part is published.
BEFOREHAND = (
    (_("执法主体和人员"), ("执法主体", "执法人员")),
    (_("裁量基准"), ("裁量",)),
    (_("随机抽查事项清单"), ("随机抽查", "双随机", "抽查事项")),
    (_("救济渠道"), ("救济", "投诉举报")),
)
# The parts that are lists of their own: the type of their items and the page that lists them.
_LISTS = (
    (_("职责、权限、依据、程序和流程图"), "power", "powers"),
    (_("服务指南"), "service_guide", "services"),
)


def enforcement(request: HttpRequest) -> HttpResponse:
    items = EnforcementFilterSet.items(request.user)
    filterset = EnforcementFilterSet(data=request.GET, queryset=items, request=request)
    calendar = load_calendar()
    context = list_context(request, filterset, "enforcement")
    years = items.order_by("-year").values_list("year", flat=True).distinct()
    context |= {
        "decisions": [decision_of(item, calendar) for item in context["page"].object_list],
        "figures": figures(filterset.qs, calendar),
        "kinds": ENFORCEMENT_KINDS,
        "years": [year for year in years if year],
        "beforehand": _beforehand(request.user),
    }
    return render(request, "disclosure/enforcement.html", context)


def _beforehand(reader: Any) -> list[dict[str, Any]]:
    """Each part of 事前公开: what it is called, where it is listed and how much is published of it."""
    readable = Item.objects.visible_to(reader)
    kinds = [kind for _label, kind, _url in _LISTS]
    counted = dict(readable.filter(item_type__in=kinds).order_by().values_list("item_type").annotate(n=Count("pk")))
    rows = [{"label": label, "url": reverse(url), "count": counted.get(kind, 0)} for label, kind, url in _LISTS]
    named = Q(pk__in=[])
    for _label, words in BEFOREHAND:
        for word in words:
            named |= Q(level2__contains=word)
    entries = CatalogueEntry.objects.visible_to(reader).filter(named).order_by("position", "id")
    found = list(entries.annotate(published=Count("items", filter=Q(items__in=readable.values("pk")), distinct=True)))
    for label, words in BEFOREHAND:
        under = [entry for entry in found if any(word in entry.level2 for word in words)]
        published = sum(entry.published for entry in under)  # type: ignore[attr-defined]
        rows.append({"label": label, "entries": under, "count": published})
    return rows
