"""The admin with pages of its own: addresses like /admin/inbox/, which belong to no model.

A page registers itself where it is written, in an `admin` package: `staff_site.add_page("inbox/", inbox, "inbox")`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, path


@dataclass(frozen=True, slots=True)
class StaffPage:
    """`route` below /admin/, `name` in `admin:`. Open to whoever is signed in; what more it takes, the view asks."""

    route: str
    view: Callable[..., HttpResponse]
    name: str


_pages: dict[str, StaffPage] = {}


def add_page(route: str, view: Callable[..., HttpResponse], name: str) -> None:
    _pages[name] = StaffPage(route, view, name)


class StaffSite(admin.AdminSite):
    def get_urls(self) -> list[URLResolver | URLPattern]:
        pages = [path(page.route, self.admin_view(page.view), name=page.name) for page in _pages.values()]
        return [*pages, *super().get_urls()]


class StaffSiteConfig(AdminConfig):
    """In INSTALLED_APPS instead of django.contrib.admin, so that `admin.site` is a StaffSite."""

    default_site = "govportal.staff_site.StaffSite"
