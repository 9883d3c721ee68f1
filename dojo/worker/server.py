"""The fork server: a clean process that has imported torch and nothing of the course, and forks workers.

Started as `python -s server.py FD READABLE PACKAGES`, with an environment that is ours to the last name. The
control socket takes one request at a time:
`fork` (with the worker's end of a channel), `kill` a worker with its whole tree of processes, and `clone`
(a second server, for grading in parallel). It ends, and with it all workers, when the grader hangs up.

READABLE is a JSON list of what a worker may read once its walls stand; an empty list means no walls. PACKAGES
is one of folders with packages beyond Python's own.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
from typing import Any, NoReturn

gc.disable()  # importing torch makes millions of objects and no garbage
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path += json.loads(sys.argv[3])
import ctypes  # noqa: E402

import inert  # noqa: E402
import limits  # noqa: E402
import numpy  # noqa: E402, F401
import optimizers  # noqa: E402
import session  # noqa: E402
import torch  # noqa: E402
import walls  # noqa: E402
import watch  # noqa: E402
from forget import forget_the_course  # noqa: E402
from scratch import TOO_MUCH, is_full, remove  # noqa: E402

sys.path.pop(0)
sys.modules["jaxtyping"] = inert.jaxtyping_stand_in()  # student modules annotate with it

PR_SET_CHILD_SUBREAPER = 36
SCRATCH = "dojo-worker-"  # then the pid of the server, and something random
SCRATCH_SECONDS = 0.1  # between two looks at the scratch folders
_clones: set[int] = set()  # servers forked from this one: children that are not workers
_hoarders: set[int] = set()  # workers that were killed for what they wrote
_readable: list[str] = []
_filter = b""


def main() -> None:
    """Serve the control socket whose descriptor is the first argument."""
    global _readable, _filter
    os.environ.pop("PWD", None)  # which bubblewrap has set
    torch.set_num_threads(1)
    watch.warm_up()
    optimizers.leave_the_compiler_out()
    forget_the_course()
    _readable = json.loads(sys.argv[2])
    reason = None
    if _readable:
        try:
            _filter = walls.load_filter()
            _try_walls()
        except walls.NoWalls as none:
            _filter, reason = b"", str(none)
    gc.collect()
    gc.freeze()  # a collection in a worker would otherwise copy every page of torch
    gc.enable()
    _remove_leftovers()
    serve(socket.socket(fileno=int(sys.argv[1])), reason)


def _try_walls() -> None:
    """Whether a child can shut itself in: a worker that cannot would only die. Raises NoWalls."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            walls.raise_walls(_readable, tempfile.gettempdir(), _filter)
            os.write(theirs, b"up")
        except walls.NoWalls as none:
            os.write(theirs, str(none).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        answer = pipe.read().decode()
    os.waitpid(child, 0)
    if answer != "up":
        raise walls.NoWalls(answer or "a process that shut itself in did not live")


def _remove_leftovers() -> None:
    """Remove the scratch folders of servers that were killed: nobody else does."""
    for folder in os.scandir(tempfile.gettempdir()):
        owner = folder.name.removeprefix(SCRATCH).partition("-")[0]
        if folder.name.startswith(SCRATCH) and owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            remove(folder.path)


def serve(control: socket.socket, reason: str | None = None) -> NoReturn:
    """Answer requests on a control socket until the other end closes it, then end every worker.

    Whatever happens, the process ends here: an exception that unwound into the frames of the server from
    which this one was forked would end in an interpreter that waits for threads it does not have.
    """
    workers: dict[int, str] = {}
    try:
        _answer_requests(control, workers, reason)
    finally:
        for pid in list(workers):
            _end(pid, workers)
        os._exit(0)


def _answer_requests(control: socket.socket, workers: dict[int, str], reason: str | None) -> None:
    _prctl(PR_SET_CHILD_SUBREAPER, 1)  # orphans of a worker become our children, so we can find them
    _reply(control, {"ready": os.getpid(), "no_walls": reason, "namespaces": _namespaces()})
    walls.hide()
    text, arrived = b"", []
    while True:
        while workers and not select.select([control], [], [], SCRATCH_SECONDS)[0]:
            _look_at_scratch(workers)
        part, descriptors, _, _ = socket.recv_fds(control, 4096, 4)
        if not part:
            return
        text += part
        arrived += descriptors
        while b"\n" in text:  # a line is a request; those that need a descriptor take the next one
            line, _, text = text.partition(b"\n")
            request = json.loads(line)
            descriptor = arrived.pop(0) if request["op"] in ("fork", "clone") else None
            _reply(control, _carry_out(control, workers, request, descriptor))
            if descriptor is not None:
                os.close(descriptor)


def _carry_out(
    control: socket.socket, workers: dict[int, str], request: dict[str, Any], descriptor: int | None
) -> dict[str, Any]:
    if request["op"] == "kill":
        return _end(request["pid"], workers, request["grace_s"])
    assert descriptor is not None
    if request["op"] == "fork":
        pid, scratch = _fork_worker(descriptor, request["memory_mib"], request["cpu_seconds"])
        workers[pid] = scratch
        return {"pid": pid}
    clone = os.fork()
    if clone == 0:
        control.close()
        _clones.clear()
        serve(socket.socket(fileno=descriptor))
    _clones.add(clone)
    return {"cloned": clone}


def _fork_worker(channel: int, memory_mib: int, cpu_seconds: int) -> tuple[int, str]:
    scratch = tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-")
    pid = os.fork()
    if pid:
        return pid, scratch
    status = 70
    try:
        os.setsid()
        limits.keep_only(channel)
        os.chdir(scratch)
        limits.limit(memory_mib, cpu_seconds)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        connection = socket.socket(fileno=limits.CHANNEL_FD)
        if _filter:
            walls.raise_walls(_readable, scratch, _filter)
        session.serve(connection)
        status = 0
    finally:
        os._exit(status)


def _look_at_scratch(workers: dict[int, str]) -> None:
    """Kill workers that fill their folders: there is no other cap on many small files."""
    for pid, scratch in workers.items():
        if pid not in _hoarders and is_full(scratch):
            _hoarders.add(pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _end(pid: int, workers: dict[int, str], grace_s: float = 0.0) -> dict[str, Any]:
    """Kill a worker and every process that descends from it; how the worker itself had ended.

    A worker that has just closed its channel gets `grace_s` seconds to finish ending by itself, so that
    its own exit status is what we report.
    """
    scratch = workers.pop(pid, None)
    if scratch is None:
        return {"unknown": pid}
    ended, status, usage = os.wait4(pid, os.WNOHANG)
    deadline = time.monotonic() + grace_s
    while not ended and time.monotonic() < deadline:
        time.sleep(0.002)
        ended, status, usage = os.wait4(pid, os.WNOHANG)
    if not ended:
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    _sweep(set(workers))
    remove(scratch)
    answer: dict[str, Any] = {"status": status, "cpu_s": usage.ru_utime + usage.ru_stime, "by_us": not ended}
    if pid in _hoarders:
        _hoarders.discard(pid)
        answer["reason"] = TOO_MUCH
    return answer


def _sweep(known: set[int]) -> None:
    """Kill adopted orphans, and theirs in turn, until none is left; clones and live workers are known."""
    for clone in list(_clones):
        if os.waitpid(clone, os.WNOHANG)[0]:
            _clones.discard(clone)
    for _ in range(200):
        orphans = [pid for pid in _children() if pid not in known | _clones]
        if not orphans:
            return
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as children:
            return [int(pid) for pid in children.read().split()]
    except OSError:
        return []


def _namespaces() -> dict[str, str]:
    found = {}
    for name in ("pid", "net", "mnt", "ipc"):
        with contextlib.suppress(OSError):
            found[name] = os.readlink(f"/proc/self/ns/{name}")
    return found


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _reply(control: socket.socket, answer: dict[str, Any]) -> None:
    control.sendall(json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
