"""Personal data at rest: Fernet with rotatable keys, and keyed fingerprints for search and counting.

Keys live outside the database in PORTAL_HOME/data_keys (one a line, newest first); `./portal run`
makes the file. Losing it loses the data, and the README says so.
"""

import base64
import hashlib
import hmac
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


def _key_file() -> Path:
    from govportal import env

    return env.path("DATA_KEYS_FILE", Path(settings.PORTAL_HOME) / "data_keys")


@lru_cache(maxsize=1)
def _fernet() -> MultiFernet:
    path = _key_file()
    if not path.exists():
        raise ImproperlyConfigured(f"no data keys: `./portal run` writes {path}; or set DATA_KEYS_FILE")
    return MultiFernet([Fernet(line.strip()) for line in path.read_text().splitlines() if line.strip()])


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """The text of a token; raises ValueError when no key opens it."""
    try:
        return _fernet().decrypt(token.encode()).decode() if token else ""
    except InvalidToken as error:
        raise ValueError("no data key opens this value") from error


def fingerprint(purpose: str, text: str) -> str:
    """A keyed hash of normalised text: equal inputs match, nothing can be read back from it.

    Keyed by the oldest data key, which rotation keeps for this use.
    """
    oldest = _key_file().read_text().split()[-1]
    key = hashlib.sha256(base64.urlsafe_b64decode(oldest) + purpose.encode()).digest()
    return hmac.new(key, "".join(text.split()).upper().encode(), hashlib.sha256).hexdigest()


if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class EncryptedTextField(_TextField):
    """Text that the database holds only as a Fernet token. It cannot be filtered on."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if isinstance(value, str) else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value
