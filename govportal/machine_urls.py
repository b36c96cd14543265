"""Addresses for machines, in no language."""

from django.urls import path

from govportal.views import machine

urlpatterns = [
    path("healthz", machine.healthz, name="healthz"),
    path("favicon.ico", machine.favicon, name="favicon"),
    path("robots.txt", machine.robots, name="robots"),
    path("sitemap.xml", machine.sitemap_index, name="sitemap"),
    path("sitemap-<section>.xml", machine.sitemap_section, name="sitemap_section"),
]
