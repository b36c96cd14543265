"""Typed readers of the environment. Settings come from here and nowhere else."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MAX_DIGITS = 12  # more are a slip of the hand, and Python reads only so many


def text(name: str, default: str = "") -> str:
    """The variable, or the default when it is not set or empty (compose files pass empty ones)."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    value = text(name).lower()
    if value in {"", "0", "1", "true", "false", "yes", "no", "on", "off"}:
        return default if value == "" else value in {"1", "true", "yes", "on"}
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}")


def integer(name: str, default: int) -> int:
    """A whole number, zero or above."""
    value = text(name)
    if value and not (value.isdecimal() and len(value) <= MAX_DIGITS):
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}")
    return int(value or default)


def choice(name: str, default: str, choices: Collection[str]) -> str:
    value = text(name, default).upper()
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def address(name: str, default: str) -> SplitResult:
    """An http or https address without query and fragment, split."""
    value = text(name, default).rstrip("/")
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a broken IPv6 host, a port that is none
        is_address = False
    if not is_address or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} must be an http or https address, not {value!r}")
    return parts


def secret(name: str, file: Path) -> str:
    """The variable, else the content of the file; empty when there is none."""
    try:
        return text(name) or file.read_text().strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"cannot read {file}: {error}") from None


def line(file: Path) -> str:
    """The content of a file of one line; empty when there is none."""
    return secret("", file)


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def path(name: str, default: Path) -> Path:
    value = text(name)
    return Path(value).expanduser().resolve() if value else default


def database(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for sqlite:///file or postgres://user:password@host:port/name.

    Raises ImproperlyConfigured for anything else. A password is never repeated.
    """
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL is no address: {error}") from None
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(url.removeprefix("sqlite:///")),
            "OPTIONS": {
                # IMMEDIATE takes the write lock at BEGIN, so two writers queue instead of dying half-way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
                "PRAGMA cache_size=-65536;PRAGMA mmap_size=268435456;PRAGMA temp_store=MEMORY;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"} and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": port,
            "CONN_MAX_AGE": integer("DATABASE_CONN_MAX_AGE", 60),
            "CONN_HEALTH_CHECKS": True,
            # Compiling a plan takes longer than any of our statements runs.
            "OPTIONS": {"options": "-c jit=off", **dict(parse_qsl(parts.query))},
        }
    raise ImproperlyConfigured(
        "DATABASE_URL must be sqlite:///file or postgres://user:password@host:port/name, "
        f"and begins with {parts.scheme!r}"
    )
