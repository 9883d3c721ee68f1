"""Where workers come from: forked from a server on Linux, started one by one elsewhere.

`DOJO_START=spawn` has them started one by one on Linux too, as our tests do.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # a command asks whether it can fork before anything slow is imported
    from dojo.channel import Worker
    from dojo.isolation.levels import Proof

VARIABLE = "DOJO_START"


class Order(Protocol):
    """A worker on its way."""

    def take(self) -> Worker:
        """The worker, once it is there. Raises ServerDied."""

    def cancel(self) -> None:
        """Nobody needs it any more."""


class Server(Protocol):
    """What gives workers. `ForkServer` says what each of these does."""

    proof: Proof | None
    no_walls: str | None
    namespaces: dict[str, str]

    @property
    def pid(self) -> int: ...
    def ready(self) -> None: ...
    def clone(self) -> Server: ...
    def order(self, *, memory_mib: int, cpu_seconds: float) -> Order: ...
    def worker(self, *, memory_mib: int, cpu_seconds: float) -> Worker: ...
    def kill(self, pid: int, grace_s: float = 0.0) -> dict[str, Any]: ...
    def dismiss(self, pid: int) -> None: ...
    def close(self) -> None: ...
    def detach(self) -> None: ...
    def abandon(self) -> None: ...


def can_fork() -> bool:
    """Whether a process that has imported torch may be forked: elsewhere its threads make that unsafe."""
    return sys.platform == "linux" and os.environ.get(VARIABLE) != "spawn"


def start(**options: Any) -> Server:
    """Start what this system has. The options are those of `ForkServer`."""
    if can_fork():
        from dojo.forkserver import ForkServer

        return ForkServer(**options)
    from dojo.spawnserver import SpawnServer

    return SpawnServer(**options)
