"""Personal data at rest: Fernet with rotatable keys, and keyed fingerprints for search and counting.

Keys live outside the database in PORTAL_HOME: data_keys (one a line, newest first; `rotate_keys` adds one)
and fingerprint_key, which never changes. `./portal run` makes both. Losing data_keys loses the data, and
the README says so.
"""

import base64
import hashlib
import hmac
import json
import os
import tempfile
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from govportal import env


def key_file() -> Path:
    return env.path("DATA_KEYS_FILE", Path(settings.PORTAL_HOME) / "data_keys")


def _fernets() -> list[Fernet]:
    """One for each key, the newest first."""
    path = key_file()
    try:
        status = path.stat()
        return _read_keys(path, (status.st_mtime_ns, status.st_ino, status.st_size))
    except FileNotFoundError:
        raise ImproperlyConfigured(f"no data keys: `./portal run` writes {path}; or set DATA_KEYS_FILE") from None


@lru_cache(maxsize=1)
def _read_keys(path: Path, version: tuple[int, ...]) -> list[Fernet]:
    """Read again when the file has changed: a running portal takes up a new key by itself."""
    return [Fernet(line) for line in path.read_text().split()]


def _fernet() -> MultiFernet:
    return MultiFernet(_fernets())


def add_key() -> None:
    """Put a new data key before the others, in one step. Raises OSError if the file cannot be replaced."""
    path = key_file()
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".data_keys-")  # mode 600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(Fernet.generate_key().decode() + "\n" + path.read_text())
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """The text of a token; raises ValueError when no key opens it."""
    try:
        return _fernet().decrypt(token.encode()).decode() if token else ""
    except InvalidToken as error:
        raise ValueError("no data key opens this value") from error


def encrypt_bytes(data: bytes) -> bytes:
    return _fernet().encrypt(data)


def decrypt_bytes(token: bytes) -> bytes:
    """The bytes of a token; raises ValueError when no key opens it."""
    try:
        return _fernet().decrypt(token)
    except InvalidToken as error:
        raise ValueError("no data key opens this value") from error


def is_newest(token: bytes) -> bool:
    """Whether the newest key made this token."""
    try:
        _fernets()[0].decrypt(token)
    except InvalidToken:
        return False
    return True


def fingerprint(purpose: str, text: str) -> str:
    """A keyed hash of normalised text: equal inputs match, nothing can be read back from it.

    Width, case and spaces make no difference: people type １１０１… and 1101… alike.
    """
    path = env.path("FINGERPRINT_KEY_FILE", Path(settings.PORTAL_HOME) / "fingerprint_key")
    key = hashlib.sha256(base64.urlsafe_b64decode(_read_secret(path)) + purpose.encode()).digest()
    normal = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    return hmac.new(key, normal.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=1)
def _read_secret(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        raise ImproperlyConfigured(
            f"no fingerprint key: `./portal run` writes {path}; or set FINGERPRINT_KEY_FILE"
        ) from None


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


if TYPE_CHECKING:
    _JSONField = models.TextField[Any, Any]
else:
    _JSONField = EncryptedTextField


class EncryptedJSONField(_JSONField):
    """A JSON value that the database holds only as a Fernet token."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(json.dumps(value, ensure_ascii=False)) if value is not None else None

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return json.loads(decrypt(value)) if value else None

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj), ensure_ascii=False)
