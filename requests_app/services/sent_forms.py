"""What was sent once is done once: a form of the desk is known again by its sheet and by what was typed into it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from govportal.crypto import fingerprint
from requests_app.models import SentForm

LIFETIME = timedelta(days=1)


def key_of(sheet: str, content: Iterable[object]) -> str:
    """Empty without a sheet: whoever sends no form of ours is taken at his word."""
    return fingerprint("sent form", f"{sheet}|{list(content)!r}") if sheet else ""


def is_done(key: str) -> bool:
    return bool(key) and SentForm.objects.filter(key=key).exists()


def claim(key: str, *, at: datetime) -> bool:
    """Whether nobody has sent this before; now somebody has. In the transaction of the deed, and gone with it."""
    return not key or SentForm.objects.get_or_create(key=key, defaults={"at": at})[1]


def sweep(at: datetime) -> int:
    """Forget what nobody presses again."""
    return SentForm.objects.filter(at__lt=at - LIFETIME).delete()[0]
