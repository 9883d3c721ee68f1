"""The fork server: a clean process that has imported torch and nothing of the course, and forks workers.

Started as `python -I server.py FD`. The control socket takes one request at a time:
`fork` (with the worker's end of a channel), `kill` a worker with its whole tree of processes, and `clone`
(a second server, for grading in parallel). It ends, and with it all workers, when the grader hangs up.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from typing import Any, NoReturn

gc.disable()  # importing torch makes millions of objects and no garbage
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ctypes  # noqa: E402

import inert  # noqa: E402
import limits  # noqa: E402
import numpy  # noqa: E402, F401
import session  # noqa: E402
import torch  # noqa: E402
import watch  # noqa: E402

sys.path.pop(0)
sys.modules["jaxtyping"] = inert.jaxtyping_stand_in()  # student modules annotate with it

PR_SET_CHILD_SUBREAPER = 36
SCRATCH = "dojo-worker-"  # then the pid of the server, and something random
_clones: set[int] = set()  # servers forked from this one: children that are not workers


def main() -> None:
    """Serve the control socket whose descriptor is the first argument."""
    torch.set_num_threads(1)
    watch.warm_up()
    gc.collect()
    gc.freeze()  # a collection in a worker would otherwise copy every page of torch
    gc.enable()
    _remove_leftovers()
    serve(socket.socket(fileno=int(sys.argv[1])))


def _remove_leftovers() -> None:
    """Remove the scratch folders of servers that were killed: nobody else does."""
    for folder in os.scandir(tempfile.gettempdir()):
        owner = folder.name.removeprefix(SCRATCH).partition("-")[0]
        if folder.name.startswith(SCRATCH) and owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            shutil.rmtree(folder.path, ignore_errors=True)


def serve(control: socket.socket) -> NoReturn:
    """Answer requests on a control socket until the other end closes it, then end every worker.

    Whatever happens, the process ends here: an exception that unwound into the frames of the server from
    which this one was forked would end in an interpreter that waits for threads it does not have.
    """
    workers: dict[int, str] = {}
    try:
        _answer_requests(control, workers)
    finally:
        for pid in list(workers):
            _end(pid, workers)
        os._exit(0)


def _answer_requests(control: socket.socket, workers: dict[int, str]) -> None:
    _prctl(PR_SET_CHILD_SUBREAPER, 1)  # orphans of a worker become our children, so we can find them
    _reply(control, {"ready": os.getpid()})
    text, arrived = b"", []
    while True:
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
        session.serve(socket.socket(fileno=limits.CHANNEL_FD))
        status = 0
    finally:
        os._exit(status)


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
    shutil.rmtree(scratch, ignore_errors=True)
    return {"status": status, "cpu_s": usage.ru_utime + usage.ru_stime, "by_us": not ended}


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


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _reply(control: socket.socket, answer: dict[str, Any]) -> None:
    control.sendall(json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main()
