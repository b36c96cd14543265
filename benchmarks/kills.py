"""Reminders while workers are killed with `kill -9`: each rung once in ledger and inbox, each mail and hook at least
once and again only where a sender died with it in hand.

Real beats and workers, on PostgreSQL with Redis; on SQLite one of each with the filesystem transport.
"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil
from django.db import transaction
from django.utils.timezone import localdate

from benchmarks.deadlines import write_county
from benchmarks.measure import Context, Measure
from govportal import mails, reminders
from govportal.launcher import servers
from govportal.launcher.home import ROOT
from govportal.models import InboxMessage, Notice, Reminder
from govportal.models.notice import Channel, NoticeState
from govportal.now import now
from tests.hook_sink import HookSink, hook_sink
from tests.mail_sink import MailSink, mail_sink

type Row = tuple[str, str, int, int]  # deadline, version, rung, recipient

HOOK_EVERY = 25  # one agency in so many has a messenger


@dataclass(frozen=True, slots=True)
class Plan:
    """`every`: seconds between two rounds of reminders; `rows` of one transaction; `patience` in seconds."""

    deadlines: int
    agencies: int
    workers: int
    beats: int
    kills: int
    every: float = 3
    rows: int = 500
    patience: float = 120


@dataclass(slots=True)
class Outcome:
    """What was found afterwards. `seconds` until the last notice was sent; the others count what ought to be nothing,
    but for the first four, and for repeats, of which there is one for each kill at most."""

    seconds: float = 0
    rows: int = 0
    mails: int = 0
    hooks: int = 0
    kills: int = 0
    kills_within_round: int = 0
    missing_rows: int = 0
    other_rows: int = 0
    missing_inbox: int = 0
    without_mail: int = 0
    unsent: int = 0
    unseen: int = 0
    unknown: int = 0
    repeats: int = 0


def run(context: Context) -> list[Measure]:
    if context.vendor == "sqlite":
        plan = Plan(deadlines=2_000, agencies=50, workers=1, beats=1, kills=3, rows=50, patience=300)
    else:
        plan = Plan(deadlines=100_000, agencies=500, workers=4, beats=2, kills=10, every=20, patience=1_200)
    with nullcontext(None) if context.vendor == "sqlite" else servers.redis() as redis_url:
        if context.vendor != "sqlite" and redis_url is None:
            raise SystemExit("this benchmark needs redis-server")
        found = endure(plan, redis_url, context.home)
    return [
        Measure("open deadlines", plan.deadlines, ""),
        Measure("workers at once", plan.workers, ""),
        Measure("beats at once", plan.beats, ""),
        Measure("workers killed", found.kills, "", limit=plan.kills, at_least=True),
        Measure("of which while a round wrote", found.kills_within_round, "", limit=1, at_least=True),
        Measure("from the first row to the last mail sent", found.seconds, "s"),
        Measure("rows of ledger", found.rows, "rows"),
        Measure("rows of an undisturbed round that are missing", found.missing_rows, "rows", limit=0),
        Measure("rows beside them, or doubled", found.other_rows, "rows", limit=0),
        Measure("rows without their message in the inbox", found.missing_inbox, "rows", limit=0),
        Measure("rows without their mail", found.without_mail, "rows", limit=0),
        Measure("mails and hooks", found.mails + found.hooks, ""),
        Measure("of which not sent", found.unsent, "", limit=0),
        Measure("of which mail server or messenger saw none", found.unseen, "", limit=0),
        Measure("messages that the outbox does not know", found.unknown, "", limit=0),
        Measure("messages that came again", found.repeats, "", limit=plan.kills),
    ]


def endure(plan: Plan, redis_url: str | None, home: Path) -> Outcome:
    """On an empty, migrated database, with Django set up."""
    with mail_sink() as mail, hook_sink() as hooks, ExitStack() as stack:
        addresses = dict.fromkeys(range(0, plan.agencies, HOOK_EVERY), hooks.url)
        write_county(plan.deadlines, plan.agencies, localdate(now()), addresses)
        expected, messages = _undisturbed()
        fleet = Fleet(plan, environ_of(plan, redis_url, mail.port), home)
        stack.callback(fleet.stop)
        fleet.start()
        outcome = Outcome()
        must(lambda: Reminder.objects.exists(), plan, fleet)
        began = time.monotonic()
        _kill(plan, fleet, outcome, rows=len(expected), seen=lambda: (len(mail.ids()) + len(hooks.keys)) / messages)
        must(lambda: _is_done(len(expected)), plan, fleet)
        outcome.seconds = time.monotonic() - began
        fleet.stop()
        _compare(outcome, expected, mail, hooks)
    return outcome


def _undisturbed() -> tuple[set[Row], int]:
    """(rows of ledger, number of mails and hooks) of a round that is taken back."""
    with transaction.atomic():
        reminders.remind(now())
        rows, messages = set(_rows()), Notice.objects.count()
        transaction.set_rollback(True)
    return rows, messages


def _rows() -> list[Row]:
    return list(Reminder.objects.order_by().values_list("deadline", "version", "rung", "recipient_id"))


def environ_of(plan: Plan, redis_url: str | None, mail_port: int) -> dict[str, str]:
    return {
        **os.environ,
        "REDIS_URL": redis_url or "",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail_port),
        "HURRIED_SECONDS": str(plan.every),
        "HURRIED_ROWS": str(plan.rows),
    }


class Fleet:
    """Workers and beats, each in a process group of its own; what they say goes to a file."""

    def __init__(self, plan: Plan, environ: dict[str, str], home: Path) -> None:
        self._plan, self._environ, self._home = plan, environ, home
        self._log: IO[bytes] = (home / "fleet.log").open("ab")
        self._workers: list[subprocess.Popen[bytes]] = []
        self._beats: list[subprocess.Popen[bytes]] = []
        self._chance = random.Random(5)

    def start(self) -> None:
        self._workers = [self._worker(n) for n in range(self._plan.workers)]
        for n in range(self._plan.beats):
            schedule = str(self._home / f"schedule-{n}")
            self._beats.append(self._celery("beat", "--schedule", schedule, "--pidfile="))

    def _worker(self, n: int) -> subprocess.Popen[bytes]:
        options = ["--queues", "default,mail,pdf", "--concurrency", "1", "--without-gossip", "--without-mingle"]
        return self._celery("worker", "--hostname", f"worker-{n}@%h", *options)

    def _celery(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "--app", "benchmarks.hurried", "--quiet", *words]
        return subprocess.Popen(
            [*command, "--loglevel", "warning"],
            cwd=ROOT, env=self._environ, stdout=self._log, stderr=self._log, start_new_session=True,
        )  # fmt: skip

    def kill(self) -> None:
        """One worker at random with kill -9: the whole of it, which is started again, or in one case of three the
        process alone that does its tasks, as a system short of memory kills it."""
        n = self._chance.randrange(len(self._workers))
        worker = self._workers[n]
        children = psutil.Process(worker.pid).children()
        if children and self._chance.random() < 1 / 3:
            children[0].kill()
            return
        _end(worker)
        self._workers[n] = self._worker(n)

    def stop(self) -> None:
        for process in [*self._workers, *self._beats]:
            _end(process)
        self._log.flush()

    def said(self) -> str:
        return (self._home / "fleet.log").read_text()[-5_000:]


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def must(is_so: Callable[[], bool], plan: Plan, fleet: Fleet) -> None:
    """Wait for it. Raises RuntimeError with what the workers said when it does not come."""
    until = time.monotonic() + plan.patience
    while not is_so():
        if time.monotonic() > until:
            states = Counter(Notice.objects.values_list("state", "last_error"))
            raise RuntimeError(f"{Reminder.objects.count()} rows, notices {states}\n{fleet.said()}")
        time.sleep(0.01 if plan.deadlines < 10_000 else 0.2)


def _kill(plan: Plan, fleet: Fleet, outcome: Outcome, *, rows: int, seen: Callable[[], float]) -> None:
    """Spread over round and sending alike, the first soon enough to meet a round half done on a busy machine."""
    for number in range(plan.kills):
        share = (number + 0.1) / plan.kills
        must(lambda: Reminder.objects.count() / rows + seen() >= 2 * share, plan, fleet)  # noqa: B023  (called at once)
        fleet.kill()
        outcome.kills += 1
        outcome.kills_within_round += Reminder.objects.count() < rows


def _is_done(rows: int) -> bool:
    return Reminder.objects.count() >= rows and not Notice.objects.filter(state=NoticeState.WAITING).exists()


def _compare(outcome: Outcome, expected: set[Row], mail: MailSink, hooks: HookSink) -> None:
    rows = _rows()
    outcome.rows, outcome.missing_rows = len(rows), len(expected - set(rows))
    outcome.other_rows = len(rows) - len(expected & set(rows))
    told = set(InboxMessage.objects.values_list("key", flat=True))
    keys = {f"reminder:{pk}" for pk in Reminder.objects.values_list("pk", flat=True)}
    outcome.missing_inbox = len(told ^ keys)
    outcome.without_mail = Reminder.objects.filter(notice=None).count()
    outcome.unsent = Notice.objects.exclude(state=NoticeState.SENT).count()
    known = Counter(
        mails.message_id(key) if channel == Channel.MAIL else hashlib.sha256(key.encode()).hexdigest()[:32]
        for key, channel in Notice.objects.values_list("key", "channel")
    )
    seen = Counter([*mail.ids(), *hooks.keys])
    outcome.mails = Notice.objects.filter(channel=Channel.MAIL).count()
    outcome.hooks = known.total() - outcome.mails
    outcome.unseen, outcome.unknown = len(known.keys() - seen.keys()), len(seen.keys() - known.keys())
    outcome.repeats = seen.total() - len(seen)
