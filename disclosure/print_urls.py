"""Tables on paper, and what the print queue has made; disclosure/urls.py includes them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
