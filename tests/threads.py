"""Several people at one moment: each call in a thread and a database connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread
from time import monotonic, sleep

from django.db import connection


def at_once(*calls: Callable[[], object], times: int = 1) -> list[object]:
    """What each call returned or raised, in no order. For tests with transaction=True."""
    work = calls * times
    barrier = Barrier(len(work))
    outcomes: list[object] = []

    def run(call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            outcomes.append(call())
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[call]) for call in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def until_somebody_waits(seconds: float = 5) -> None:
    """Until another connection stands before a lock that is held. PostgreSQL alone: SQLite has one writer."""
    until = monotonic() + seconds
    while monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        sleep(0.02)


def after_a_moment[T](call: Callable[[], T]) -> T:
    """For the one of two who is to come second."""
    sleep(0.3)
    return call()
