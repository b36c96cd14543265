"""Members of staff in a browser: signed in, with a mouse and a wide screen."""

from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from govportal.models import User
from tests.disclosure.admin.drafts import signed_in


def signed_in_context(browser: Browser, live_server: LiveServer, user: User, **how: Any) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce", **how)
    session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    context.set_default_timeout(10_000)
    return context
