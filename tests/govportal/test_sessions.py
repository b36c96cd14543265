import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("cookie", ["\0" * 32, "a" * 31 + "\0", "A" * 32, "' OR 1=1 --      ", "", "abc"])
def test_cookie_that_is_no_session_key_belongs_to_nobody(client: Client, cookie: str) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie

    response = client.get("/admin/")

    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_session_is_kept_in_the_database(client: Client) -> None:
    client.force_login(make_user())

    assert Session.objects.filter(session_key=client.cookies[settings.SESSION_COOKIE_NAME].value).exists()
