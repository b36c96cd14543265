"""The standard catalogue: the table by any condition, its downloads, and one entry with what fulfils it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, F, Prefetch, Q, When, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure import catalogue_export
from disclosure.catalogue_filters import STATUSES, CatalogueEntryFilterSet
from disclosure.enums import Category, Level, Mode, ObligationKind, TargetGroup, TimingKind
from disclosure.models import CatalogueEntry, Item, Obligation
from disclosure.obligation_periods import add_months
from disclosure.obligation_states import Standing, condition, period_words
from disclosure.queries import CatalogueEntryQuerySet
from disclosure.rules import period_label
from disclosure.services import oblige
from disclosure.views.paging import BoundedPaginator, read_page
from govportal.models import Agency
from govportal.now import today
from govportal.spreadsheets import XLSX_TYPE, csv_response, xlsx_bytes

ITEMS_SHOWN = 20  # of one entry; the listing of items has the rest
OBLIGATIONS_OF_AGENCY = 4
OBLIGATIONS_SHOWN = 200  # of one entry; views/obligations.py has the rest
_AGENCIES = Prefetch(
    "agencies", queryset=Agency.objects.only("code", "name", "short_name", "phone").order_by("position", "name")
)


def _filterset(request: HttpRequest) -> CatalogueEntryFilterSet:
    visible = CatalogueEntry.objects.visible_to(request.user).prefetch_related(_AGENCIES)
    return CatalogueEntryFilterSet(data=request.GET, queryset=visible, request=request)


def catalogue(request: HttpRequest) -> HttpResponse:
    filterset = _filterset(request)
    paginator = BoundedPaginator(filterset.qs)
    page, page_problems = read_page(request, paginator)
    visible = CatalogueEntry.objects.visible_to(request.user)
    context = {
        "filterset": filterset,
        "overdue": _overdue_agencies(page.object_list),
        "page": page,
        "problems": filterset.problems + page_problems,
        "tags": filterset.tags(),
        "selects": _selects(filterset, visible),
        "downloads": [(label, _download(name, filterset)) for label, name in _DOWNLOADS],
        "query": filterset.values.get("q", ""),
    }
    return render(request, "disclosure/catalogue_list.html", context)


_DOWNLOADS = (("CSV", "catalogue_csv"), ("XLSX", "catalogue_xlsx"), ("PDF", "catalogue_pdf"))


def _download(name: str, filterset: CatalogueEntryFilterSet) -> str:
    query = filterset.query_string()
    return f"{reverse(name)}?{query}" if query else reverse(name)


def _selects(filterset: CatalogueEntryFilterSet, visible: CatalogueEntryQuerySet) -> list[dict[str, Any]]:
    """The drop-downs of the filter bar: name, label, options and the one chosen."""
    domains = visible.order_by("domain").values_list("domain", flat=True).distinct()
    agencies = Agency.objects.filter(is_active=True, catalogue_entries__in=visible.order_by().values("pk")).distinct()
    options: dict[str, list[tuple[Any, Any]]] = {
        "domain": [(domain, domain) for domain in domains],
        "category": list(Category.choices),
        "agency": [(agency.code, agency.display_name) for agency in agencies.order_by("position", "name")],
        "level": list(Level.choices),
        "target": [choice for choice in TargetGroup.choices if choice[0] != TargetGroup.INTERNAL],
        "status": list(STATUSES),
        "mode": [choice for choice in Mode.choices if choice[0] != Mode.NOT_PUBLIC],
    }
    return [
        {
            "name": name,
            "label": filterset.filters[name].label,
            "options": choices,
            "chosen": next(iter(filterset.values.get(name, [])), ""),
        }
        for name, choices in options.items()
    ]


def catalogue_csv(request: HttpRequest) -> HttpResponseBase:
    filterset = _filterset(request)
    return csv_response(filterset.named("catalogue"), catalogue_export.table(filterset.qs.iterator(chunk_size=500)))


def catalogue_xlsx(request: HttpRequest) -> HttpResponse:
    content = xlsx_bytes(catalogue_export.table(_filterset(request).qs), title=_("政务公开标准目录"))
    return HttpResponse(
        content, content_type=XLSX_TYPE, headers={"Content-Disposition": 'attachment; filename="catalogue.xlsx"'}
    )


def catalogue_entry(request: HttpRequest, pk: int) -> HttpResponse:
    entries = CatalogueEntry.objects.visible_to(request.user).prefetch_related(_AGENCIES)
    entry = get_object_or_404(entries, pk=pk)
    items = Item.objects.visible_to(request.user).filter(catalogue_entry=entry)
    shown = list(items.select_related("agency", "current_edition").newest_first()[: ITEMS_SHOWN + 1])
    context = {
        "entry": entry,
        "rule": entry.timing_rule,
        "agencies": list(entry.agencies.all()),
        "groups": _by_period(entry, shown[:ITEMS_SHOWN], _periods_met(entry, shown)),
        "has_more": len(shown) > ITEMS_SHOWN,
        **_obligations(entry),
    }
    return render(request, "disclosure/catalogue_entry.html", context)


def _overdue_agencies(entries: Iterable[CatalogueEntry]) -> dict[int, list[str]]:
    """By entry: who should have published and did not, in short names."""
    rows = Obligation.objects.unpublished(today()).filter(entry__in=[entry.pk for entry in entries])
    names: dict[int, dict[str, None]] = defaultdict(dict)
    for row in rows.select_related("agency").only("entry_id", "agency__name", "agency__short_name"):
        names[row.entry_id][row.agency.display_name] = None
    return {entry: list(of_it) for entry, of_it in names.items()}


def _obligations(entry: CatalogueEntry) -> dict[str, Any]:
    """公开情况: of every agency what is open or was late in twelve months, and its latest; why nobody owes anything."""
    owed = Q(met_on=None) | Q(met_on__gt=F("due_on"))
    is_overdue = Case(When(condition(Standing.OVERDUE, today()), then=0), default=1)
    rank = Window(RowNumber(), partition_by=F("agency"), order_by=[is_overdue, F("due_on").desc(), F("pk").desc()])
    rows = Obligation.objects.in_force().filter(entry=entry).with_words().annotate(rank=rank)
    shown = Q(rank__lte=OBLIGATIONS_OF_AGENCY) | (owed & Q(due_on__gte=add_months(today(), -12)))
    latest = rows.filter(shown).order_by("agency__position", "agency__name", "-due_on", "-id")
    found = list(latest[:OBLIGATIONS_SHOWN])
    without = [] if found else oblige.without_obligation(today(), [entry])
    return {
        "obligations": found,
        "is_recurring": entry.timing_kind == TimingKind.RECURRING,
        "why_none": without[0].reason if without else "",
    }


def _periods_met(entry: CatalogueEntry, items: list[Item]) -> dict[int, str]:
    """By item: the period it answers for, as the table of obligations names it; the latest where it met several."""
    if entry.timing_kind != TimingKind.RECURRING:
        return {}
    rows = Obligation.objects.in_force().filter(entry=entry, met_by__in=items, kind=ObligationKind.RECURRING)
    return {row.met_by_id: period_words(row) for row in rows.order_by("period_start") if row.met_by_id}


def _by_period(
    entry: CatalogueEntry, items: list[Item], periods: Mapping[int, str]
) -> list[tuple[str, list[tuple[Item, Any]]]]:
    """Items with the stage each is of, under the period each answers for.

    What is published stage by stage, or answers for no period, stands under the one in which it became public.
    """
    is_grouped = entry.timing_kind in {TimingKind.BY_STAGE, TimingKind.RECURRING}
    groups: dict[str, list[tuple[Item, Any]]] = {}
    for item in items:
        label = period_label(item.published_on, entry.recurrence) if is_grouped and item.published_on else ""
        if label and entry.timing_kind == TimingKind.RECURRING:
            label = periods.get(item.pk) or _("%s公开的信息") % label
        groups.setdefault(label, []).append((item, _stage(item)))
    return list(groups.items())


def _stage(item: Item) -> Any:
    """逐段公开: the label of the stage a text is of, where its type names one."""
    extra = item.current_edition.extra if item.current_edition else {}
    for key in ("project_aspect", "stage"):
        if (field := item.type.extra_field(key)) and extra.get(key):
            return field.shown(extra[key])
    return ""
