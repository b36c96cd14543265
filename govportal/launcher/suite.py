"""`./portal test` and `./portal check`: every stage in order, then one summary that hides nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from xml.etree import ElementTree

from govportal.launcher import servers
from govportal.launcher.home import ROOT, make_home

CHECKS = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "imports": ["lint-imports"],
    "migrations": ["manage", "makemigrations", "--check", "--dry-run"],
    "system": ["manage", "check", "--fail-level", "WARNING"],
    "deploy": ["manage", "check", "--deploy", "--fail-level", "WARNING"],
}
# An official site as the deployment check sees it.
PRODUCTION = {
    "PORTAL_BASE_URL": "https://www.example.gov.cn/zwgk",
    "DEBUG": "",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
}


@dataclass(slots=True)
class Report:
    """What each stage gave. `missing` names what could not run and why."""

    lines: list[str] = field(default_factory=list)
    failed: bool = False
    totals: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)

    def stage(self, name: str, work: Callable[[], int]) -> None:
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        status = work()
        self.failed = self.failed or status != 0
        result = "ok" if status == 0 else "FAILED"
        self.lines.append(f"{name:<28} {result:<7} {time.monotonic() - began:7.1f} s")

    def count(self, results: Path, stage: str) -> None:
        """Add the outcomes of a JUnit file. Errors of set-up count as failures."""
        if not results.exists():
            self.missing[f"{stage}: no result was written"] += 1
            return
        # Written by pytest a moment ago.
        for case in ElementTree.parse(results).iter("testcase"):  # noqa: S314
            outcomes = {child.tag: child for child in case}
            if (skipped := outcomes.get("skipped")) is not None:
                self.totals["skipped"] += 1
                self.missing[f"{stage}: {skipped.get('message', 'no reason given')}"] += 1
            else:
                self.totals["failed" if {"failure", "error"} & outcomes.keys() else "passed"] += 1

    def finish(self, *, with_tests: bool) -> int:
        print("\n" + "\n".join(self.lines))
        for reason, count in sorted(self.missing.items()):
            print(f"not run: {reason}" + (f" ({count} tests)" if count > 1 else ""))
        if with_tests:
            print(", ".join(f"{self.totals[outcome]} {outcome}" for outcome in ("passed", "failed", "skipped")))
        return int(self.failed)


def check() -> int:
    _end_on_signal()
    report = Report()
    with servers.temporary_home("check") as home:
        _run_checks(report, home)
    return report.finish(with_tests=False)


def test(arguments: list[str]) -> int:
    """The whole suite; with pytest arguments those tests alone, on both databases."""
    _end_on_signal()
    report = Report()
    with ExitStack() as stack:
        home = stack.enter_context(servers.temporary_home("test"))
        if not arguments:
            _run_checks(report, home)
        marked = arguments or ["--numprocesses", "2", "-m", "not e2e"]
        report.stage("tests on SQLite", partial(_pytest, report, "SQLite", home, {"DATABASE_URL": ""}, marked))

        environ = {"DATABASE_URL": os.environ.get("DATABASE_URL") or stack.enter_context(servers.postgresql())}
        redis_url = os.environ.get("REDIS_URL") or stack.enter_context(servers.redis())
        if redis_url:
            environ["REDIS_URL"] = redis_url
        else:
            report.missing["Redis: redis-server is not installed"] += 1
        report.stage("tests on PostgreSQL", partial(_pytest, report, "PostgreSQL", home, environ, marked))

        if not arguments:
            if not shutil.which("chromium"):
                report.missing["browser: Chromium is not installed"] += 1
            in_full = partial(_pytest, report, "end to end", home, {"DATABASE_URL": ""}, ["-m", "e2e"])
            report.stage("end to end", in_full)
        if not os.environ.get("PORTAL_DATA"):
            report.missing["real documents: PORTAL_DATA is not set"] += 1
    return report.finish(with_tests=True)


def _run_checks(report: Report, home: Path) -> None:
    database = {"DATABASE_URL": f"sqlite:///{home / 'checked.sqlite3'}"}
    _call(["manage", "migrate", "--verbosity", "0"], _environ(home, database))
    for name, words in CHECKS.items():
        extra = PRODUCTION if name == "deploy" else {}
        report.stage(name, partial(_call, words, _environ(home, {**database, **extra})))


def _environ(home: Path, extra: dict[str, str]) -> dict[str, str]:
    """Ours without what belongs to a running portal, with a home of the suite's own."""
    environ = {name: value for name, value in os.environ.items() if name not in {"REDIS_URL", "PORTAL_BASE_URL"}}
    environ |= {"PORTAL_HOME": str(home), **extra}
    make_home(environ)
    return environ


def _pytest(report: Report, stage: str, home: Path, extra: dict[str, str], arguments: list[str]) -> int:
    results = home / f"{stage.replace(' ', '-')}.xml"
    status = _call(["pytest", f"--junitxml={results}", *arguments], _environ(home, extra))
    report.count(results, stage)
    return status


def _call(words: list[str], environ: dict[str, str]) -> int:
    """Run a tool of the environment at the root; `manage` stands for manage.py."""
    program, *rest = words
    folder = Path(sys.executable).parent
    start = [sys.executable, str(ROOT / "manage.py")] if program == "manage" else [str(folder / program)]
    return subprocess.run([*start, *rest], cwd=ROOT, env=environ, check=False).returncode  # noqa: S603


def _end_on_signal() -> None:
    """SIGTERM unwinds like Ctrl-C, so the servers and temporary folders go too."""

    def end(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)
