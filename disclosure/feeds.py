"""Atom feed of any listing: the filter of the page, the FEED_ENTRIES changed last, for readers without an account."""

from datetime import UTC, datetime, time
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from disclosure.filters import InvalidFilter, ItemFilterSet
from disclosure.models import Item
from govportal.html import clean_line, clean_text, to_text
from govportal.site import absolute_url, site_profile

FEED_ENTRIES = 50
SUMMARY_CHARACTERS = 300


class _Feed(Atom1Feed):
    """What was sealed before texts were cleaned on save may hold what no feed can carry: every text is cleaned here.

    `updated` of an empty feed is a fixed moment: the same feed gives the same bytes."""

    def latest_post_date(self) -> datetime:
        dates = [item["updateddate"] for item in self.items if item["updateddate"]]
        return max(dates, default=datetime(2008, 5, 1, tzinfo=UTC))  # 条例 in force


def item_feed(request: HttpRequest) -> HttpResponse:
    """Stable `tag:` ids: a reader shows an amended item as updated, not as new."""
    queryset = Item.objects.visible_to(AnonymousUser()).select_related("agency", "current_edition")
    filterset = ItemFilterSet(data=request.GET, queryset=queryset, request=request)
    try:
        filterset.require_valid()
    except InvalidFilter as error:
        return HttpResponse("\n".join(error.messages), status=400, content_type="text/plain; charset=utf-8")
    query = filterset.query_string()
    suffix = f"?{query}" if query else ""
    labels = [filterset.query, *(tag.label for tag in filterset.tags())]
    feed = _Feed(
        title=clean_line("　".join(filter(None, [site_profile().name, *labels]))),
        link=absolute_url(reverse("items") + suffix),
        description=_("最近公开和修改的信息"),
        feed_url=absolute_url(reverse("feed_items") + suffix),
        feed_guid=f"tag:{urlsplit(settings.PORTAL_BASE_URL).hostname},2026:items{suffix}",
        language="zh-CN",
    )
    for item in filterset.qs.latest_change_first()[:FEED_ENTRIES]:
        _add(feed, item)
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    feed.write(response, "utf-8")
    return response


def _add(feed: Atom1Feed, item: Item) -> None:
    edition = item.current_edition
    assert edition is not None  # a constraint: what is public has an edition
    summary = edition.summary or to_text(edition.body)
    feed.add_item(
        title=clean_line(item.title),
        link=absolute_url(item.get_absolute_url()),
        description=clean_text(summary)[:SUMMARY_CHARACTERS],
        unique_id=f"tag:{urlsplit(settings.PORTAL_BASE_URL).hostname},2026:item:{item.index_number}",
        pubdate=_first_moment(item),
        updateddate=item.updated_at or edition.published_at,
        author_name=clean_line(item.agency.name),
        categories=[str(item.get_category_display())] if item.category else [],
    )


def _first_moment(item: Item) -> datetime | None:
    """Midnight in Beijing of the day of disclosure."""
    if item.published_on is None:
        return None
    return make_aware(datetime.combine(item.published_on, time.min))
