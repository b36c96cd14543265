"""Several people at one moment: each call in a thread and a database connection of its own."""

from collections.abc import Callable
from threading import Barrier, Event, Thread
from time import monotonic

from django.db import connection, transaction

SECONDS = 120  # nobody takes so long, even on a machine that does much else: whoever does waits for ever


def at_once(*calls: Callable[[], object], times: int = 1) -> list[object]:
    """What each call returned or raised, in no order. For tests with transaction=True."""
    work = calls * times
    barrier = Barrier(len(work), timeout=SECONDS)
    outcomes: list[object] = []

    def run(call: Callable[[], object]) -> None:
        try:
            barrier.wait()
            outcomes.append(call())
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[call], daemon=True) for call in work]
    for thread in threads:
        thread.start()
    until = monotonic() + SECONDS
    for thread in threads:
        thread.join(max(0, until - monotonic()))
    assert not any(thread.is_alive() for thread in threads), f"somebody waits for ever; the others: {outcomes}"
    return outcomes


def in_turn(first: Callable[[Callable[[], None]], object], second: Callable[[], object]) -> list[object]:
    """Two at one moment, the second within the first; what each returned or raised, in no order.

    The first calls what it is given once it holds its locks. Then the second begins, and the first goes on when the
    second stands before one of them, or has ended without. On SQLite, where nobody can look into it, it goes on.
    """
    is_begun, is_over = Event(), Event()

    def meet() -> None:
        is_begun.set()
        until = monotonic() + SECONDS
        while not _somebody_waits_for_us() and not is_over.wait(0.02):
            assert monotonic() < until, "the second neither waits nor ends"

    def begin() -> object:
        try:
            return first(meet)
        finally:
            is_begun.set()

    def follow() -> object:
        try:
            assert is_begun.wait(SECONDS), "the first never came to its locks"
            return second()
        finally:
            is_over.set()

    return at_once(begin, follow)


def first_and_second(first: Callable[[], object], second: Callable[[], object]) -> list[object]:
    """The second comes when the first has done all but its commit; what each returned or raised, in no order."""

    def at_length(meet: Callable[[], None]) -> object:
        with transaction.atomic():
            outcome = first()
            meet()
        return outcome

    return in_turn(at_length, second)


def _somebody_waits_for_us() -> bool:
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None
