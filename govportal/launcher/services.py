"""The three long-running services and their commands: one list for `run`, containers and systemd."""

import os
import sys
from pathlib import Path

from govportal.launcher.console import Refusal

SERVICES = ("web", "worker", "beat")


def command(service: str, *, home: Path, host: str, port: int) -> list[str]:
    """The command line of a service. Web answers on host and port; the others listen nowhere."""
    module = [sys.executable, "-m"]
    celery = [*module, "celery", "--app", "govportal.celery", "--quiet"]
    if service == "web":
        return [
            *[*module, "granian", "govportal.wsgi:application", "--interface", "wsgi"],
            *["--host", host, "--port", str(port), "--log-level", "warning"],
            # Four threads a process: Granian's own default opens 79 connections to PostgreSQL.
            *["--workers", str(_web_workers()), "--blocking-threads", "4", "--respawn-failed-workers"],
        ]
    if service == "worker":
        return [
            *[*celery, "worker", "--queues", "default,mail,pdf", "--concurrency", "2"],
            *["--loglevel", "warning", "--without-gossip", "--without-mingle"],
        ]
    if service == "beat":
        return [*celery, "beat", "--schedule", str(home / "beat-schedule"), "--pidfile=", "--loglevel", "warning"]
    raise ValueError(f"unknown service {service}")


def _web_workers() -> int:
    """WEB_WORKERS, or one process for each core, four at most. Raises Refusal."""
    given = os.environ.get("WEB_WORKERS", "").strip()
    if given and not (given.isdecimal() and int(given)):
        raise Refusal(f"WEB_WORKERS must be a whole number from 1, not {given!r}")
    return int(given or min(os.cpu_count() or 1, 4))
