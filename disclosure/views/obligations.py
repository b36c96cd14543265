"""Every obligation of a catalogue entry, and the address of each: what a score counts can be looked up for ever."""

from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from disclosure.coverage import EntryObligationFilterSet
from disclosure.models import CatalogueEntry, Obligation
from disclosure.queries import ObligationQuerySet
from disclosure.views.paging import PAGE_SIZE, BoundedPaginator, read_page
from govportal.models import Agency


def entry_obligations(request: HttpRequest, pk: int) -> HttpResponse:
    """Of one entry, the latest first. One that was switched off hides nothing of what it had obliged anybody to."""
    entry = CatalogueEntry.objects.visible_to(request.user).filter(pk=pk).first()
    if entry is None and Obligation.objects.of_public_entries().filter(entry=pk).exists():
        entry = CatalogueEntry.objects.get(pk=pk)
    if entry is None:
        raise Http404(_("没有这一公开事项。"))
    rows = Obligation.objects.in_force().filter(entry=entry)
    filterset = EntryObligationFilterSet(data=request.GET, queryset=_latest_first(rows.with_words()))
    page, problems = read_page(request, BoundedPaginator(filterset.qs))
    context = {
        "entry": entry,
        "filterset": filterset,
        "page": page,
        "problems": filterset.problems + problems,
        "tags": filterset.tags(),
        "agencies": Agency.objects.filter(pk__in=rows.values("agency")).order_by("position", "name"),
        "years": [day.year for day in rows.dates("due_on", "year", order="DESC")],
        # Scored once, an obligation leads here for ever.
        "cancelled": Obligation.objects.filter(entry=entry, cancelled_at__isnull=False).count(),
    }
    return render(request, "disclosure/entry_obligation_list.html", context)


def obligation(request: HttpRequest, pk: int) -> HttpResponse:
    """To the place of one among what its agency owed in that year by the entry; to the list where it was cancelled."""
    row = get_object_or_404(Obligation.objects.of_public_entries().select_related("agency"), pk=pk)
    if row.cancelled_at:
        return redirect(f"{reverse('entry_obligations', args=[row.entry_id])}#cancelled")
    of_year = Obligation.objects.in_force().filter(
        entry=row.entry_id, agency=row.agency_id, due_on__year=row.due_on.year
    )
    before = of_year.filter(Q(due_on__gt=row.due_on) | Q(due_on=row.due_on, pk__gt=row.pk)).count()
    place = {"agency": row.agency.code, "year": row.due_on.year}
    if page := before // PAGE_SIZE:
        place["page"] = page + 1
    return redirect(f"{reverse('entry_obligations', args=[row.entry_id])}?{urlencode(place)}#{row.anchor}")


def _latest_first(rows: ObligationQuerySet) -> ObligationQuerySet:
    return rows.order_by("-due_on", "agency__position", "agency__name", "-pk")
