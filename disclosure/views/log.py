"""公开登记簿: the public chain, one entry with how to recompute it, and all of it as JSON Lines."""

from collections.abc import Iterable, Iterator, Mapping

from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from disclosure.enums import NOTICE_STATES, LogKind, Procedure
from disclosure.log_filters import LogFilterSet
from disclosure.models import Edition, LogEntry
from disclosure.public_reviews import PUBLISHING, Afterwards, afterwards, share, signatures
from disclosure.publication_log import canonical_json, entry_payload
from disclosure.queries import LogEntryQuerySet
from disclosure.views.paging import BoundedPaginator, read_page
from govportal.models import Agency
from govportal.now import today


def public_entries() -> LogEntryQuerySet:
    """The chain everybody sees; internal chains have no public page at all."""
    return LogEntry.objects.visible_to(AnonymousUser())


def log(request: HttpRequest) -> HttpResponse:
    """The public chain, newest first."""
    filterset = LogFilterSet(data=request.GET, queryset=public_entries(), request=request)
    paginator = BoundedPaginator(filterset.qs.with_title().annotate(slug=F("item__slug")))
    page, problems = read_page(request, paginator)
    entries = list(page.object_list)
    emergencies = _emergencies(entries)
    context = {
        "filterset": filterset,
        "page": page,
        "rows": [(entry, emergencies.get(entry.pk)) for entry in entries],
        "share": share(today().year),
        "emergency": Procedure.EMERGENCY,
        "count": paginator.shown_count,
        "problems": filterset.problems + problems,
        "tags": filterset.tags(),
        "head": public_entries().order_by("-sequence").first(),
        "kinds": LogKind.choices,
        "agencies": Agency.objects.order_by("position", "name").only("code", "name", "short_name"),
    }
    return render(request, "disclosure/log.html", context)


def _emergencies(entries: Iterable[LogEntry]) -> Mapping[int, Afterwards]:
    """The review owed by the emergency publications among these entries, by the id of the entry."""
    published = {entry.edition_id: entry.pk for entry in entries if entry.edition_id and entry.kind in PUBLISHING}
    editions = Edition.objects.emergencies().filter(pk__in=published).select_related("item__agency")
    found = afterwards(editions.defer("body", "extra"), today())
    return {published[edition_id]: review for edition_id, review in found.items()}


def log_entry(request: HttpRequest, sequence: int) -> HttpResponse:
    """One entry, the bytes its hash covers, and its neighbours."""
    entry = _entry(sequence)
    edition = _sealed(entry.edition_id)
    is_publication = edition is not None and entry.kind in PUBLISHING
    context = {
        "entry": entry,
        "edition": edition,
        "is_publication": is_publication,
        "signed": signatures([edition]).get(edition.pk, []) if edition and is_publication else [],
        "emergency": afterwards([edition], today()).get(edition.pk) if edition and is_publication else None,
        "has_content": edition and not edition.redacted_by_entry and entry.item.state not in NOTICE_STATES,
        "payload": canonical_json(entry_payload(entry)).decode("utf-8", "replace"),
        "has_next": public_entries().filter(sequence=sequence + 1).exists(),
    }
    return render(request, "disclosure/log_entry.html", context)


def _sealed(edition_id: int | None) -> Edition | None:
    """The edition of an entry without its text, and what deleted it."""
    if edition_id is None:
        return None
    editions = Edition.objects.select_related("item__agency", "redacted_by_entry").defer("body", "summary", "extra")
    return editions.filter(pk=edition_id).first()


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
