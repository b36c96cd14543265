"""What the kernel puts into the sitemap: agencies and standing pages."""

from datetime import datetime

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from govportal.models import Agency


class AgencySitemap(Sitemap):  # type: ignore[type-arg]  # generic in the stubs alone
    def items(self) -> QuerySet[Agency]:
        return Agency.objects.listed()

    def location(self, item: Agency) -> str:
        return reverse("agency", args=[item.code])

    def lastmod(self, item: Agency) -> datetime:
        return item.updated_at


class StandingSitemap(Sitemap):  # type: ignore[type-arg]
    def items(self) -> list[str]:
        return ["home", "guide", "institutions", "agencies", "accessibility", "privacy", "help"]

    def location(self, item: str) -> str:
        return reverse(item)
