"""Rendered anonymous pages, kept compressed in each process and served before anything else runs.

A page is kept under all that its bytes depend on: host, path (which carries the language), known query
parameters, display mode, encoding, the day (validity, notice periods and deadlines turn at midnight in
Beijing), and the PublicRevision it was rendered under. The revision is read at most every half second and
kept while the database is away, so pages outlive a short failure.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from time import monotonic
from urllib.parse import parse_qsl

import brotli
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags

from govportal import display
from govportal.contributions import page_parameters
from govportal.models import PublicRevision
from govportal.now import today

REVISION_SECONDS = 0.5
LONGEST_QUERY = 1000
SMALLEST_COMPRESSED = 500  # bytes; below, the header costs more than it saves
ENTRY_OVERHEAD = 1500  # bytes a kept page takes besides its body
_COMPRESSIBLE = ("text/", "application/json", "application/xml", "application/atom+xml", "application/ld+json")
# What a kept answer may depend on by its own word. The language is in the path (i18n_patterns), so the
# Accept-Language that LocaleMiddleware names is not passed on.
_KNOWN_VARIATIONS = {"accept-encoding", "accept-language", "cookie"}
_PRIVATE = ("private", "no-store", "no-cache")
_PERSONAL_COOKIES = (settings.SESSION_COOKIE_NAME, "messages")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A response as it goes out."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    etag: str


class PageStore:
    """The pages used last, up to a number of bytes. Safe for threads."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: Key) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Page) -> None:
        """Keep a page; one that alone would take an eighth of the room is not kept."""
        cost = self._cost(page)
        if cost > self.limit // 8:
            return
        with self._lock:
            if replaced := self._pages.pop(key, None):
                self.size -= self._cost(replaced)
            self._pages[key] = page
            self.size += cost
            while self.size > self.limit:
                _key, oldest = self._pages.popitem(last=False)
                self.size -= self._cost(oldest)

    def _cost(self, page: Page) -> int:
        return len(page.body) + ENTRY_OVERHEAD


class RevisionClock:
    """The current PublicRevision, read at most every REVISION_SECONDS."""

    def __init__(self) -> None:
        self._revision: str | None = None
        self._read_at = float("-inf")

    def revision(self) -> str | None:
        """None until the database has answered once."""
        if monotonic() - self._read_at >= REVISION_SECONDS:
            self._read_at = monotonic()
            with suppress(DatabaseError):  # the last known revision serves while the database is away
                self._revision = PublicRevision.current()
        return self._revision


class PageCacheMiddleware:
    """First in the chain: a hit costs no session, no template and no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.store = PageStore(settings.PAGE_CACHE_BYTES)
        self.clock = RevisionClock()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        encoding = accepted_encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        key = self._key(request, encoding)
        if key and (page := self.store.get(key)):
            return _answer(request, page)
        response = self.get_response(request)
        if is_personal(request):
            patch_cache_control(response, private=True)
        if not isinstance(response, HttpResponse):
            return response
        if key is None or request.method != "GET" or not is_keepable(response):
            _compress(response, encoding)
            return response
        page = _page_of(response, encoding)
        self.store.put(key, page)
        return _answer(request, page)

    def _key(self, request: HttpRequest, encoding: str) -> Key | None:
        """What the bytes of the answer depend on; None if it must not come from here."""
        if request.method not in {"GET", "HEAD"} or "HTTP_AUTHORIZATION" in request.META:
            return None
        if is_personal(request):
            return None
        query = canonical_query(request.META.get("QUERY_STRING", ""))
        revision = self.clock.revision() if query is not None else None
        if query is None or revision is None:
            return None
        mode = display.display_mode(request).cookie()
        host = request.META.get("HTTP_HOST", "")
        day = today().isoformat()
        return (request.scheme or "", host, request.path, query, mode, encoding, day, revision)


def is_personal(request: HttpRequest) -> bool:
    """Whether somebody asks: what he gets may be his alone, and no shared cache on the way may keep it."""
    return any(name in request.COOKIES for name in _PERSONAL_COOKIES)


def canonical_query(query: str) -> str | None:
    """Known parameters in order of their names; None for any other, lest strangers fill the store with copies.

    Values of one parameter keep their order: where it must have one value, the last counts.
    """
    if not query:
        return ""
    if len(query) > LONGEST_QUERY:
        return None
    pairs = sorted(parse_qsl(query, keep_blank_values=True), key=itemgetter(0))
    if any(name not in page_parameters for name, _value in pairs):
        return None
    return "&".join(f"{name}={value!r}" for name, value in pairs)


def accepted_encoding(header: str) -> str:
    """The best of br and gzip that the client takes, or none."""
    offered = {}
    for part in header.lower().split(","):
        name, _semicolon, weight = part.partition(";")
        offered[name.strip()] = weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((name for name in ("br", "gzip") if offered.get(name)), "")


def is_keepable(response: HttpResponse) -> bool:
    """A whole page that says nothing of its reader. A page with a POST form sets the CSRF cookie."""
    if response.status_code != 200 or response.cookies or response.streaming:
        return False
    variations = {name.strip().lower() for name in response.headers.get("Vary", "").split(",")} - {""}
    policy = response.headers.get("Cache-Control", "").lower()
    return variations <= _KNOWN_VARIATIONS and not any(word in policy for word in _PRIVATE)


def _compress(response: HttpResponse, encoding: str) -> None:
    kind = response.headers.get("Content-Type", "")
    if not kind.startswith(_COMPRESSIBLE) or response.has_header("Content-Encoding"):
        return
    patch_vary_headers(response, ["Accept-Encoding"])
    if not encoding or len(response.content) < SMALLEST_COMPRESSED:
        return
    if encoding == "br":
        response.content = brotli.compress(response.content, quality=5)
    else:
        response.content = gzip.compress(response.content, compresslevel=6, mtime=0)
    response.headers["Content-Encoding"] = encoding
    if response.has_header("Content-Length"):
        response.headers["Content-Length"] = str(len(response.content))
    # The bytes differ by encoding, so a validator of the uncompressed ones holds weakly at best.
    if (etag := response.headers.get("ETag", "")).startswith('"'):
        response.headers["ETag"] = f"W/{etag}"


def _page_of(response: HttpResponse, encoding: str) -> Page:
    _compress(response, encoding)
    response.headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate")
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    response.headers["Content-Length"] = str(len(response.content))
    return Page(body=response.content, headers=tuple(response.headers.items()), etag=etag)


def _answer(request: HttpRequest, page: Page) -> HttpResponse:
    known = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    if known == ["*"] or page.etag in known or f"W/{page.etag}" in known:
        response: HttpResponse = HttpResponseNotModified()
        repeated = {"ETag", "Cache-Control", "Vary", "Content-Location"}
    else:
        response = HttpResponse(page.body)
        repeated = {name for name, _value in page.headers}
    for name, value in page.headers:
        if name in repeated:
            response.headers[name] = value
    return response
