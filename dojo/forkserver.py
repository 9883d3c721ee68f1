"""The trusted end of the boundary: starts the fork server and asks it for workers.

Nothing here imports torch, so a command can start the server before anything slow.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

from dojo.channel import Worker
from dojo.isolation import start
from dojo.isolation.levels import Proof
from dojo.isolation.users import NOBODY

SERVER = Path(__file__).parent / "worker" / "server.py"
START_SECONDS = 120.0  # importing torch on a slow, busy machine
CONTROL_SECONDS = 30.0  # fork, kill and clone take milliseconds; this is for a stopped server


class ServerDied(Exception):
    """The fork server is gone or does not answer: restart it."""


class ForkServer:
    """A process that has imported torch and forks workers. Start it early; `ready` waits for it."""

    proof: Proof | None = None  # set once a probe submission has tried the walls; a clone has the same ones

    def __init__(self, *, isolation: str | None = None, run_as: str = NOBODY) -> None:
        """isolation: the level to try for; None for the strongest there is. What comes of it, `proof` says.

        run_as: the user as whom student code runs where this process is root, if it can be had.
        """
        self._control, theirs = socket.socketpair()
        # Exactly these names: what a worker sees must not depend on who grades, and must hold no secret.
        # Huge pages for the heap make the page table small, and a fork with its end a third cheaper.
        environment = {
            "PATH": os.defpath,
            "LC_ALL": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",
            "CUDA_VISIBLE_DEVICES": "",  # there is no ceiling on a graphics card's memory
            "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        }
        self._process: subprocess.Popen[bytes] | None = subprocess.Popen(
            start.command(SERVER, theirs.fileno(), isolation, run_as),
            pass_fds=[theirs.fileno()],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._begin()

    def _begin(self) -> None:
        """No answer has come yet. The first one, unasked for, says that the server is ready."""
        self._ready = False
        self.no_walls: str | None = None  # why there are none around its workers
        self.namespaces: dict[str, str] = {}
        self._buffer = b""
        self._asked = self._answered = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._unwanted: set[int] = set()

    @property
    def pid(self) -> int:
        """Of the process that was started; 0 for a clone."""
        return 0 if self._process is None else self._process.pid

    def ready(self) -> None:
        """Wait until the server has imported torch. Raises ServerDied where it never will.

        Then `namespaces` says in which ones it lives, and `no_walls` why its workers have no walls.
        """
        if not self._ready:
            answer = self._wait(0, START_SECONDS)
            self.no_walls, self.namespaces = answer["no_walls"], answer["namespaces"]
            self._ready = True

    def clone(self) -> ForkServer:
        """A second server, forked from this one, with a control socket of its own."""
        self.ready()
        ours, theirs = socket.socketpair()
        self._ask({"op": "clone"}, theirs)
        twin = object.__new__(ForkServer)
        twin._control, twin._process = ours, None
        twin._begin()
        twin.proof = self.proof
        return twin

    def order(self, *, memory_mib: int, cpu_seconds: float) -> Order:
        """Have a fresh worker forked without waiting for it: it is there when `take` asks for it."""
        self.ready()
        ours, theirs = socket.socketpair()
        request = {"op": "fork", "memory_mib": memory_mib, "cpu_seconds": int(cpu_seconds) + 1}
        return Order(self, self._send(request, theirs), ours)

    def worker(self, *, memory_mib: int, cpu_seconds: float) -> Worker:
        """Fork a fresh worker. Use it as a context manager: its whole process tree dies at the end."""
        return self.order(memory_mib=memory_mib, cpu_seconds=cpu_seconds).take()

    def kill(self, pid: int, grace_s: float = 0.0) -> dict[str, Any]:
        """End a worker and all that descends from it; its wait status and processor seconds."""
        return self._ask({"op": "kill", "pid": pid, "grace_s": grace_s})

    def dismiss(self, pid: int) -> None:
        """The same without waiting for it: the server does it before anything that is asked later."""
        with contextlib.suppress(ServerDied):  # then the worker is gone too, and the next request says so
            self._unwanted.add(self._send({"op": "kill", "pid": pid, "grace_s": 0.0}))

    def close(self) -> None:
        """Let the server end, and with it every worker."""
        self._control.close()
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._kill()

    def detach(self) -> None:
        """Forget a server that another process goes on with."""
        self._control.close()
        self._process = None

    def abandon(self) -> None:
        """Drop a server that no longer answers: kill it if it is ours, never wait for it."""
        self._control.close()
        if self._process is not None:
            self._kill()

    def _kill(self) -> None:
        """The process that was started and, where that is a sandbox, what lives in it."""
        assert self._process is not None
        for pid in [*start.inhabitants(self._process.pid), self._process.pid]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def _ask(self, request: dict[str, Any], descriptor: socket.socket | None = None) -> dict[str, Any]:
        return self._wait(self._send(request, descriptor), CONTROL_SECONDS)

    def _send(self, request: dict[str, Any], descriptor: socket.socket | None = None) -> int:
        """Send a request; its number. Answers come in the order of the requests."""
        try:
            descriptors = [] if descriptor is None else [descriptor.fileno()]
            socket.send_fds(self._control, [json.dumps(request).encode() + b"\n"], descriptors)
        except OSError:
            raise ServerDied("the fork server is gone") from None
        finally:
            if descriptor is not None:
                descriptor.close()
        self._asked += 1
        return self._asked

    def _wait(self, number: int, seconds: float) -> dict[str, Any]:
        """The answer to a request. Answers to others that come before it are kept."""
        self._control.settimeout(seconds)
        while number not in self._answers:
            text, line_end, rest = self._buffer.partition(b"\n")
            if line_end:
                self._buffer = rest
                if self._answered not in self._unwanted:
                    self._answers[self._answered] = json.loads(text)
                self._unwanted.discard(self._answered)
                self._answered += 1
                continue
            try:
                part = self._control.recv(4096)
            except OSError:
                raise ServerDied("the fork server does not answer") from None
            if not part:
                raise ServerDied("the fork server ended")
            self._buffer += part
        return self._answers.pop(number)


class Order:
    """A worker that is being forked."""

    def __init__(self, server: ForkServer, number: int, channel: socket.socket) -> None:
        self._server, self._number, self._channel = server, number, channel

    def take(self) -> Worker:
        """The worker, once it is there. Raises ServerDied."""
        answer = self._server._wait(self._number, CONTROL_SECONDS)
        return Worker(answer["pid"], self._channel, self._server.kill, self._server.dismiss)

    def cancel(self) -> None:
        """Nobody needs it any more."""
        with contextlib.suppress(ServerDied):
            self.take().dismiss()
