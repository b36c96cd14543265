"""One parent for several services: starts them, restarts what dies, stops them all together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

from govportal.launcher.console import Refusal, say

TICK_SECONDS = 0.1
GRACE_SECONDS = 20.0
DEATHS_ALLOWED = 5
DEATHS_WINDOW_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 16.0
_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None)


def _end_with(parent: int) -> None:
    """In a new child, before its program: SIGTERM when the parent dies, even by SIGKILL. Linux alone can."""
    if sys.platform == "linux":
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died in between
            os._exit(1)


@dataclass(slots=True)
class Service:
    """A command kept alive. Its process leads a session of its own, so the whole group can be ended."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)
    start_at: float = 0.0

    def start(self, environ: dict[str, str], directory: Path, kept_open: tuple[int, ...]) -> None:
        # One thread only, so code may run between fork and exec.
        self.process = subprocess.Popen(  # noqa: S603  (our own command)
            self.command,
            cwd=directory,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=2,
            start_new_session=True,
            pass_fds=kept_open,
            preexec_fn=partial(_end_with, os.getpid()),
        )

    def signal_group(self, number: signal.Signals) -> None:
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Runs services until SIGINT, SIGTERM or SIGHUP. Times are seconds of the monotonic clock.

    `kept_open` are descriptors that every service holds too.
    """

    def __init__(
        self, services: list[Service], *, environ: dict[str, str], directory: Path, kept_open: tuple[int, ...] = ()
    ) -> None:
        self._services = services
        self._environ = environ
        self._directory = directory
        self._kept_open = kept_open
        self._is_stopping = False

    def catch_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def run(self, first: str, is_ready: Callable[[], bool], *, patience: float) -> None:
        """Start `first`, wait until it is ready, start the rest, and watch until asked to stop.

        The others wait so that they do not take the cores from the first page. Raises Refusal when
        the first is not ready within `patience` seconds, or when a service keeps dying.
        """
        try:
            watched = [service for service in self._services if service.name == first]
            has_answered = False
            ready_by = time.monotonic() + patience
            while not self._is_stopping:
                self._keep_alive(watched)
                if not has_answered:
                    has_answered = is_ready()
                    if has_answered:
                        watched = self._services
                    elif time.monotonic() > ready_by:
                        raise Refusal(f"{first} did not answer within {patience:.0f} s")
                time.sleep(TICK_SECONDS)
        finally:
            self.stop()

    def _keep_alive(self, watched: list[Service]) -> None:
        now = time.monotonic()
        for service in watched:
            if service.process is None:
                if now >= service.start_at:
                    service.start(self._environ, self._directory, self._kept_open)
            elif (status := service.process.poll()) is not None:
                service.signal_group(signal.SIGKILL)
                service.process = None
                service.start_at = now + self._pause_after_death(service, status, now)

    def _pause_after_death(self, service: Service, status: int, now: float) -> float:
        """Seconds to wait before the next start: 1, 2, 4, … Raises Refusal after too many deaths."""
        service.deaths = [at for at in service.deaths if now - at < DEATHS_WINDOW_SECONDS] + [now]
        count = len(service.deaths)
        if count >= DEATHS_ALLOWED:
            raise Refusal(f"{service.name} ended {count} times in {DEATHS_WINDOW_SECONDS:.0f} s (status {status})")
        pause = min(2.0 ** (count - 1), LONGEST_PAUSE_SECONDS)
        say(f"{service.name} ended with status {status}; starting it again in {pause:.0f} s")
        return pause

    def stop(self) -> None:
        """Ask every service to end, wait for the grace, then end what is left of every group."""
        living = [service for service in self._services if service.process]
        for service in living:
            if service.process and service.process.poll() is None:
                # To the leader alone: it lets its workers finish the task in hand.
                service.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for service in living:
            if service.process:
                try:
                    service.process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    say(f"{service.name} did not end within {GRACE_SECONDS:.0f} s; ending it by force")
                service.signal_group(signal.SIGKILL)
                service.process.wait()
