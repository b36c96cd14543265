"""`./portal health`: whether the service of a container answers, for health checks."""

import http.client
import os
import subprocess
import sys
import time
from urllib.parse import urlsplit

from govportal.launcher.console import Refusal
from govportal.launcher.home import ROOT, home_path

# Beat writes its schedule back every three minutes.
BEAT_SILENCE_SECONDS = 600.0


def health(words: list[str]) -> int:
    """Raises Refusal with what is wrong."""
    service = words[0] if words else "web"
    checks = {"web": _web, "worker": _worker, "beat": _beat}
    if service not in checks:
        raise Refusal(f"unknown service {service!r}")
    checks[service]()
    return 0


def _web() -> None:
    base = urlsplit(os.environ.get("PORTAL_BASE_URL") or "http://127.0.0.1:8000")
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    try:
        connection.request("GET", f"{base.path.rstrip('/')}/healthz", headers={"Host": base.netloc})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Refusal(f"web does not answer: {error}") from None
    finally:
        connection.close()
    if status != 200:
        raise Refusal(f"web answers with status {status}")


def _worker() -> None:
    ping = [sys.executable, "-m", "celery", "--app", "govportal.celery", "inspect", "ping", "--timeout", "10"]
    host = ["--destination", f"celery@{os.uname().nodename}"]
    if subprocess.run([*ping, *host], cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:  # noqa: S603
        raise Refusal("the worker does not answer")


def _beat() -> None:
    schedule = home_path(os.environ) / "beat-schedule"
    age = time.time() - schedule.stat().st_mtime if schedule.exists() else float("inf")
    if age > BEAT_SILENCE_SECONDS:
        raise Refusal("beat has not written its schedule for ten minutes")
