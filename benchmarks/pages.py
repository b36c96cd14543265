"""Public pages at 100,000 items: server time without the page cache, queries, and bytes on the wire."""

import gzip
import io
import re
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from urllib.parse import quote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.articles import write_items
from benchmarks.measure import Context, Measure
from disclosure.models import Item
from disclosure.search import index_items
from govportal.staticfiles import ENTRY, bundle

ROUNDS = 12
PAGES = (1, 2, 7, 50)
# The listing without facets is asked for by its feed, CSV head and API; with facets by the page.
WITHOUT_FACETS = [f"/api/v1/items/?page={page}" for page in PAGES] + [
    "/api/v1/items/?category=finance",
    "/api/v1/items/?agency=bench-4&year=2020",
    f"/api/v1/items/?q={quote('行政机关')}",
    "/feeds/items.atom",
]
WITH_FACETS = [f"/items/?page={page}" for page in PAGES] + [
    "/items/?category=finance",
    "/items/?agency=bench-4",
    "/items/?agency=bench-4&year=2020",
]
SEARCHES = {words: f"/search/?q={quote(words)}" for words in ("最低生活保障", "行政机关", "的")}


def run(context: Context) -> list[Measure]:
    settings.ALLOWED_HOSTS = ["*"]
    measures = _small_site() + _style_sheet()
    if context.data is None:
        return measures
    write_items(context.data)
    index_items(Item.objects.filter(index_number__startswith="BENCH/").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    sample = Item.objects.filter(index_number__startswith="BENCH/").order_by("-published_on", "-id")[:20]
    items = [f"/items/{slug}/" for slug in sample.values_list("slug", flat=True)]
    return [
        *measures,
        Measure("item page, uncached, p95", _p95(items), "ms", 60),
        Measure("listing without facets, uncached, p95", _p95(WITHOUT_FACETS), "ms", 60),
        Measure("listing with facets, uncached, p95", _p95(WITH_FACETS), "ms", 150),
        *(
            Measure(f"search page for {words}, with facets and snippets, p95", _p95([path]), "ms")
            for words, path in SEARCHES.items()
        ),
        Measure("home page, uncached, p95", _p95(["/"]), "ms", 150),
        Measure("queries of an item page", _queries(items[0]), "queries", 10),
        Measure("queries of a listing", max(map(_queries, [*WITH_FACETS, *SEARCHES.values()])), "queries", 12),
        Measure("home page from the page cache against uncached", _cache_ratio("/"), "times", 5, at_least=True),
    ]


def _small_site() -> list[Measure]:
    """Bytes of the pages a reader opens first, on the demo county."""
    call_command("seed_demo", stdout=io.StringIO(), stderr=io.StringIO())
    item = Item.objects.get(document_number__startswith="澄政办发", title__contains="惠民惠农财政补贴资金公示办法")
    measures = [
        Measure(f"HTML of {name}, gzip", len(gzip.compress(_get(path), 6)) / 1024, "KB", 14)
        for name, path in (
            ("home", "/"),
            ("an item with three editions", f"/items/{item.slug}/"),
            ("a listing", "/items/"),
        )
    ]
    scripts = len(re.findall(rb"<script", _get("/")))
    return [*measures, Measure("script elements of the home page", scripts, "elements", 0)]


def _style_sheet() -> list[Measure]:
    def read(name: str) -> str:
        found = finders.find(f"css/{name.removeprefix('css/')}")
        return Path(str(found)).read_text("utf-8")

    return [Measure("CSS in one file, gzip", len(gzip.compress(bundle(ENTRY, read).encode(), 6)) / 1024, "KB", 10)]


def _get(path: str, *, is_cached: bool = False) -> bytes:
    """The answer; without `is_cached` by a client whose requests the page cache leaves alone."""
    response = _client(is_cached=is_cached).get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}")
    return bytes(response.content)


@cache
def _client(*, is_cached: bool) -> Client:
    """One client each: the page cache lives in the client's chain of middleware."""
    return Client() if is_cached else Client(headers={"Authorization": "Basic bench"})


def _p95(paths: list[str]) -> float:
    """Milliseconds, each path several times in turn."""
    for path in paths:
        _get(path)
    times = []
    for _round in range(ROUNDS):
        for path in paths:
            started = perf_counter()
            _get(path)
            times.append((perf_counter() - started) * 1000)
    return quantiles(times, n=20)[-1]


def _queries(path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        _get(path)
    return len(captured)


def _cache_ratio(path: str) -> float:
    """How many times faster the kept page is, both measured here."""
    uncached, kept = (median(_times(path, is_cached=is_cached)) for is_cached in (False, True))
    return uncached / kept


def _times(path: str, *, is_cached: bool) -> list[float]:
    _get(path, is_cached=is_cached)
    times = []
    for _n in range(50):
        started = perf_counter()
        _get(path, is_cached=is_cached)
        times.append(perf_counter() - started)
    return times
