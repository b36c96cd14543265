"""Pages of the kernel."""

from django.urls import path

from govportal import converters  # noqa: F401  (registers agency_code)
from govportal.views import agencies, display, standing

urlpatterns = [
    path("agencies/", agencies.agency_list, name="agencies"),
    path("agencies/<agency_code:code>/", agencies.agency_page, name="agency"),
    path("guide/", standing.standing_page, {"key": "guide"}, name="guide"),
    path("institutions/", standing.standing_page, {"key": "institutions"}, name="institutions"),
    path("accessibility/", standing.standing_page, {"key": "accessibility"}, name="accessibility"),
    path("privacy/", standing.standing_page, {"key": "privacy"}, name="privacy"),
    path("help/", standing.standing_page, {"key": "help"}, name="help"),
    path("display/", display.display_settings, name="display"),
]
