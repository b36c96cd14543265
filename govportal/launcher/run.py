"""`./portal run`: check, prepare, then keep web, worker and beat under one parent."""

import argparse
import ctypes
import errno
import http.client
import os
import socket
import subprocess
import sys
from urllib.parse import urlsplit

from govportal.launcher import services
from govportal.launcher.console import Refusal, say
from govportal.launcher.home import ROOT, lock_home, make_home
from govportal.launcher.supervisor import Service, Supervisor

FIRST_PAGE_PATIENCE_SECONDS = 90.0
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (compared, not bound)


def run(arguments: argparse.Namespace) -> int:
    host, port = arguments.host, arguments.port
    home = make_home(os.environ)
    with lock_home(home) as lock:
        # Whatever we start holds the lock too: it stays until the last of them has ended.
        kept_open = (lock.fileno(),)
        check_port(host, port)
        check_libraries()
        environ = service_environment(str(home), host, port)
        (home / "base_url").write_text(environ["PORTAL_BASE_URL"] + "\n")
        prepare(environ, with_demo=not arguments.no_demo, kept_open=kept_open)

        commands = {name: services.command(name, home=home, host=host, port=port) for name in services.SERVICES}
        supervisor = Supervisor(
            [Service(name, command) for name, command in commands.items()],
            environ=environ,
            directory=ROOT,
            kept_open=kept_open,
        )
        supervisor.catch_signals()
        address = environ["PORTAL_BASE_URL"].rstrip("/") + "/"
        page = FirstPage(WILDCARDS.get(host, host), port, address)
        supervisor.run("web", page.answers, patience=FIRST_PAGE_PATIENCE_SECONDS)
    say("stopped")
    return 0


def service_environment(home: str, host: str, port: int) -> dict[str, str]:
    """The environment of the services: ours, with the home and the public address filled in."""
    environ = dict(os.environ, PORTAL_HOME=home)
    shown = WILDCARDS.get(host, host)
    shown = f"[{shown}]" if ":" in shown else shown
    environ["PORTAL_BASE_URL"] = environ.get("PORTAL_BASE_URL", "").strip() or f"http://{shown}:{port}"
    return environ


def check_port(host: str, port: int) -> None:
    """Raises Refusal when nobody may listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refusal(f"port {port} on {host} is in use; choose another with --port") from None
            raise Refusal(f"cannot listen on {host} port {port}: {error.strerror or error}") from None


def check_libraries() -> None:
    """Raises Refusal when a system library of the PDF writer is missing."""
    for name, package in LIBRARIES.items():
        try:
            ctypes.CDLL(name)
        except OSError:
            raise Refusal(f"the system library {name} is missing; run: sudo apt-get install -y {package}") from None


def prepare(environ: dict[str, str], *, with_demo: bool, kept_open: tuple[int, ...]) -> None:
    """Bring database and static files to this version of the code, in a process of its own."""
    command = [sys.executable, str(ROOT / "manage.py"), "prepare", *(["--demo"] if with_demo else [])]
    if subprocess.run(command, env=environ, stdout=2, pass_fds=kept_open, check=False).returncode:  # noqa: S603
        raise Refusal("the database or the static files could not be prepared; the lines above say why")


class FirstPage:
    """Asks the home page until it answers, then says the address once."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._host, self._port, self._address = host, port, address
        self._parts = urlsplit(address)

    def answers(self) -> bool:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=20)
        try:
            connection.request("GET", self._parts.path, headers={"Host": self._parts.netloc})
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if status >= 500:
            say(f"the home page answers with status {status}; see the lines above")
        say(f"ready: {self._address}")
        return True
