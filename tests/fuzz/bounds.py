"""What an input may cost: a target asserts that N bytes take neither seconds nor many times N of memory."""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 2.0  # far above what any input of a fuzzer needs, far below what a student would notice
FACTOR = 20  # bytes of memory for each byte of input
SLACK = 8 << 20  # bytes that an allocator or a cache may take at once, whatever the input is

exact = False  # whether memory is counted by tracemalloc, which is slow, and not by the process's peak


class TooCostly(AssertionError):
    """An input that costs more than inputs of its size may."""


@contextmanager
def bounded(size: int) -> Iterator[None]:
    """Raise TooCostly if the body takes too long or too much memory for an input of `size` bytes."""
    if exact:
        tracemalloc.start()
    before, started = _peak(), time.process_time()
    try:
        yield
    finally:
        seconds, grown = time.process_time() - started, _peak() - before
        if exact:
            tracemalloc.stop()
    if seconds > SECONDS:
        raise TooCostly(f"{size} bytes took {seconds:.1f} s")
    if grown > FACTOR * size + SLACK:
        raise TooCostly(f"{size} bytes took {grown >> 20} MiB of memory")


def _peak() -> int:
    if exact:
        return tracemalloc.get_traced_memory()[1]
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10
