"""A home of its own for every test run: secrets, database file and media in a temporary folder.

The settings need those secrets when they are first read, so this module makes them on import and names
the settings module itself; pyproject must not (pytest-django would read the settings too early).
"""

import os
import secrets
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from cryptography.fernet import Fernet

IS_XDIST_WORKER = "PYTEST_XDIST_WORKER" in os.environ


def _make_home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="govportal-tests-"))
    keys = {"data_keys": Fernet.generate_key().decode(), "fingerprint_key": Fernet.generate_key().decode()}
    for name, secret in {"secret_key": secrets.token_urlsafe(40), **keys}.items():
        (home / name).write_text(secret + "\n")
        (home / name).chmod(0o600)
    (home / "static").mkdir()
    return home


if not IS_XDIST_WORKER:  # a worker inherits the home of the run it belongs to
    os.environ["PORTAL_HOME"] = str(_make_home())
os.environ["DJANGO_SETTINGS_MODULE"] = "govportal.settings"
os.environ["PORTAL_BASE_URL"] = "http://testserver"

# The same examples in every run, so that what was green stays green; and how fast they are made and run says how busy
# the machine is, not whether the property holds.
hypothesis.settings.register_profile(
    "portal", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("portal")


def pytest_configure() -> None:
    """The few settings a test run needs otherwise; before anything has used them."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one costs 0.3 s a user
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        settings.DATABASES["default"]["OPTIONS"]["timeout"] = 120  # of dozens who write in turn, on a busy machine
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


def pytest_unconfigure() -> None:
    if not IS_XDIST_WORKER:
        shutil.rmtree(os.environ["PORTAL_HOME"], ignore_errors=True)


@pytest.fixture(autouse=True)
def speak_chinese() -> None:
    """A request leaves its language active in the thread; no test is to inherit one."""
    from django.utils import translation

    translation.activate("zh-hans")


@pytest.fixture(autouse=True)
def forget_what_was_cached() -> None:
    """Rows of the next test have the ids of this one's."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def begin_windows_of_throttling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every window of a limit begins with the test, so that none ends between two requests of it."""
    from govportal import throttle
    from govportal.now import now

    window, began = throttle._window, now()

    def since_the_test_began(limit: throttle.Limit, who: str, at: datetime) -> tuple[str, datetime]:
        late = timedelta(seconds=int(began.timestamp()) % int(limit.within.total_seconds()))
        key, ends_at = window(limit, who, at - late)
        return key, ends_at + late

    monkeypatch.setattr(throttle, "_window", since_the_test_began)


@pytest.fixture
def portal_data() -> Path:
    """The folder of real data named by PORTAL_DATA; the test is skipped, by that name, without it."""
    folder = os.environ.get("PORTAL_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("PORTAL_DATA names no folder of real data")
    return Path(folder)
