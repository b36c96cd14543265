"""WSGI entry point, served by Granian."""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "govportal.settings")
_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
    """Django behind PORTAL_BASE_URL: its path is taken off, whether or not the proxy has done so."""
    from django.conf import settings

    prefix = settings.BASE_PATH.rstrip("/")
    path = environ["PATH_INFO"]
    if prefix and (path == prefix or path.startswith(settings.BASE_PATH)):
        environ["PATH_INFO"] = path.removeprefix(prefix) or "/"
    return _django(environ, start_response)
