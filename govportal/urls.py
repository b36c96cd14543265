"""The composition root: apps are named by string, nobody imports this module."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("govportal.public_urls")),
    path("", include("disclosure.urls")),
]
