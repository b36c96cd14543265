"""Papers of single items and agencies; disclosure/urls.py includes them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
