"""PORTAL_HOME: what is made there, and the refusals before anything starts."""

import os
import shutil
import stat
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import psutil
import pytest
from cryptography.fernet import Fernet

from govportal.launcher import home as launcher_home
from govportal.launcher import run, services
from govportal.launcher.console import Refusal
from govportal.launcher.home import lock_home, make_home
from govportal.launcher.supervisor import Service, Supervisor

Usage = namedtuple("Usage", "total used free")

SECRETS = ("secret_key", "data_keys", "fingerprint_key")


def test_make_home_writes_secrets_once(tmp_path: Path) -> None:
    environ = {"PORTAL_HOME": str(tmp_path / "home")}

    home = make_home(environ)
    before = [(home / name).read_text() for name in SECRETS]
    make_home(environ)

    assert [(home / name).read_text() for name in SECRETS] == before
    assert {stat.S_IMODE((home / name).stat().st_mode) for name in SECRETS} == {0o600}
    assert len(before[0].strip()) >= 50
    assert all(Fernet(key.strip()).encrypt(b"") for key in before[1:])
    assert len(set(before)) == 3


def test_make_home_leaves_secrets_that_come_from_elsewhere(tmp_path: Path) -> None:
    make_home({"PORTAL_HOME": str(tmp_path)} | {f"{name.upper()}_FILE": "elsewhere" for name in SECRETS})

    assert not [name for name in SECRETS if (tmp_path / name).exists()]


@pytest.mark.parametrize("name", ["data_keys", "fingerprint_key"])
def test_make_home_makes_no_new_key_for_an_old_portal(tmp_path: Path, name: str) -> None:
    make_home({"PORTAL_HOME": str(tmp_path)})
    (tmp_path / "prepared").write_text("{}")
    (tmp_path / name).unlink()

    with pytest.raises(Refusal, match=f"{name} is gone"):
        make_home({"PORTAL_HOME": str(tmp_path)})


def test_make_home_refuses_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**10, 10**10, 150 * 2**20))

    with pytest.raises(Refusal, match="is full: 150 MB free, 200 MB needed"):
        make_home({"PORTAL_HOME": str(tmp_path)})


def test_make_home_refuses_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")

    with pytest.raises(Refusal, match="cannot make PORTAL_HOME"):
        make_home({"PORTAL_HOME": str(tmp_path / "home")})


def test_make_home_refuses_a_folder_it_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_arguments: False)

    with pytest.raises(Refusal, match="is not writable"):
        make_home({"PORTAL_HOME": str(tmp_path)})


def test_lock_home_refuses_a_second_holder(tmp_path: Path) -> None:
    with lock_home(tmp_path), pytest.raises(Refusal, match=f"process {os.getpid()}"):
        lock_home(tmp_path)

    lock_home(tmp_path).close()


def test_check_libraries_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "LIBRARIES", {"libabsent.so.0": "libabsent0"})

    with pytest.raises(Refusal, match="apt-get install -y libabsent0"):
        run.check_libraries()


