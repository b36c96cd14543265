import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import brotli
import pytest
from django.conf import settings
from django.db import OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from govportal import pagecache
from govportal.models import PublicRevision
from govportal.pagecache import Page, PageCacheMiddleware, PageStore, accepted_encoding, canonical_query
from tests.factories import make_user

View = Callable[[HttpRequest], Any]
BODY = "政务公开" * 300


class Site:
    """The middleware over one view that counts how often it is asked."""

    def __init__(self, view: View) -> None:
        self.rendered = 0
        self.view = view
        self.middleware = PageCacheMiddleware(self._render)

    def _render(self, request: HttpRequest) -> Any:
        self.rendered += 1
        return self.view(request)

    def get(self, path: str = "/", *, method: str = "GET", cookies: str = "", **headers: str) -> Any:
        extra = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        if cookies:
            extra["HTTP_COOKIE"] = cookies
        return self.middleware(RequestFactory().generic(method, path, **extra))  # type: ignore[arg-type]


def page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY)


@pytest.fixture(autouse=True)
def revision_is_read_every_time(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(pagecache, "REVISION_SECONDS", 0)


@pytest.fixture
def parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagecache, "page_parameters", {"page", "year"})


def test_second_reader_gets_the_kept_page() -> None:
    site = Site(page)

    first, second = site.get(), site.get()

    assert site.rendered == 1
    assert first.content == second.content == BODY.encode()
    assert first.headers == second.headers
    assert second["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert second["Vary"] == "Accept-Encoding, Cookie"


def test_public_change_brings_a_new_page() -> None:
    site = Site(page)
    site.get()

    PublicRevision.raise_number()
    site.get()

    assert site.rendered == 2


def test_change_that_commits_after_a_later_one_brings_a_new_page() -> None:
    site = Site(page)
    early = PublicRevision.objects.create()
    PublicRevision.objects.filter(pk=early.pk).delete()  # as others see it before it commits
    PublicRevision.raise_number()
    site.get()

    PublicRevision.objects.create(pk=early.pk)
    site.get()

    assert site.rendered == 2


def test_revision_never_comes_again_after_pruning(django_assert_num_queries: Any) -> None:
    seen = set()
    for _night in range(3):
        for _change in range(3):
            PublicRevision.raise_number()
            seen.add(PublicRevision.current())
        PublicRevision.prune()
        seen.add(PublicRevision.current())

    assert len(seen) == 12
    assert PublicRevision.objects.count() == 1
    with django_assert_num_queries(1):
        PublicRevision.current()


def test_pruning_leaves_the_row_of_a_change_under_way() -> None:
    early = PublicRevision.objects.create()
    PublicRevision.objects.filter(pk=early.pk).delete()
    PublicRevision.prune()
    pruned = PublicRevision.current()

    PublicRevision.objects.create(pk=early.pk)
    committed = PublicRevision.current()
    PublicRevision.prune()

    assert len({pruned, committed, PublicRevision.current()}) == 3


def test_revision_is_read_at_most_twice_a_second(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(pagecache, "REVISION_SECONDS", 60)
    site = Site(page)
    site.get()

    with django_assert_num_queries(0):
        site.get()


def test_pages_are_served_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(page)
    site.get()

    def away(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(QuerySet, "aggregate", away)
    response = site.get()

    assert site.rendered == 1
    assert response.status_code == 200


def test_nothing_is_kept_before_the_database_has_answered() -> None:
    PublicRevision.objects.all().delete()
    site = Site(page)

    site.get()
    site.get()

    assert site.rendered == 2


@pytest.mark.parametrize("cookie", [f"{settings.SESSION_COOKIE_NAME}=x", "messages=x"])
def test_signed_in_reader_neither_takes_nor_leaves_a_page(cookie: str) -> None:
    site = Site(page)
    site.get(cookies=cookie)
    site.get()

    response = site.get(cookies=cookie)

    assert site.rendered == 3
    assert "ETag" not in response


@pytest.mark.parametrize("policy", ["", "public, max-age=3600", "private, no-store"])
def test_answer_to_a_signed_in_reader_is_private(policy: str) -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(BODY, headers={"Cache-Control": policy} if policy else {})

    response = Site(view).get(cookies=f"{settings.SESSION_COOKIE_NAME}=x")

    words = {word.strip() for word in response["Cache-Control"].split(",")}
    assert "private" in words
    assert "public" not in words
    assert ("no-store" in words) == ("no-store" in policy)


def test_request_with_credentials_passes_by() -> None:
    site = Site(page)
    site.get()

    site.get(authorization="Basic x")

    assert site.rendered == 2


def test_display_modes_are_kept_apart_however_the_cookie_is_written() -> None:
    site = Site(lambda request: HttpResponse(request.COOKIES.get("display", "")))

    plain = site.get()
    elder = site.get(cookies="display=dark.elder")
    same = site.get(cookies="display=elder.nonsense.dark")

    assert site.rendered == 2
    assert plain.content != elder.content == same.content


@pytest.mark.parametrize(
    ("other", "is_shared"), [("/en/", False), ("/?page=2", False), ("/?page=", False), ("/", True)]
)
def test_addresses_are_kept_apart(other: str, is_shared: bool) -> None:
    site = Site(page)
    site.get("/")

    site.get(other)

    assert site.rendered == (1 if is_shared else 2)


def test_hosts_are_kept_apart() -> None:
    site = Site(page)
    site.get(host="a.test")

    site.get(host="b.test")

    assert site.rendered == 2


def test_order_of_parameters_makes_no_difference(parameters: None) -> None:
    site = Site(page)
    site.get("/?page=2&year=2026&year=2025")

    site.get("/?year=2026&page=2&year=2025")

    assert site.rendered == 1


def test_order_of_values_of_one_parameter_makes_a_difference(parameters: None) -> None:
    site = Site(lambda request: HttpResponse(request.GET["page"]))

    first, second = site.get("/?page=2&page=10"), site.get("/?page=10&page=2")

    assert (first.content, second.content) == (b"10", b"2")


def test_page_of_yesterday_is_not_served_after_midnight_in_beijing(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(page)
    evening = datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Beijing
    monkeypatch.setattr(timezone, "now", lambda: evening)
    site.get()
    site.get()
    before = site.rendered

    monkeypatch.setattr(timezone, "now", lambda: evening + timedelta(seconds=1))
    site.get()

    assert (before, site.rendered) == (1, 2)


def test_unknown_parameter_passes_by(parameters: None) -> None:
    site = Site(page)

    for number in range(3):
        site.get(f"/?utm={number}")

    assert site.rendered == 3
    assert len(site.middleware.store) == 0


def test_canonical_query_keeps_different_values_apart(parameters: None) -> None:
    assert canonical_query("page=1%26year%3D2") != canonical_query("page=1&year=2")
    assert canonical_query("page=" + "1" * 2000) is None


def with_cookie(_request: HttpRequest) -> HttpResponse:
    response = HttpResponse(BODY)
    response.set_cookie("csrf", "x")
    return response


@pytest.mark.parametrize(
    "view",
    [
        with_cookie,
        lambda request: HttpResponse(BODY, status=404),
        lambda request: HttpResponse(BODY, headers={"Cache-Control": "private"}),
        lambda request: HttpResponse(BODY, headers={"Cache-Control": "max-age=0, no-store"}),
        lambda request: HttpResponse(BODY, headers={"Vary": "Cookie, Accept"}),
        lambda request: StreamingHttpResponse([BODY]),
    ],
    ids=["cookie", "not found", "private", "no-store", "varies by accept", "streaming"],
)
def test_personal_or_partial_answers_are_never_kept(view: View) -> None:
    site = Site(view)

    site.get()
    site.get()

    assert site.rendered == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_pass_by(method: str) -> None:
    site = Site(page)
    site.get()

    site.get(method=method)

    assert site.rendered == 2


def test_head_is_answered_from_a_page_but_leaves_none() -> None:
    site = Site(page)
    site.get(method="HEAD")
    site.get()

    site.get(method="HEAD")

    assert site.rendered == 2


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_reader_who_has_the_page_is_told_so(form: str) -> None:
    site = Site(page)
    etag = site.get()["ETag"]

    response = site.get(if_none_match=form.format(etag))

    assert response.status_code == 304
    assert response.content == b""
    assert response["ETag"] == etag
    assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert site.rendered == 1


def test_page_is_kept_for_each_encoding() -> None:
    site = Site(page)

    packed = {name: site.get(accept_encoding=name) for name in ("br", "gzip", "identity")}

    assert brotli.decompress(packed["br"].content) == BODY.encode()
    assert gzip.decompress(packed["gzip"].content) == BODY.encode()
    assert packed["identity"].content == BODY.encode()
    assert [response.get("Content-Encoding") for response in packed.values()] == ["br", "gzip", None]
    assert len({response["ETag"] for response in packed.values()}) == 3


def test_answer_that_is_not_kept_is_compressed_all_the_same() -> None:
    site = Site(with_cookie)

    response = site.get(accept_encoding="gzip")

    assert gzip.decompress(response.content) == BODY.encode()
    assert response["Vary"] == "Accept-Encoding"


def test_picture_and_short_text_are_left_as_they_are() -> None:
    picture = Site(lambda request: HttpResponse(b"x" * 5000, content_type="image/png"))
    short = Site(lambda request: HttpResponse("ok"))

    assert "Content-Encoding" not in picture.get(accept_encoding="br")
    assert "Content-Encoding" not in short.get(accept_encoding="br")


@pytest.mark.parametrize(
    ("header", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip;q=1.0", "gzip"), ("br;q=0, gzip", "gzip"), ("", ""), ("identity", "")],
)
def test_accepted_encoding(header: str, encoding: str) -> None:
    assert accepted_encoding(header) == encoding


def test_store_never_holds_more_than_its_limit() -> None:
    store = PageStore(limit=100_000)

    for number in range(100):
        store.put((str(number),), Page(b"x" * 5000, (), ""))

    assert store.size <= 100_000
    assert store.get(("0",)) is None
    assert store.get(("99",)) is not None


def test_store_lets_go_of_what_was_used_longest_ago() -> None:
    store = PageStore(limit=3 * 6500 + 40_000)
    for name in "abcdefghi":
        store.put((name,), Page(b"x" * 5000, (), ""))
    store.get(("a",))

    store.put(("z",), Page(b"x" * 5000, (), ""))

    assert store.get(("a",)) is not None
    assert store.get(("b",)) is None


def test_store_keeps_no_giant_and_counts_a_replaced_page_once() -> None:
    store = PageStore(limit=100_000)

    store.put(("giant",), Page(b"x" * 20_000, (), ""))
    store.put(("a",), Page(b"x" * 5000, (), ""))
    store.put(("a",), Page(b"y" * 5000, (), ""))

    assert (len(store), store.size) == (1, 5000 + pagecache.ENTRY_OVERHEAD)


def test_portal_under_a_path_is_kept_by_its_whole_address() -> None:
    site = Site(lambda request: HttpResponse(request.path))

    with override_settings(FORCE_SCRIPT_NAME="/zwgk"):
        below = site.get("/items/")
    top = site.get("/items/")

    assert (below.content, top.content) == (b"/zwgk/items/", b"/items/")


def test_whole_portal_serves_kept_pages_to_anonymous_readers_only() -> None:
    stranger, staff = Client(), Client()
    staff.force_login(make_user(), backend=settings.AUTHENTICATION_BACKENDS[-1])

    first, again, signed_in = stranger.get("/help/"), stranger.get("/help/"), staff.get("/help/")

    assert first["ETag"] == again["ETag"]
    assert "ETag" not in signed_in
    assert stranger.get("/help/", headers={"If-None-Match": first["ETag"]}).status_code == 304


def test_language_comes_from_the_address_alone() -> None:
    chinese = Client().get("/help/", headers={"Accept-Language": "en"})
    english = Client().get("/en/help/", headers={"Accept-Language": "zh-hans"})

    assert (chinese["Content-Language"], english["Content-Language"]) == ("zh-hans", "en")
    assert chinese["Vary"] == "Accept-Encoding, Cookie"


def test_page_with_a_post_form_is_not_kept() -> None:
    response = Client().get("/admin/login/")

    assert "csrfmiddlewaretoken" in response.content.decode()
    assert "ETag" not in response
