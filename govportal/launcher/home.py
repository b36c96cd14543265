"""PORTAL_HOME: the folder that holds the database, media, broker and secrets of one portal."""

import base64
import fcntl
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from govportal.launcher.console import Refusal

ROOT = Path(__file__).resolve().parent.parent.parent
FREE_BYTES_NEEDED = 200 * 1024 * 1024
PREPARED = "prepared"


def home_path(environ: Mapping[str, str]) -> Path:
    value = environ.get("PORTAL_HOME", "").strip()
    return Path(value).expanduser().resolve() if value else ROOT / "var"


def make_home(environ: Mapping[str, str]) -> Path:
    """Make the folder (mode 700) with its secrets (mode 600), keeping what is there.

    Raises Refusal when it cannot be written, when the disk is nearly full, or when a key of a portal
    that has already started is gone: a new one would not open its personal data, nor find it again.
    """
    home = home_path(environ)
    try:
        for folder in (home, home / "media", home / "broker", home / "broker-control"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(f"cannot make PORTAL_HOME {home}: {error.strerror}") from None
    if not os.access(home, os.W_OK | os.X_OK):
        raise Refusal(f"PORTAL_HOME {home} is not writable by this user")
    free = shutil.disk_usage(home).free
    if free < FREE_BYTES_NEEDED:
        raise Refusal(f"the disk of PORTAL_HOME {home} is full: {free // 2**20} MB free, 200 MB needed")

    if not environ.get("SECRET_KEY") and not environ.get("SECRET_KEY_FILE"):
        _write_secret(home / "secret_key", secrets.token_urlsafe(50))
    for name in ("data_keys", "fingerprint_key"):
        if environ.get(f"{name.upper()}_FILE"):
            continue
        if (home / PREPARED).exists() and not (home / name).exists():
            raise Refusal(f"{home / name} is gone; restore it from the backup, for nothing can stand in for it")
        _write_secret(home / name, base64.urlsafe_b64encode(os.urandom(32)).decode())
    return home


def _write_secret(path: Path, value: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        _check_secret(path)
        return
    except OSError as error:
        raise Refusal(f"cannot write {path}: {error.strerror}") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(value + "\n")


def _check_secret(path: Path) -> None:
    """Raises Refusal for a file that holds no secret, such as a crash leaves behind."""
    try:
        value = path.read_text()
    except OSError as error:
        raise Refusal(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refusal(f"{path} is not a text; restore it from the backup") from None
    if not value.strip():
        raise Refusal(f"{path} is empty; restore it from the backup, or delete it if this portal never ran")


def lock_home(home: Path) -> IO[str]:
    """Hold the folder until the file is closed here and in every child that got its descriptor.

    Raises Refusal when another portal, or what is left of one, runs there.
    """
    path = home / "lock"
    try:
        file = path.open("a+")
    except OSError as error:
        raise Refusal(f"cannot open {path}: {error.strerror}") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise Refusal(f"another portal (process {owner}) already runs on PORTAL_HOME {home}") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
