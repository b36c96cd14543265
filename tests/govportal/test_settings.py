"""What the environment makes of the settings, read in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
HSTS = ("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")


def settings_with(*names: str, **environ: str) -> list[Any]:
    script = (
        f"import json; from govportal import settings; print(json.dumps([getattr(settings, n) for n in {names!r}]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **environ}, cwd=ROOT, capture_output=True, check=True
    )
    values: list[Any] = json.loads(result.stdout)
    return values


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"PORTAL_BASE_URL": "http://x.gov.cn", "HSTS_PRELOAD": "1"}, [0, False, False]),
        ({"PORTAL_BASE_URL": "https://x.gov.cn"}, [31_536_000, False, False]),
        ({"PORTAL_BASE_URL": "https://x.gov.cn", "HSTS_INCLUDE_SUBDOMAINS": "1"}, [31_536_000, True, False]),
        ({"PORTAL_BASE_URL": "https://x.gov.cn", "HSTS_PRELOAD": "1"}, [31_536_000, False, True]),
    ],
)
def test_neighbouring_hosts_are_forced_to_https_only_on_demand(environ: dict[str, str], expected: list[Any]) -> None:
    assert settings_with(*HSTS, **environ) == expected


BAD = [
    ({"DEBUG": "maybe"}, "DEBUG must be true or false, not 'maybe'"),
    ({"ATTACHMENT_MAX_MB": "big"}, "ATTACHMENT_MAX_MB must be a whole number, not 'big'"),
    ({"ATTACHMENT_MAX_MB": "-1"}, "ATTACHMENT_MAX_MB must be a whole number, not '-1'"),
    ({"ATTACHMENT_MAX_MB": "9" * 5000}, "ATTACHMENT_MAX_MB must be a whole number"),
    ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'LOUD'"),
    ({"PORTAL_BASE_URL": "x.gov.cn"}, "PORTAL_BASE_URL must be an http or https address, not 'x.gov.cn'"),
    ({"PORTAL_BASE_URL": "http://[::1"}, "PORTAL_BASE_URL must be an http or https address"),
    ({"PORTAL_BASE_URL": "http://x.gov.cn:port"}, "PORTAL_BASE_URL must be an http or https address"),
    ({"PORTAL_BASE_URL": "http://x.gov.cn/?a=1"}, "PORTAL_BASE_URL must be an http or https address"),
    ({"DATABASE_URL": "mysql://x/y"}, "begins with 'mysql'"),
    ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL must be sqlite:///file"),
    ({"DATABASE_URL": "postgres://localhost"}, "DATABASE_URL must be sqlite:///file or postgres://"),
    ({"DATABASE_URL": "postgres://u:hidden@localhost:port/x"}, "DATABASE_URL is no address"),
    ({"SECRET_KEY_FILE": "/"}, "cannot read /"),
    ({"SECRET_KEY_FILE": "/nowhere/key"}, "no secret key"),
]


@pytest.mark.parametrize(("environ", "reason"), BAD)
def test_bad_variable_is_one_line_and_no_traceback(environ: dict[str, str], reason: str) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env={**os.environ, **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("portal: ")
    assert reason in result.stderr
    assert "hidden" not in result.stderr


@pytest.mark.django_db
def test_wrong_address_leaves_no_line_in_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    assert client.get("/no/such/page/").status_code == 404

    assert caplog.records == []


def test_address_without_a_variable_is_where_the_portal_last_listened(tmp_path: Path) -> None:
    for name in ("secret_key", "data_keys", "fingerprint_key"):
        (tmp_path / name).write_text("x" * 50)
    (tmp_path / "base_url").write_text("http://127.0.0.1:8799\n")
    environ = {**os.environ, "PORTAL_HOME": str(tmp_path), "PORTAL_BASE_URL": ""}
    shown = "from django.conf import settings; print(settings.PORTAL_BASE_URL, settings.MAILERS['default']['OPTIONS'])"

    result = subprocess.run(
        [sys.executable, "-c", shown], env=environ, cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert result.stdout.split(maxsplit=1)[0] == "http://127.0.0.1:8799"
    assert str(tmp_path / "mail") in result.stdout
