"""Scheduled publication by the real worker: in its minute when it runs, once for each when it was killed."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from govportal.launcher import services
from govportal.launcher.home import ROOT
from govportal.launcher.servers import free_port, postgresql
from tests.test_portal import environment_of, portal, running

pytestmark = pytest.mark.e2e
MANY = 200

# Run in the home of the test, with the factories: `count` editions of one agency, scheduled for `minute`, or for the
# next minute that is far enough away to look at the site before it. Says the minute and their slugs.
_SCHEDULE = """
import sys
from datetime import datetime, timedelta
import django
django.setup()
from django.db import transaction
from disclosure.models import Edition
from disclosure.services import publish
from govportal.now import now
from govportal.permissions import Role
from tests.factories import make_agency, make_member
from tests.factories.published import draft_one, sign_through
count = int(sys.argv[1])
agency = make_agency()
author = make_member(Role.PUBLISHER, agency)
with transaction.atomic():
    editions = [sign_through(draft_one(agency=agency, author=author)) for number in range(count)]
    soon = (now() + timedelta(seconds=80)).replace(second=0, microsecond=0)
    minute = datetime.fromisoformat(sys.argv[2]) if sys.argv[2:] else soon
    print(minute.isoformat())
    for edition in editions:
        publish.schedule(edition.pk, actor=author, at=min(now(), minute - timedelta(minutes=1)), publish_at=minute)
        print(edition.item.slug)
"""
_RING = "import django; django.setup(); from disclosure.tasks import publish_due; publish_due.delay()"
_COUNT = "SELECT count(*), count(DISTINCT edition_id) FROM disclosure_logentry"


def python(script: str, *words: str, environ: dict[str, str]) -> str:
    environ = {**environ, "DJANGO_SETTINGS_MODULE": "govportal.settings"}
    command = [sys.executable, "-c", script, *words]
    done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=60) as response:  # noqa: S310  (our own http address)
            return int(response.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_scheduled_item_is_public_within_its_minute(tmp_path: Path) -> None:
    environ = environment_of(tmp_path / "home")
    prepared = portal("prepare", environ=environ)
    assert prepared.returncode == 0, prepared.stderr
    port = free_port()

    with running(environ, "--port", str(port)):
        said, slug = python(_SCHEDULE, "1", environ=environ).split()
        minute = datetime.fromisoformat(said)
        address = f"http://127.0.0.1:{port}/items/{slug}/"
        before = status_of(address)
        was_early = wait_until(lambda: status_of(address) == 200, (minute - datetime.now(UTC)).total_seconds() - 1)

        is_public = wait_until(lambda: status_of(address) == 200, 61)
        seconds = (datetime.now(UTC) - minute).total_seconds()

    assert (before, was_early, is_public) == (404, False, True)
    assert seconds < 60, f"public {seconds:.0f} s after its minute began"


@contextmanager
def worker(environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The worker as the launcher starts it, in a process group of its own."""
    command = services.command("worker", home=Path(environ["PORTAL_HOME"]), host="127.0.0.1", port=0)
    process = subprocess.Popen(command, env=environ, cwd=ROOT, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)


@pytest.fixture(params=["sqlite", "postgresql"])
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A home whose database is made, on either database."""
    with postgresql() if request.param == "postgresql" else nullcontext("") as url:
        environ = environment_of(tmp_path / "home") | ({"DATABASE_URL": url} if url else {})
        made = portal("manage", "migrate", "--verbosity", "0", environ=environ)
        assert made.returncode == 0, made.stderr
        yield environ


def published(environ: dict[str, str]) -> tuple[int, int]:
    """Entries of the log, and editions that have one; asked beside Django, while the worker writes."""
    if url := environ.get("DATABASE_URL"):
        with psycopg.connect(url, autocommit=True) as server:
            row = server.execute(_COUNT).fetchone()
    else:
        with closing(sqlite3.connect(Path(environ["PORTAL_HOME"]) / "portal.sqlite3", timeout=20)) as file:
            row = file.execute(_COUNT).fetchone()
    assert row is not None
    return row[0], row[1]


def test_killed_worker_publishes_each_scheduled_item_once(environ: dict[str, str]) -> None:
    python(_SCHEDULE, str(MANY), (datetime.now(UTC) - timedelta(minutes=1)).isoformat(), environ=environ)

    with worker(environ) as process:
        python(_RING, environ=environ)
        assert wait_until(lambda: published(environ)[0] > 0, 240), "the worker never began"
        os.killpg(process.pid, signal.SIGKILL)
    cut_off, _editions = published(environ)
    with worker(environ):
        python(_RING, environ=environ)  # as beat does every minute
        wait_until(lambda: published(environ)[0] >= MANY, 600)

    assert 0 < cut_off < MANY, "the worker was not killed while it published"
    assert published(environ) == (MANY, MANY)
    checked = portal("manage", "verify_log", environ=environ)
    assert checked.returncode == 0, checked.stdout + checked.stderr
