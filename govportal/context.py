"""What every page may use: the site's own data and the display mode."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from govportal.display import display_mode
from govportal.site import site_profile


def site(request: HttpRequest) -> dict[str, Any]:
    profile = site_profile()
    return {
        "site": profile,
        "portal_name": (profile.name_en if get_language() == "en" else "") or profile.name,
        "display": display_mode(request),
    }