@pytest.mark.parametrize(
    ("host", "given", "expected"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8123"),
        ("0.0.0.0", "", "http://127.0.0.1:8123"),  # noqa: S104
        ("::1", "", "http://[::1]:8123"),
        ("0.0.0.0", "https://x.gov.cn/zwgk", "https://x.gov.cn/zwgk"),  # noqa: S104
    ],
)
def test_service_environment_names_the_public_address(
    host: str, given: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_BASE_URL", given)

    assert run.service_environment("home", host, 8123)["PORTAL_BASE_URL"] == expected


def test_supervisor_gives_up_on_a_service_that_keeps_dying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govportal.launcher.supervisor.LONGEST_PAUSE_SECONDS", 0.0)
    service = Service("web", [sys.executable, "-c", "raise SystemExit(7)"])
    supervisor = Supervisor([service], environ=dict(os.environ), directory=tmp_path)

    with pytest.raises(Refusal, match=r"web ended 5 times in 60 s \(status 7\)"):
        supervisor.run("web", lambda: False, patience=60)


def test_supervisor_ends_the_grandchildren_too(tmp_path: Path) -> None:
    service = Service("web", ["sh", "-c", "sleep 60 & echo $! > pid; wait"])  # has begun long before patience ends
    supervisor = Supervisor([service], environ=dict(os.environ), directory=tmp_path)

    with pytest.raises(Refusal, match="did not answer"):
        supervisor.run("web", lambda: False, patience=2)

    grandchild = int((tmp_path / "pid").read_text())
    assert psutil.wait_procs([psutil.Process(grandchild)] if psutil.pid_exists(grandchild) else [], timeout=30)[1] == []


ORPHANED = """
import os, sys
from pathlib import Path
from govportal.launcher.home import lock_home
from govportal.launcher.supervisor import Service, Supervisor
home = Path(sys.argv[1])
with lock_home(home) as lock:
    service = Service("web", [sys.executable, "-c", sys.argv[2]])
    Supervisor([service], environ=dict(os.environ), directory=home, kept_open=(lock.fileno(),)).run(
        "web", lambda: True, patience=60
    )
"""
SAY_PID = "import os, pathlib, signal, time; pathlib.Path('pid').write_text(str(os.getpid())); time.sleep(60)"


def service_of_killed_parent(home: Path, program: str) -> psutil.Process:
    """The service of a supervisor that was ended by SIGKILL once the service ran."""
    environ = {**os.environ, "PYTHONPATH": str(launcher_home.ROOT)}
    with subprocess.Popen([sys.executable, "-c", ORPHANED, str(home), program], env=environ) as parent:
        deadline = time.monotonic() + 60
        while not (written := home / "pid").exists() or not written.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        service = psutil.Process(int(written.read_text()))
        parent.kill()
    return service


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_service_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    service = service_of_killed_parent(tmp_path, SAY_PID)

    assert psutil.wait_procs([service], timeout=30)[1] == []


def test_home_stays_locked_while_a_service_is_left(tmp_path: Path) -> None:
    deaf = SAY_PID.replace("pathlib.Path(", "signal.signal(signal.SIGTERM, signal.SIG_IGN); pathlib.Path(", 1)
    service = service_of_killed_parent(tmp_path, deaf)

    with pytest.raises(Refusal, match="already runs on PORTAL_HOME"):
        lock_home(tmp_path)
    service.kill()
    psutil.wait_procs([service], timeout=30)

    lock_home(tmp_path).close()


@pytest.mark.parametrize("name", ["secret_key", "data_keys"])
def test_make_home_refuses_an_empty_secret(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("\n")

    with pytest.raises(Refusal, match=f"{name} is empty"):
        make_home({"PORTAL_HOME": str(tmp_path)})


def test_make_home_refuses_bytes_for_a_secret(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_bytes(b"\xff\xfe\x80")

    with pytest.raises(Refusal, match="is not a text"):
        make_home({"PORTAL_HOME": str(tmp_path)})


@pytest.mark.parametrize("name", ["secret_key", "data_keys"])
def test_make_home_refuses_a_folder_for_a_secret(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()

    with pytest.raises(Refusal, match=f"cannot read .*{name}: Is a directory"):
        make_home({"PORTAL_HOME": str(tmp_path)})


def test_lock_home_refuses_a_folder_for_the_lock(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()

    with pytest.raises(Refusal, match=r"cannot open .*lock: Is a directory"):
        lock_home(tmp_path)


@pytest.mark.parametrize("given", ["two", "0", "-1", "1.5"])
def test_number_of_web_workers_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("WEB_WORKERS", given)

    with pytest.raises(Refusal, match="WEB_WORKERS must be a whole number"):
        services.command("web", home=tmp_path, host="127.0.0.1", port=8000)


def test_shell_script_has_no_bashism() -> None:
    checked = subprocess.run(["/bin/sh", "-n", str(launcher_home.ROOT / "portal")], capture_output=True, check=False)

    assert checked.returncode == 0


def test_unknown_service_has_no_command(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown service dance"):
        services.command("dance", home=tmp_path, host="127.0.0.1", port=8000)
