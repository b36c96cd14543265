"""Several people at one moment: each call in a thread and a database connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread

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
