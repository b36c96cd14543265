"""`./portal` as a newcomer meets it: a process, its exit status, and one clear line on stderr."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from govportal.launcher.home import ROOT
from govportal.launcher.servers import free_port

PORTAL = ROOT / "portal"
pytestmark = pytest.mark.e2e


def environment_of(home: Path) -> dict[str, str]:
    """A home of its own on the embedded database, whatever the suite runs on."""
    ours = {"DATABASE_URL", "REDIS_URL", "PORTAL_BASE_URL", "SECRET_KEY", "SECRET_KEY_FILE", "DATA_KEYS_FILE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "PORTAL_HOME": str(home), "WEB_WORKERS": "1"}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose database and static files are made already, to copy from."""
    home = tmp_path_factory.mktemp("portal") / "home"
    result = portal("prepare", environ=environment_of(home))
    assert result.returncode == 0, result.stderr
    return home


@pytest.fixture
def environ(tmp_path: Path, prepared: Path) -> dict[str, str]:
    return environment_of(shutil.copytree(prepared, tmp_path / "home"))


def portal(*words: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PORTAL), *words], env=environ, capture_output=True, text=True, timeout=900, check=False)


@contextmanager
def running(environ: dict[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    """A started portal whose first page has answered."""
    command = [str(PORTAL), "run", "--no-demo", *words]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = []
    try:
        for line in process.stderr:
            said.append(line)
            if line.startswith("portal: ready"):
                break
        else:
            pytest.fail("the portal did not start:\n" + "".join(said))
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=120)


def wait_for(count: int, parent: psutil.Process) -> list[psutil.Process]:
    """The services below the parent, once so many have started."""
    deadline = time.monotonic() + 120
    children: list[psutil.Process] = []
    while len(children) < count and time.monotonic() < deadline:
        time.sleep(0.1)
        children = parent.children()
    return children


def left_of(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended after a minute. One that nobody has asked for its status yet has ended."""
    deadline = time.monotonic() + 60
    while (left := [one for one in processes if _is_alive(one)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_unknown_command_shows_usage(environ: dict[str, str]) -> None:
    result = portal("dance", environ=environ)

    assert result.returncode == 2
    assert "unknown command 'dance'" in result.stderr
    assert "./portal run" in result.stderr
    assert result.stdout == ""


def test_help_is_what_was_asked_for(environ: dict[str, str]) -> None:
    result = portal("help", environ=environ)

    assert result.returncode == 0
    assert "./portal run" in result.stdout


def test_port_in_use_is_one_line(environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        result = portal("run", "--no-demo", "--port", port, environ=environ)

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == f"portal: port {port} on 127.0.0.1 is in use; choose another with --port"
    assert "Traceback" not in result.stderr


def test_python_too_old_is_one_line(tmp_path: Path, environ: dict[str, str]) -> None:
    """A copy of the script has no environment of its own yet, and the only Python it can find is old."""
    shutil.copy(PORTAL, tmp_path / "portal")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("dirname", "ls", "sort", "sed", "cat"):
        (programs / name).symlink_to(shutil.which(name) or name)
    old = programs / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    environ |= {"PATH": str(programs), "HOME": str(tmp_path), "PYENV_ROOT": str(tmp_path / "none")}

    result = subprocess.run(
        ["/bin/sh", str(tmp_path / "portal"), "run"], env=environ, capture_output=True, text=True, check=False
    )

    assert result.returncode == 1
    assert "needs Python 3.12 or newer, found Python 3.9.2" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_manage_speaks_on_stdout_alone(environ: dict[str, str]) -> None:
    result = portal("manage", "diffsettings", "--default", "django.conf.global_settings", environ=environ)

    assert result.returncode == 0
    assert "ROOT_URLCONF" in result.stdout


def test_prepare_keeps_secrets_to_their_owner(prepared: Path) -> None:
    assert stat.S_IMODE(prepared.stat().st_mode) == 0o700
    assert {
        stat.S_IMODE((prepared / name).stat().st_mode) for name in ("secret_key", "data_keys", "fingerprint_key")
    } == {0o600}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_stops_every_child_on(number: signal.Signals, environ: dict[str, str]) -> None:
    with running(environ, "--port", str(free_port())) as process:
        parent = psutil.Process(process.pid)
        services = wait_for(3, parent)
        everything = parent.children(recursive=True)

        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=120)

    assert len(services) == 3
    assert stdout == ""
    assert process.returncode == 0
    assert stderr.splitlines()[-1] == "portal: stopped"
    assert left_of(everything) == []


def test_services_end_with_a_parent_that_was_killed(environ: dict[str, str]) -> None:
    with running(environ, "--port", str(free_port())) as process:
        parent = psutil.Process(process.pid)
        services = wait_for(3, parent)
        everything = parent.children(recursive=True)

        process.kill()
        left = left_of(everything)

    assert len(services) == 3
    assert left == []


def test_run_on_a_home_in_use_is_refused(environ: dict[str, str]) -> None:
    with running(environ, "--port", str(free_port())) as process:
        result = portal("run", "--no-demo", "--port", str(free_port()), environ=environ)

    assert result.returncode == 1
    assert f"another portal (process {process.pid}) already runs on PORTAL_HOME" in result.stderr


def test_run_starts_a_dead_service_again(environ: dict[str, str]) -> None:
    port = free_port()
    with running(environ, "--port", str(port)) as process:
        web = next(child for child in psutil.Process(process.pid).children() if "granian" in " ".join(child.cmdline()))

        web.kill()
        deadline = time.monotonic() + 120
        is_back = False
        while not is_back and time.monotonic() < deadline:
            time.sleep(0.2)
            with socket.socket() as probe:
                is_back = not web.is_running() and probe.connect_ex(("127.0.0.1", port)) == 0

    assert is_back


def test_second_prepare_does_nothing(environ: dict[str, str]) -> None:
    result = portal("prepare", environ=environ)

    assert result.returncode == 0
    assert result.stderr == ""


def test_base_url_with_a_path_is_served_under_it(environ: dict[str, str]) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}/zwgk"
    script = (
        "import sys, urllib.request\n"
        "for path in sys.argv[2:]:\n"
        "    print(urllib.request.urlopen(sys.argv[1] + path, timeout=60).status)\n"
    )
    with running({**environ, "PORTAL_BASE_URL": base}, "--port", str(port)):
        # The second address is what a proxy sends that has taken the path off.
        asked = [sys.executable, "-c", script, f"http://127.0.0.1:{port}", "/zwgk/admin/login/", "/admin/login/"]
        statuses = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()

    assert statuses == ["200", "200"]
