"""A worker's processes, watched and ended from outside: for systems where no fork server can do it.

What gets away from this is said in docs/security.md.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator

import psutil

from dojo.worker import scratch

PAUSE = 0.05  # seconds between two looks at a worker
ROUNDS = 20  # of killing what was started while we were killing
TAG = "TMPDIR"  # a variable that is different for each worker, and that its descendants inherit


class Tree:
    """A process that we have started, and all that descends from it as far as it can be found.

    folder: their scratch folder and the value of TAG for them, by which orphans are known again.
    """

    def __init__(self, pid: int, folder: str) -> None:
        """Raises psutil.Error where the process has ended already."""
        self._root, self.folder = psutil.Process(pid), folder
        self._seen: set[psutil.Process] = set()

    def held(self) -> tuple[int, float]:
        """Bytes of memory and processor seconds of all of them together."""
        memory, seconds = 0, 0.0
        for process in self._members():
            with contextlib.suppress(psutil.Error):
                info, times = process.memory_info(), process.cpu_times()
                memory += getattr(info, "private", info.rss)  # Windows moves pages out of the resident set
                seconds += times.user + times.system
        return memory, seconds

    def kill(self) -> None:
        """Kill all that can be seen at this moment."""
        members = self._members()
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._root.pid, signal.SIGKILL)
        for process in members:
            with contextlib.suppress(psutil.Error):
                process.kill()

    def end(self) -> None:
        """Kill all of them, orphans too, until none is found any more."""
        self.kill()
        for _ in range(ROUNDS):
            orphans = list(self._orphans())
            for orphan in orphans:
                with contextlib.suppress(psutil.Error):
                    orphan.kill()
            if not orphans:
                return

    def _members(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            self._seen.update(self._root.children(recursive=True))
        return [self._root, *self._seen]

    def _orphans(self) -> Iterator[psutil.Process]:
        """Processes that are younger than ours and carry its tag, or work in its folder."""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                old = process.create_time() < self._root.create_time()
                if old or process == self._root or process.status() == psutil.STATUS_ZOMBIE:
                    continue
                if self._is_tagged(process):
                    yield process

    def _is_tagged(self, process: psutil.Process) -> bool:
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(TAG) == self.folder:
                return True
        with contextlib.suppress(psutil.Error, OSError):
            return process.cwd() == self.folder
        return False


class Watch(threading.Thread):
    """Looks at a worker all its life, and kills it when it holds more than it may.

    `broken` then says why, as in `WorkerEnded`: "memory" or "timeout", and a sentence.
    """

    def __init__(self, tree: Tree, memory_mib: int, cpu_seconds: float) -> None:
        super().__init__(daemon=True)
        memory, seconds = tree.held()
        self._tree, self._memory_mib = tree, memory_mib
        self._most_memory, self._most_seconds = memory + (memory_mib << 20), seconds + cpu_seconds
        self._over = threading.Event()
        self.broken: tuple[str, str] | None = None
        self.start()

    def run(self) -> None:
        """Look until it is over."""
        while not self._over.wait(PAUSE):
            memory, seconds = self._tree.held()
            if memory > self._most_memory:
                self.broken = "memory", f"more than {self._memory_mib} MiB of memory"
            elif seconds > self._most_seconds:
                self.broken = "timeout", "it used up its processor time"
            elif scratch.is_full(self._tree.folder):
                self.broken = "crashed", scratch.TOO_MUCH
            if self.broken:
                return self._tree.kill()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()
