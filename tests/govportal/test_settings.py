"""What the environment makes of the settings, read in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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
