"""Pages of what is owed and how much of it is met; disclosure/urls.py includes them."""

from django.urls import path

from disclosure.views import coverage

urlpatterns = [
    path("coverage/", coverage.coverage, name="coverage"),
    path("coverage/cases/", coverage.coverage_cases, name="coverage_cases"),
]
