import pytest
from axes.helpers import get_client_ip_address
from django.test import RequestFactory
from pytest_django import Settings

PROXY = "10.0.0.1"


def address(forwarded: str | None) -> str | None:
    """What axes counts a failed sign-in by."""
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY, headers=headers)
    counted: str | None = get_client_ip_address(request)
    return counted


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first is what the client made up
        ("2001:db8::7", "2001:db8::7"),
        ("203.0.113.7, unknown", PROXY),
        ("", PROXY),
        (None, PROXY),
    ],
)
def test_address_behind_a_proxy_is_the_one_the_proxy_wrote(
    forwarded: str | None, expected: str, settings: Settings
) -> None:
    settings.BEHIND_PROXY = True

    assert address(forwarded) == expected


def test_header_is_ignored_without_a_proxy(settings: Settings) -> None:
    settings.BEHIND_PROXY = False

    assert address("203.0.113.7") == PROXY
