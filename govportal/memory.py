"""A bound on what a process may hold while it does one thing, so that what is too big fails by itself and alone."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_most(megabytes: int) -> Iterator[None]:
    """Within, whoever asks for more gets a MemoryError. It is of the whole process, so for workers. 0: no bound.

    Linux counts what the process has asked for and may write, a little more than it holds.
    """
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = megabytes * 2**20
    if not megabytes or (most != resource.RLIM_INFINITY and most < wanted):
        yield
        return
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))
