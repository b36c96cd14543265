"""What every page may use: the site's own data, the display mode, the menu."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from govportal.display import display_mode
from govportal.site import site_profile


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site": site_profile(),
        "display": display_mode(request),
        "base_url": settings.PORTAL_BASE_URL,
    }
