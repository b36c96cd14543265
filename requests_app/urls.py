"""Pages of requests for disclosure."""

from django.urls import URLPattern, URLResolver, path

from requests_app.views import calculator

urlpatterns: list[URLPattern | URLResolver] = [
    path("requests/calculator/", calculator.calculator, name="calculator"),
]
