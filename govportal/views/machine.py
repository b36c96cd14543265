"""Health, robots.txt and the sitemaps."""

from types import SimpleNamespace
from urllib.parse import urlsplit

from django.conf import settings
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from govportal.contributions import sitemaps
from govportal.site import absolute_url

_XML = "application/xml; charset=utf-8"


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 `ok` when the process answers and its database does; 503 when the database does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database unavailable\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")


def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look that read no page; its name changes with its content, so nobody is to remember it."""
    return HttpResponseRedirect(static("img/icon.svg"))


def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        f"Disallow: {reverse('admin:index')}",
        f"Disallow: {reverse('display')}",
        f"Sitemap: {absolute_url(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def sitemap_index(request: HttpRequest) -> HttpResponse:
    """One line for each page of each contributed section."""
    pages = []
    for key, sitemap_class in sitemaps.items():
        section = sitemap_class()
        path = absolute_url(reverse("sitemap_section", args=[key]))
        last_modified = section.get_latest_lastmod()
        pages += [
            {"location": path if number == 1 else f"{path}?p={number}", "last_mod": last_modified}
            for number in section.paginator.page_range
        ]
    return HttpResponse(render_to_string("sitemap_index.xml", {"sitemaps": pages}), content_type=_XML)


def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    if section not in sitemaps:
        raise Http404(_("没有这一部分网站地图。"))
    sitemap = sitemaps[section]()
    base = urlsplit(settings.PORTAL_BASE_URL)
    try:
        page = sitemap.paginator.page(request.GET.get("p", "1"))
    except (EmptyPage, PageNotAnInteger):
        raise Http404(_("网站地图没有这一页。")) from None
    portal = SimpleNamespace(domain=base.netloc)
    urls = sitemap.get_urls(page.number, site=portal, protocol=base.scheme)  # type: ignore[arg-type]
    return HttpResponse(render_to_string("sitemap.xml", {"urlset": urls}), content_type=_XML)
