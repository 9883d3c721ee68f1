"""Ceilings of one worker, as far as the platform has them: memory, processor time, files, processes."""

from __future__ import annotations

import os
import sys

try:
    import resource
except ImportError:  # Windows has no such thing: there the grader watches from outside
    resource = None  # type: ignore[assignment]

FILE_BYTES = 1 << 20  # of one file
OPEN_FILES = 32
CHANNEL_FD = 3


def keep_only(channel: int) -> None:
    """Close every descriptor but the channel; standard streams lead nowhere."""
    os.dup2(channel, CHANNEL_FD)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.closerange(CHANNEL_FD + 1, 4096)


def limit(memory_mib: int, cpu_seconds: int) -> None:
    """Cap what this process may use beyond what it holds already; no core dumps, no processes of its own.

    Memory is capped on Linux only: elsewhere the system ignores the limit.
    """
    if resource is None:
        return
    if sys.platform == "linux":
        with open("/proc/self/statm") as statm:
            held = int(statm.read().split()[0]) * resource.getpagesize()
        _cap(resource.RLIMIT_AS, held + (memory_mib << 20))
    _cap(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)  # first a signal with a name, then the end
    _cap(resource.RLIMIT_FSIZE, FILE_BYTES)
    _cap(resource.RLIMIT_NOFILE, OPEN_FILES)
    _cap(resource.RLIMIT_NPROC, 0)  # threads count too; root is exempt
    _cap(resource.RLIMIT_CORE, 0)


def _cap(what: int, soft: int, hard: int | None = None) -> None:
    """Lower a limit, and never ask for more than there was."""
    most = resource.getrlimit(what)[1]
    hard = soft if hard is None else hard
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(what, (soft, hard))
