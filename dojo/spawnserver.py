"""What stands in for the fork server where there is no safe fork: macOS and Windows.

Each worker is an interpreter of its own, used once. A few of them import torch ahead of time.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from typing import Any

from dojo.channel import Worker
from dojo.forkserver import ServerDied
from dojo.isolation.levels import Proof
from dojo.spare import Spare, remove_leftovers

MOST = 4  # spares; each takes as much memory as torch does
PROCESS = "where workers cannot be forked there are no walls around them yet"


class SpawnServer:
    """Workers as `ForkServer` gives them, at the level `process`. Start it early; `ready` waits for it."""

    def __init__(self, *, isolation: str | None = None, run_as: str = "") -> None:
        """isolation, run_as: for ForkServer, which has the choice."""
        self.no_walls: str | None = PROCESS
        user = os.geteuid() if hasattr(os, "geteuid") else None
        self.proof: Proof | None = Proof("process", (), user)  # there are no walls to try
        self.namespaces: dict[str, str] = {}
        # One core is for the worker that is in use: its calls have deadlines.
        self._count = max(1, min((os.cpu_count() or 1) - 1, MOST))
        self._spares: deque[Spare] = deque()
        self._workers: dict[int, Spare] = {}
        remove_leftovers()
        self._fill()

    @property
    def pid(self) -> int:
        """Of the process whose children the workers are: this one."""
        return os.getpid()

    def ready(self) -> None:
        """Wait until a worker can be had. Raises ServerDied where none will start."""
        if not self._spares:
            self._spares.append(Spare())
        self._spares[0].ready()

    def clone(self) -> SpawnServer:
        """A second server beside this one."""
        return SpawnServer()

    def order(self, *, memory_mib: int, cpu_seconds: float) -> Order:
        """Choose a fresh worker without waiting for it, and have the next one started."""
        spare = self._spares.popleft() if self._spares else Spare()
        self._workers[spare.pid] = spare
        spare.limit(memory_mib, cpu_seconds)
        self._fill()
        return Order(self, spare)

    def worker(self, *, memory_mib: int, cpu_seconds: float) -> Worker:
        """A fresh worker. Use it as a context manager: its whole process tree dies at the end."""
        return self.order(memory_mib=memory_mib, cpu_seconds=cpu_seconds).take()

    def kill(self, pid: int, grace_s: float = 0.0) -> dict[str, Any]:
        """End a worker and all that descends from it; how it ended, and its processor seconds."""
        spare = self._workers.pop(pid, None)
        return {"unknown": pid} if spare is None else spare.end(grace_s)

    def dismiss(self, pid: int) -> None:
        """The same, where nobody asks how it ended."""
        self.kill(pid)

    def close(self) -> None:
        """End every worker and every spare."""
        for pid in list(self._workers):
            self.kill(pid)
        while self._spares:
            self._spares.pop().drop()

    def detach(self) -> None:
        """Forget all of them without ending them, because another process goes on with them."""
        for spare in (*self._workers.values(), *self._spares):
            spare.channel.close()
        self._workers, self._spares = {}, deque()

    def abandon(self) -> None:
        """Drop a server that no longer gives workers."""
        self.close()

    def _fill(self) -> None:
        with contextlib.suppress(ServerDied):  # whoever needs one will hear of it
            while len(self._spares) < self._count:
                self._spares.append(Spare())


class Order:
    """A worker that is being started."""

    def __init__(self, server: SpawnServer, spare: Spare) -> None:
        self._server, self._spare = server, spare

    def take(self) -> Worker:
        """The worker, once it is there. Raises ServerDied."""
        self._spare.become_worker()
        return Worker(self._spare.pid, self._spare.channel, self._server.kill, self._server.dismiss)

    def cancel(self) -> None:
        """Nobody needs it any more."""
        self._server.dismiss(self._spare.pid)
