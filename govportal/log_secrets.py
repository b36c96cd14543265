"""Keeps what opens a page by itself out of the logs: whoever reads them could use it, or tell when it was used."""

import logging
import re
from contextlib import suppress

from django.http import HttpRequest
from django.urls import Resolver404, resolve

HIDDEN = "…"
_SECRET = re.compile(r"<secret:(\w+)>")


class SecretAddresses(logging.Filter):
    """Writes `…` for every `<secret:…>` of the address that a record was written about."""

    def filter(self, record: logging.LogRecord) -> bool:
        if secrets := secrets_of(getattr(record, "request", None)):
            message = record.getMessage()
            for secret in secrets:
                message = message.replace(secret, HIDDEN)
            record.msg, record.args = message, ()
        return True


def secrets_of(request: object) -> list[str]:
    """The parts of its address that no one else may read. A request that failed early has not been resolved yet."""
    if not isinstance(request, HttpRequest):
        return []
    match = request.resolver_match
    with suppress(Resolver404):
        match = match or resolve(request.path_info)
    return [str(match.kwargs[name]) for name in _SECRET.findall(match.route)] if match else []
