"""What a process holds: a bound while it does one thing, so that what is too big fails by itself and alone; and giving
back what it has done with."""

import ctypes
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_MMAP_THRESHOLD, _LARGE = -3, 2**20  # of malloc.h; bytes


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


def return_large_blocks() -> None:
    """From now on a block of a megabyte or more goes back to the system as soon as it is free.

    glibc by itself gives the first ones back and then keeps the place of those that follow: a font of 19 MB leaves a
    hole for good. Elsewhere nothing happens.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)
