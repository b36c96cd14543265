"""Messages to an agency's own messenger: signed JSON by POST. docs/webhooks.md says how to receive them."""

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
from contextlib import suppress
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from django.utils.crypto import get_random_string
from django.utils.encoding import iri_to_uri

from govportal.models import Notice, Webhook
from govportal.now import now

TIMEOUT = 10  # seconds for the whole of it, however slowly a messenger drips its answer
SCHEMES = ("http", "https")


class Refused(Exception):
    """The messenger answered with something else than 2xx; a redirect is not followed."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


def hook_of(notice: Notice) -> Webhook | None:
    """The active webhook of the agency whose code is the notice's address; None when it has been taken away."""
    return Webhook.objects.filter(is_active=True, agency__code=notice.address).first()


def post(hook: Webhook, *, key: str, body: str) -> None:
    """Deliver one message. Raises Refused, OSError or http.client.HTTPException; no error text is to be kept.

    Addresses of the link alone, where clouds keep their secrets, are no messenger: ValueError.
    """
    url = urlsplit(iri_to_uri(hook.url))
    if url.scheme not in SCHEMES or not url.hostname:
        raise ValueError("a webhook has an address of http or https")
    opener: Any = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = opener(url.hostname, url.port, timeout=TIMEOUT)
    path = url.path or "/"
    data = body.encode()
    end = Timer(TIMEOUT, _cut, [connection])
    end.start()
    try:
        connection.connect()
        if ipaddress.ip_address(connection.sock.getpeername()[0]).is_link_local:
            raise ValueError("a webhook has an address beyond the link")
        connection.request("POST", f"{path}?{url.query}" if url.query else path, data, headers(hook, key, data))
        status = connection.getresponse().status
    finally:
        end.cancel()
        connection.close()
    if not 200 <= status < 300:
        raise Refused(status)


def _cut(connection: Any) -> None:
    with suppress(OSError, AttributeError):  # closed already, or not open yet
        connection.sock.shutdown(socket.SHUT_RDWR)


def headers(hook: Webhook, key: str, data: bytes) -> dict[str, str]:
    """The same key is the same message, however often it comes; the moment is part of what is signed."""
    timestamp = str(int(now().timestamp()))
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "govportal",
        "Idempotency-Key": hashlib.sha256(key.encode()).hexdigest()[:32],
        "X-Portal-Timestamp": timestamp,
        "X-Portal-Signature": f"sha256={signature(hook.secret, timestamp, data)}",
    }


def signature(secret: str, timestamp: str, data: bytes) -> str:
    """HMAC-SHA256 of `timestamp.body`, in hex."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + data, hashlib.sha256).hexdigest()


def new_secret() -> str:
    return get_random_string(40)


def trial_body() -> str:
    """What the button 发送测试 sends: the fields of a reminder, about nothing."""
    return json.dumps(
        {"id": "test", "kind": "test", "label": "测试消息", "due_on": None, "days": None, "url": ""}, ensure_ascii=False
    )
