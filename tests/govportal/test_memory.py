import resource

import pytest

from govportal import memory


def asked_for() -> int:
    """What this process may write, in MB, as the kernel counts it."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmData")) // 1024


def test_what_is_too_big_fails_and_what_comes_after_does_not() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)

    with pytest.raises(MemoryError), memory.at_most(asked_for() + 100):
        bytearray(400 * 2**20)

    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    with memory.at_most(0):
        assert len(bytearray(400 * 2**20)) == 400 * 2**20


def resident() -> int:
    """What this process holds, in MB."""
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) // 1024


def test_large_blocks_go_back_also_after_larger_ones_were_given_back() -> None:
    memory.return_large_blocks()
    bytearray(b"x" * (30 * 2**20))  # after which glibc would keep everything below 30 MB

    blocks = [bytearray(b"x" * (20 * 2**20)) for _number in range(4)]
    small = [bytearray(b"x" * 2000) for _number in range(100)]  # above the blocks, so that their place is a hole
    held = resident()
    blocks.clear()

    assert held - resident() >= 70
    assert len(small) == 100
