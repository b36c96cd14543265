"""公开登记簿: the public chain, one entry with how to recompute it, and all of it as JSON Lines."""

from collections.abc import Iterator

from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from disclosure.enums import LogKind
from disclosure.log_filters import LogFilterSet
from disclosure.models import LogEntry
from disclosure.publication_log import canonical_json, entry_payload
from disclosure.queries import LogEntryQuerySet
from disclosure.views.paging import BoundedPaginator, read_page
from govportal.models import Agency


def public_entries() -> LogEntryQuerySet:
    """The chain everybody sees; internal chains have no public page at all."""
    return LogEntry.objects.visible_to(AnonymousUser())


def log(request: HttpRequest) -> HttpResponse:
    """The public chain, newest first."""
    filterset = LogFilterSet(data=request.GET, queryset=public_entries(), request=request)
    paginator = BoundedPaginator(filterset.qs.with_title().annotate(slug=F("item__slug")))
    page, problems = read_page(request, paginator)
    context = {
        "filterset": filterset,
        "page": page,
        "count": paginator.shown_count,
        "problems": filterset.problems + problems,
        "tags": filterset.tags(),
        "head": public_entries().order_by("-sequence").first(),
        "kinds": LogKind.choices,
        "agencies": Agency.objects.order_by("position", "name").only("code", "name", "short_name"),
    }
    return render(request, "disclosure/log.html", context)


def log_entry(request: HttpRequest, sequence: int) -> HttpResponse:
    """One entry, the bytes its hash covers, and its neighbours."""
    entry = _entry(sequence)
    context = {
        "entry": entry,
        "payload": canonical_json(entry_payload(entry)).decode("utf-8", "replace"),
        "has_next": public_entries().filter(sequence=sequence + 1).exists(),
    }
    return render(request, "disclosure/log_entry.html", context)


def log_payload(request: HttpRequest, sequence: int) -> HttpResponse:
    """The very bytes whose SHA-256 is the hash of an entry, to be checked with any tool."""
    response = HttpResponse(canonical_json(entry_payload(_entry(sequence))), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="log-{sequence}.json"'
    return response


def _entry(sequence: int) -> LogEntry:
    entry = public_entries().with_title().select_related("item").filter(sequence=sequence).first()
    if entry is None:
        raise Http404(_("登记簿里没有这一号。"))
    return entry


def log_export(request: HttpRequest) -> HttpResponseBase:
    """Every public entry, oldest first: {"hash":…,"payload":…}, the payload byte for byte as it is hashed."""

    def lines() -> Iterator[bytes]:
        for entry in public_entries().order_by("sequence").iterator(chunk_size=1000):
            yield canonical_json({"hash": entry.hash, "payload": entry_payload(entry)}) + b"\n"

    response = StreamingHttpResponse(lines(), content_type="application/jsonl; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="log.jsonl"'
    return response
