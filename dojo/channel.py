"""A worker as the grader sees it: one forked process, asked one question at a time over a socket."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable
from typing import Any

from dojo import endings


class WorkerEnded(Exception):
    """A worker stopped answering.

    `why` is "timeout", "memory", "crashed" or "protocol"; `detail` is one sentence.
    """

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


class Worker:
    """One forked process with one student module. Every call has a deadline and a nonce of its own."""

    def __init__(
        self,
        pid: int,
        channel: socket.socket,
        kill: Callable[[int, float], dict[str, Any]],
        dismiss: Callable[[int], None],
    ) -> None:
        self._pid, self._channel, self._kill, self._dismiss = pid, channel, kill, dismiss
        self.printed, self.printed_size = "", 0
        self.ended: dict[str, Any] | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.dismiss()

    def dismiss(self) -> None:
        """Have the worker's process tree killed, without waiting until it is."""
        if self.ended is None:
            self.ended = {}
            self._channel.close()
            self._dismiss(self._pid)

    def end(self, grace_s: float = 0.0) -> dict[str, Any]:
        """Kill the worker's process tree, once; how it ended."""
        if self.ended is None:
            self.ended = {}
            self._channel.close()
            self.ended = self._kill(self._pid, grace_s)
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
        from dojo.worker import wire  # imports torch, which starting the server must not wait for

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
        self.printed_size = size if type(size) is int and 0 <= size < 1 << 62 else 0
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
        from dojo.worker import wire

        def receive_into(view: memoryview) -> int:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._channel.settimeout(left)
            return self._channel.recv_into(view)

        return lambda size: wire.filled(size, receive_into)

    def _explain_end(self) -> WorkerEnded:
        """Ask the server how the worker ended, and say it in words."""
        ended = self.end(grace_s=0.5)
        if type(ended.get("reason")) is str:
            return WorkerEnded(ended.get("why", "crashed"), ended["reason"])
        if ended.get("by_us", True):
            return WorkerEnded("crashed", "it closed its connection to the grader")
        return WorkerEnded(*endings.explain(os.waitstatus_to_exitcode(ended.get("status", 0))))


def _student_error(error: Any) -> Exception:
    from dojo.worker import wire

    if type(error) is not dict:
        return wire.WireError("an error that is no object")
    kind, name, message, line = (error.get(key) for key in ("kind", "type", "message", "line"))
    if type(kind) is not str or type(name) is not str or type(message) is not str:
        return wire.WireError("an error without text")
    known = line if type(line) is int and 0 < line < 1 << 31 else None
    return StudentError(kind[:80], name[:80], message[:600], known)
