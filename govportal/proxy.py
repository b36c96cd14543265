"""Who asks, when a proxy stands in front."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that failed sign-ins are counted by.

    Behind a proxy, the last entry of X-Forwarded-For: the one the proxy itself wrote. Those before it, and
    the whole header without a proxy, are whatever the client chose to send.
    """
    direct: str = request.META.get("REMOTE_ADDR", "")
    if not settings.BEHIND_PROXY:
        return direct
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    try:
        return str(ip_address(forwarded))
    except ValueError:
        return direct
