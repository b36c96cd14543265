"""Pages of disclosure."""

from django.urls import URLPattern, path

from disclosure.views import home

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
]
