"""PORTAL_HOME: what is made there, and the refusals before anything starts."""

import os
import shutil
import stat
import subprocess
import sys
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
    script = "import subprocess; p = subprocess.Popen(['sleep', '60']); open('pid', 'w').write(str(p.pid)); p.wait()"
    service = Service("web", [sys.executable, "-c", script])
    supervisor = Supervisor([service], environ=dict(os.environ), directory=tmp_path)

    with pytest.raises(Refusal, match="did not answer"):
        supervisor.run("web", lambda: False, patience=2)

    grandchild = int((tmp_path / "pid").read_text())
    assert psutil.wait_procs([psutil.Process(grandchild)] if psutil.pid_exists(grandchild) else [], timeout=5)[1] == []


def test_shell_script_has_no_bashism() -> None:
    checked = subprocess.run(["/bin/sh", "-n", str(launcher_home.ROOT / "portal")], capture_output=True, check=False)

    assert checked.returncode == 0


def test_unknown_service_has_no_command(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown service dance"):
        services.command("dance", home=tmp_path, host="127.0.0.1", port=8000)
