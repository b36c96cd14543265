"""Public items for search engines."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from disclosure.models import Item, NoticeBoard
from disclosure.projects import projects
from disclosure.queries import ItemQuerySet, NoticeBoardQuerySet


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


class ProjectSitemap(Sitemap):  # type: ignore[type-arg]
    """The pages on which a key project stands with everything that belongs to it."""

    limit = 10_000
    protocol = None

    def items(self) -> ItemQuerySet:
        return projects(AnonymousUser()).order_by("id")

    def location(self, item: Item) -> str:
        return reverse("project", args=[item.slug])


class BoardSitemap(Sitemap):  # type: ignore[type-arg]
    """Notice boards in use."""

    limit = 10_000
    protocol = None

    def items(self) -> NoticeBoardQuerySet:
        return NoticeBoard.objects.filter(is_active=True).order_by("id")


class CollectionSitemap(Sitemap):  # type: ignore[type-arg]
    """The pages that list what is published of one kind."""

    protocol = None

    def items(self) -> list[str]:
        return [
            "catalogue",
            "coverage",
            "normative",
            "powers",
            "services",
            "enforcement",
            "projects",
            "leaders",
            "gazettes",
            "boards",
        ]

    def location(self, item: str) -> str:
        return reverse(item)
