"""对内公开: internal items, receipts and the internal log, for signed-in staff of the agency alone (domain §4.8).

Nothing here is kept by any cache, listed in a sitemap or handed to a program; strangers are sent to the sign-in
page, whatever they ask for.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Sum
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure.enums import Audience, Category, LogKind, ReceiptKind, internal_chain
from disclosure.filters import ItemFilterSet
from disclosure.log_filters import LogFilterSet
from disclosure.models import Item, LogEntry, Receipt
from disclosure.register_filters import ReceiptFilterSet
from disclosure.views.paging import BoundedPaginator, read_page
from govportal import access, files
from govportal.models import Agency
from govportal.now import today
from govportal.permissions import Permission
from govportal.spreadsheets import csv_response


def for_staff[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase], /
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for signed-in staff of some agency; others sign in first, or are told that this is not theirs."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response: HttpResponseBase
        if not request.user.is_authenticated:
            response = redirect_to_login(request.get_full_path(), reverse("admin:login"))
        elif not staffed_by(request):
            raise PermissionDenied(_("对内公开只供本单位人员查阅。"))
        else:
            response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


def staffed_by(request: HttpRequest) -> list[Agency]:
    """The agencies whose internal matters this person may read, each once."""
    held = {agency.pk: agency for agency in access.agencies_with(request.user, Permission.VIEW_INTERNAL)}
    return sorted(held.values(), key=lambda agency: (agency.position, agency.name))


@for_staff
def internal_items(request: HttpRequest) -> HttpResponse:
    """Internal items of the reader's agencies, newest first, by category."""
    items = Item.objects.visible_to(request.user).filter(audience=Audience.INTERNAL)
    filterset = ItemFilterSet(data=request.GET, queryset=items, request=request)
    page, problems = read_page(request, BoundedPaginator(filterset.qs.dated_list(today())))
    counts = dict(
        filterset.narrowed(items, without="category").order_by().values_list("category").annotate(n=Count("pk"))
    )
    context = {
        "filterset": filterset,
        "page": page,
        "problems": filterset.problems + problems,
        "categories": [(c.value, c.label, counts[c]) for c in Category if counts.get(c)],
        "chosen": filterset.values.get("category", []),
        "total": sum(counts.values()),
        "agencies": staffed_by(request),
    }
    return render(request, "disclosure/internal_items.html", context)


@for_staff
def receipts(request: HttpRequest) -> HttpResponse:
    """阳光票据 of the reader's agencies, with totals by kind and month."""
    filterset = _receipt_filter(request)
    page, problems = read_page(request, BoundedPaginator(filterset.qs, per_page=50))
    query = filterset.query_string()
    context = {
        "filterset": filterset,
        "page": page,
        "problems": filterset.problems + problems,
        "tags": filterset.tags(),
        "kinds": ReceiptKind.choices,
        "totals": totals(filterset.qs),
        "agencies": staffed_by(request),
        "csv": reverse("receipts_csv") + (f"?{query}" if query else ""),
    }
    return render(request, "disclosure/receipts.html", context)


def _receipt_filter(request: HttpRequest) -> ReceiptFilterSet:
    rows = Receipt.objects.visible_to(request.user).select_related("agency", "attachment")
    return ReceiptFilterSet(data=request.GET, queryset=rows, request=request)


def totals(rows: Any) -> dict[str, Any]:
    """Yuan by month and kind, newest month first: a line for each month, and one for all of them."""
    found = rows.order_by().annotate(month=TruncMonth("spent_on")).values_list("month", "kind")
    months: dict[date, dict[str, Decimal]] = {}
    everything: dict[str, Decimal] = {}
    for month, kind, amount in found.annotate(amount=Sum("amount")):
        months.setdefault(month, {})[kind] = amount
        everything[kind] = everything.get(kind, Decimal(0)) + amount
    return {
        "lines": [(month, _line(months[month]), sum(months[month].values())) for month in sorted(months, reverse=True)],
        "all": _line(everything),
        "sum": sum(everything.values()),
    }


def _line(amounts: dict[str, Decimal]) -> list[tuple[Any, Decimal | None]]:
    return [(kind.label, amounts.get(kind)) for kind in ReceiptKind]


@for_staff
def receipts_csv(request: HttpRequest) -> HttpResponseBase:
    filterset = _receipt_filter(request)
    header = ("单位", "种类", "发生日期", "金额（元）", "事由", "收款单位", "人数", "经手人", "票据扫描件", "复核")

    def rows() -> Iterator[tuple[Any, ...]]:
        yield header
        for row in filterset.qs.iterator(chunk_size=500):
            yield (
                row.agency.name, row.get_kind_display(), row.spent_on, row.amount, row.purpose, row.payee, row.people,
                row.handled_by_name, _("有") if row.attachment_id else "",
                _("已复核") if row.checked_at else _("待复核"),
            )  # fmt: skip

    return csv_response("receipts", rows())


@for_staff
def receipt_file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """The scan of a receipt of the reader's agency. `name` only makes the address readable."""
    row = Receipt.objects.visible_to(request.user).select_related("attachment").filter(pk=pk).first()
    if row is None or row.attachment is None:
        raise Http404(_("没有这个文件。"))
    return files.serve(row.attachment, request)


@for_staff
def internal_log(request: HttpRequest) -> HttpResponse:
    """The chain of one agency's internal items, newest first: its own numbers, its own hashes."""
    agencies = staffed_by(request)
    code = request.GET.get("agency", agencies[0].code)
    agency = next((one for one in agencies if one.code == code), None)
    if agency is None:
        raise Http404(_("您不是这个单位的人员。"))
    entries = LogEntry.objects.visible_to(request.user).filter(chain=internal_chain(agency.pk))
    asked = request.GET.copy()
    asked.pop("agency", None)  # a body keeps its chain when its code changes
    filterset = LogFilterSet(data=asked, queryset=entries, request=request)
    paginator = BoundedPaginator(filterset.qs.with_title().annotate(slug=F("item__slug")))
    page, problems = read_page(request, paginator)
    context = {
        "filterset": filterset,
        "page": page,
        "count": paginator.shown_count,
        "problems": filterset.problems + problems,
        "kinds": LogKind.choices,
        "agencies": agencies,
        "agency": agency,
        "head": entries.order_by("-sequence").first(),
    }
    return render(request, "disclosure/internal_log.html", context)
