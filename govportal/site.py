"""The site profile, and absolute addresses that honour PORTAL_BASE_URL."""

from django.conf import settings

from govportal.models import SiteProfile


def site_profile() -> SiteProfile:
    """The one row; an unsaved default before the administrator fills it in."""
    return SiteProfile.objects.filter(pk=1).first() or SiteProfile(pk=1)


def absolute_url(path: str) -> str:
    """The public address of a path made by `reverse` (which already carries the portal's path)."""
    origin = settings.PORTAL_BASE_URL.removesuffix(settings.BASE_PATH.rstrip("/"))
    return f"{origin}{path}"
