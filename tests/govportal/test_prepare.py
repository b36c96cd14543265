"""`manage.py prepare` on what a crash, a full disk or a wrong hand left behind: one line, no traceback."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from govportal.launcher.home import ROOT
from govportal.management.commands import prepare


def prepared(home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PORTAL_HOME": str(home), "SECRET_KEY": "x" * 50, "DATABASE_URL": "", **environ}
    command = [sys.executable, "manage.py", "prepare"]
    return subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)


def test_broken_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "portal.sqlite3").write_bytes(b"garbage" * 1000)

    result = prepared(tmp_path)

    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"CommandError: the database {tmp_path / 'portal.sqlite3'} cannot be used: file is not a database"
    ]


def test_folder_in_place_of_the_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "portal.sqlite3").mkdir()

    result = prepared(tmp_path)

    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "unable to open database file" in result.stderr


def test_unreachable_database_is_one_line(tmp_path: Path) -> None:
    result = prepared(tmp_path, DATABASE_URL="postgres://portal:hidden@127.0.0.1:1/portal")

    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "the database portal cannot be used: connection failed" in result.stderr
    assert "hidden" not in result.stderr


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (DatabaseError("database or disk is full"), "database or disk is full"),
    ],
)
@pytest.mark.django_db
def test_full_disk_is_one_line(failure: Exception, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise failure

    monkeypatch.setattr(prepare, "fingerprints", fail)

    with pytest.raises(CommandError, match=reason) as refusal:
        call_command("prepare")

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe"])
def test_broken_stamp_counts_for_nothing(tmp_path: Path, content: bytes) -> None:
    stamp = tmp_path / "prepared"
    stamp.write_bytes(content)

    assert prepare.stamped(stamp) == {}


def test_stamp_is_read(tmp_path: Path) -> None:
    stamp = tmp_path / "prepared"
    stamp.write_text('{"code": "1"}')

    assert prepare.stamped(stamp) == {"code": "1"}
