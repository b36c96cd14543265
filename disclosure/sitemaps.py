"""Public items for search engines."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap

from disclosure.models import Item
from disclosure.queries import ItemQuerySet


class ItemSitemap(Sitemap):  # type: ignore[type-arg]  # not subscriptable when run
    """In order of number, so that a page of the map never shifts when an item is added."""

    limit = 10_000
    protocol = None

    def items(self) -> ItemQuerySet:
        return Item.objects.visible_to(AnonymousUser()).order_by("id").only("slug", "updated_at")

    def lastmod(self, item: Item) -> datetime | None:
        return item.updated_at

    def get_latest_lastmod(self) -> Any:
        return (
            Item.objects.visible_to(AnonymousUser())
            .order_by("-updated_at")
            .values_list("updated_at", flat=True)
            .first()
        )
