"""The trusted end of the boundary: starts the fork server and talks to its workers.

Nothing here imports torch, so a command can start the server before anything slow.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SERVER = Path(__file__).parent / "worker" / "server.py"
START_SECONDS = 120.0  # importing torch on a slow, busy machine
CONTROL_SECONDS = 30.0  # fork, kill and clone take milliseconds; this is for a stopped server


class ServerDied(Exception):
    """The fork server is gone or does not answer: restart it."""


class WorkerEnded(Exception):
    """A worker stopped answering. `why` is "timeout", "crashed" or "protocol"; `detail` is one sentence."""

    while_importing = False

    def __init__(self, why: str, detail: str) -> None:
        self.why, self.detail = why, detail
        super().__init__(why, detail)


class StudentError(Exception):
    """Student code raised. All about it is text that the worker sent; `case` is the input, where known."""

    while_importing = False
    case: Any = None

    def __init__(self, kind: str, type_name: str, message: str, line: int | None) -> None:
        self.kind, self.type_name, self.message, self.line = kind, type_name, message, line
        super().__init__(f"{type_name}: {message}")


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
        return Worker(self, answer["pid"], ours)

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


class Worker:
    """One forked process with one student module. Every call has a deadline and a nonce of its own."""

    def __init__(self, server: ForkServer, pid: int, channel: socket.socket) -> None:
        self._server, self._pid, self._channel = server, pid, channel
        self.printed, self.printed_size = "", 0
        self.ended: dict[str, Any] | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.end()

    def end(self, grace_s: float = 0.0) -> dict[str, Any]:
        """Kill the worker's process tree, once; how it ended."""
        if self.ended is None:
            self.ended = {}
            self._channel.close()
            self.ended = self._server.kill(self._pid, grace_s)
        return self.ended

    def load(self, source: str, name: str, seconds: float) -> None:
        """Run a module's text in the worker. Raises StudentError or WorkerEnded."""
        self._request({"op": "load", "name": name}, {"source": source}, seconds)

    def call(
        self, target: dict[str, Any], args: list[Any], kwargs: dict[str, Any], seconds: float
    ) -> dict[str, Any]:
        """Carry out one operation; the reply's values (`value`, `seen`; with `inspect` `after`, `shares`).

        `target` holds `what`, `name`, `object`, and the switches `inspect`, `watch` and `grad`.
        """
        return self._request({"op": "call", **target}, {"args": args, "kwargs": kwargs}, seconds)

    def _request(self, header: dict[str, Any], values: dict[str, Any], seconds: float) -> dict[str, Any]:
        from dojo.worker import wire

        nonce = secrets.token_hex(8)
        data, payload = wire.encode(values)
        deadline = time.monotonic() + seconds
        try:
            self._refuse_early_answers()
            self._channel.settimeout(seconds)
            wire.send(self._channel, {**header, "nonce": nonce, "values": data}, payload)
            reply, received = wire.receive(self._reader(deadline))
            if reply.get("nonce") != nonce:
                raise wire.WireError("an answer to another question")
            return self._open(reply, received)
        except TimeoutError:
            raise WorkerEnded("timeout", f"no answer within {seconds:g} seconds") from None
        except (EOFError, OSError):
            raise self._explain_end() from None
        except wire.WireError as error:
            raise WorkerEnded("protocol", f"the answer broke the protocol: {error}") from None

    def _open(self, reply: dict[str, Any], payload: Any) -> dict[str, Any]:
        from dojo.worker import wire

        printed, size = reply.get("printed"), reply.get("printed_size")
        self.printed = printed if type(printed) is str else ""
        self.printed_size = size if type(size) is int else 0
        error = reply.get("error")
        if error is not None:
            raise _student_error(error)
        values = wire.decode(reply.get("values"), payload)
        if type(values) is not dict:
            raise wire.WireError("a reply without values")
        return values

    def _refuse_early_answers(self) -> None:
        from dojo.worker import wire

        self._channel.setblocking(False)
        try:
            if self._channel.recv(1, socket.MSG_PEEK):
                raise wire.WireError("an answer before the question")
            raise EOFError
        except BlockingIOError:
            pass

    def _reader(self, deadline: float) -> Any:
        def read(size: int) -> bytearray:
            data = bytearray(size)
            view = memoryview(data)
            while view:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                self._channel.settimeout(left)
                got = self._channel.recv_into(view)
                if not got:
                    raise EOFError
                view = view[got:]
            return data

        return read

    def _explain_end(self) -> WorkerEnded:
        """Ask the server how the worker ended, and say it in words."""
        ended = self.end(grace_s=0.5)
        status = ended.get("status", 0)
        if ended.get("by_us", True):
            return WorkerEnded("crashed", "it closed its connection to the grader")
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if number == signal.SIGXCPU:
                return WorkerEnded("timeout", "it used up its processor time")
            name = {
                signal.SIGSEGV: "a segmentation fault",
                signal.SIGABRT: "an abort",
                signal.SIGKILL: "a kill",
            }
            return WorkerEnded(
                "crashed",
                f"the process died of {name.get(signal.Signals(number), signal.Signals(number).name)}",
            )
        return WorkerEnded(
            "crashed", f"the process ended itself (exit status {os.waitstatus_to_exitcode(status)})"
        )


def _student_error(error: Any) -> Exception:
    from dojo.worker import wire

    if type(error) is not dict:
        return wire.WireError("an error that is no object")
    kind, name, message, line = (error.get(key) for key in ("kind", "type", "message", "line"))
    if type(kind) is not str or type(name) is not str or type(message) is not str:
        return wire.WireError("an error without text")
    return StudentError(kind, name[:80], message[:600], line if type(line) is int else None)
