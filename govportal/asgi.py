"""ASGI entry point, for hosts that speak ASGI only."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "govportal.settings")
application = get_asgi_application()
