"""Pages of requests for disclosure."""

from django.urls import URLPattern, URLResolver, include, path

from requests_app.views import calculator

urlpatterns: list[URLPattern | URLResolver] = [
    path("requests/calculator/", calculator.calculator, name="calculator"),
    path("", include("requests_app.filing_urls")),
    path("", include("requests_app.complaint_urls")),
    path("", include("requests_app.report_urls")),
    path("", include("requests_app.feedback_urls")),
]
