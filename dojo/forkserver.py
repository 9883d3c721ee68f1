"""The trusted end of the boundary: starts the fork server and asks it for workers.

Nothing here imports torch, so a command can start the server before anything slow.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from dojo.channel import Worker

SERVER = Path(__file__).parent / "worker" / "server.py"
START_SECONDS = 120.0  # importing torch on a slow, busy machine
CONTROL_SECONDS = 30.0  # fork, kill and clone take milliseconds; this is for a stopped server


class ServerDied(Exception):
    """The fork server is gone or does not answer: restart it."""


class ForkServer:
    """A process that has imported torch and forks workers. Start it early; `ready` waits for it."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        # Exactly these names: what a worker sees must not depend on who grades, and must hold no secret.
        # Huge pages for the heap make the page table small, and a fork with its end a third cheaper.
        environment = {
            "PATH": os.defpath,
            "LC_ALL": "C.UTF-8",
            "OMP_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",
            "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        }
        self._process: subprocess.Popen[bytes] | None = subprocess.Popen(
            [sys.executable, "-I", str(SERVER), str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._ready = False

    def ready(self) -> None:
        """Wait until the server has imported torch. Raises ServerDied where it never will."""
        if not self._ready:
            self._answer(START_SECONDS)
            self._ready = True

    def clone(self) -> ForkServer:
        """A second server, forked from this one, with a control socket of its own."""
        self.ready()
        ours, theirs = socket.socketpair()
        self._ask({"op": "clone"}, theirs)
        twin = object.__new__(ForkServer)
        twin._control, twin._process, twin._ready = ours, None, False
        return twin

    def worker(self, *, memory_mib: int, cpu_seconds: float) -> Worker:
        """Fork a fresh worker. Use it as a context manager: its whole process tree dies at the end."""
        self.ready()
        ours, theirs = socket.socketpair()
        answer = self._ask(
            {"op": "fork", "memory_mib": memory_mib, "cpu_seconds": int(cpu_seconds) + 1}, theirs
        )
        return Worker(answer["pid"], ours, self.kill)

    def kill(self, pid: int, grace_s: float = 0.0) -> dict[str, Any]:
        """End a worker and all that descends from it; its wait status and processor seconds."""
        return self._ask({"op": "kill", "pid": pid, "grace_s": grace_s})

    def close(self) -> None:
        """Let the server end, and with it every worker."""
        self._control.close()
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def detach(self) -> None:
        """Forget a server that another process goes on with."""
        self._control.close()
        self._process = None

    def abandon(self) -> None:
        """Drop a server that no longer answers: kill it if it is ours, never wait for it."""
        self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _ask(self, request: dict[str, Any], descriptor: socket.socket | None = None) -> dict[str, Any]:
        try:
            text = json.dumps(request).encode()
            descriptors = [] if descriptor is None else [descriptor.fileno()]
            socket.send_fds(self._control, [text], descriptors)
        except OSError:
            raise ServerDied("the fork server is gone") from None
        finally:
            if descriptor is not None:
                descriptor.close()
        return self._answer(CONTROL_SECONDS)

    def _answer(self, seconds: float) -> dict[str, Any]:
        self._control.settimeout(seconds)
        text = b""
        try:
            while not text.endswith(b"\n"):
                part = self._control.recv(4096)
                if not part:
                    raise ServerDied("the fork server ended")
                text += part
        except OSError:
            raise ServerDied("the fork server does not answer") from None
        return json.loads(text)
