"""A notice as a mail: its text, the same as HTML, and an id that follows from its key.

Whoever gets the same notice twice, because a sender died before it could say that the server had taken it, sees by
the Message-ID that it is one.
"""

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.template.loader import render_to_string
from django.utils import translation

from govportal.models import Notice
from govportal.site import site_profile

# Chinese punctuation ends an address that stands in a sentence.
_ADDRESS = re.compile(r"https?://[^\s<>\"'，。；：、！？（）《》“”]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")


class Unreachable(Exception):
    """Nothing can be sent there now, whatever the message: the cause is the error it was raised from."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line; `url` is set where it is an address of this portal."""

    text: str
    url: str = ""


class MailConnection:
    """One connection for the mails of a round: opened by the first of them, and anew after a failure."""

    def __init__(self) -> None:
        self._mailer: Any = None

    def send(self, notice: Notice) -> None:
        """Hand the mail to the server. Raises Unreachable where there is none, else what the backend raises."""
        message = as_mail(notice)
        if self._mailer is None:
            self._open()
        try:
            sent = self._mailer.send_messages([message])
        except Exception:
            self.close()
            raise
        if sent == 0:
            raise ValueError("the mail has no recipient")

    def close(self) -> None:
        mailer, self._mailer = self._mailer, None
        if mailer is not None:
            with suppress(Exception):  # a server that is gone cannot be bidden farewell
                mailer.close()

    def _open(self) -> None:
        mailer = mailers.default
        try:
            mailer.open()
        except Exception as error:
            with suppress(Exception):
                mailer.close()
            raise Unreachable from error
        self._mailer = mailer


def message_id(key: str) -> str:
    """Of the notice with this key, for good."""
    host = urlsplit(settings.PORTAL_BASE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"


def as_mail(notice: Notice) -> EmailMultiAlternatives:
    """Text and HTML, marked as written by a machine: no absence note answers it (RFC 3834)."""
    headers = {"Message-ID": message_id(notice.key), "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(notice.subject, notice.body, to=[notice.address], headers=headers)
    message.attach_alternative(as_html(notice.subject, notice.body), "text/html")
    return message


def as_html(subject: str, text: str) -> str:
    """The text as a page without style, picture or script, which any mail program shows in its own colours.

    Addresses of this portal alone become links: a text may repeat what somebody typed.
    """
    language = settings.LANGUAGE_CODE if _HAN.search(subject) else "en"
    with translation.override(language):
        site = site_profile()
        name = (site.name_en if language == "en" else "") or site.name
        lines = [_pieces(line) for line in text.splitlines() if line.strip()]
        context = {"subject": subject, "lines": lines, "name": name, "base": settings.PORTAL_BASE_URL}
        return render_to_string("govportal/mail.html", context | {"is_chinese": language != "en"})


def _pieces(line: str) -> list[Piece]:
    pieces, end = [], 0
    for match in _ADDRESS.finditer(line):
        if not _is_ours(match.group()):
            continue
        pieces += [Piece(line[end : match.start()]), Piece(match.group(), match.group())]
        end = match.end()
    return [piece for piece in [*pieces, Piece(line[end:])] if piece.text]


def _is_ours(address: str) -> bool:
    base = settings.PORTAL_BASE_URL.rstrip("/")
    return address == base or address.startswith((f"{base}/", f"{base}?"))
