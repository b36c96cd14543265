"""Addresses of the evaluation for machines, in no language."""

from django.urls import path

from evaluation import scorecard_api

urlpatterns = [
    path("api/v1/scorecards/", scorecard_api.ScorecardListView.as_view(), name="api_scorecards"),
]
