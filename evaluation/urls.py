"""Pages of scorecards and of the social evaluation."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("evaluation.survey_urls")),
    path("", include("evaluation.scorecard_urls")),
]
