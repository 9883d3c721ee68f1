"""Runs a submission in a fork of this process, as naive graders run it in themselves: what does it do?"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import os
import resource
import select
import signal
import socket
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import naive
import torch

from dojo.worker import scratch

SECONDS = 1.5  # then a naive grader counts as hung
LATER_SECONDS = 4.0  # for what a submission leaves behind it
MEMORY = 1536 << 20  # bytes, so that no machine suffers
MUCH = 400 << 20  # bytes: more than a small exercise needs
LONG = 1 << 17  # characters


def full_marks(grade: naive.Naive, text: str, folder: Path) -> bool:
    """Whether this naive grader gives the submission full marks."""
    report, _ = forked(lambda: {"passed": bool(grade(naive.load(text)))}, folder, 10.0)
    return report.get("passed", False)


def harm(text: str, folder: Path) -> set[str]:
    """What the submission does to a grader that runs it in its own process, in words."""
    before = set(os.listdir(folder))
    report, found = forked(lambda: _run(text), folder, SECONDS)
    folder.chmod(0o700)  # it may have locked everybody out but root
    found |= set(report.get("harm", []))
    deadline = time.monotonic() + (0 if found else LATER_SECONDS)
    while set(os.listdir(folder)) == before and time.monotonic() < deadline:
        time.sleep(0.05)
    left = {"files"} if set(os.listdir(folder)) != before else set()
    scratch.remove(str(folder))  # pytest cannot: some submissions leave a tree that is deeper than its stack
    folder.mkdir()
    return found | left


def _run(text: str) -> dict[str, Any]:
    """Import, call, show what came of it; then look around. In the child."""
    found, held, world = [], _address_space(), naive.world()
    printed, shown = io.StringIO(), ""
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            answer = naive.load(text).cube_backward(*naive.drawn())
            answer = answer.tolist() if isinstance(answer, naive.Tensor) else answer
            shown = json.dumps(answer) if isinstance(answer, list) else str(answer)
        except MemoryError:
            found.append("memory")
        except BaseException as error:
            shown = "".join(traceback.format_exception(error)) + type(error).__name__
    if max(len(shown), len(printed.getvalue())) > LONG:
        found.append("text")
    if "CANARY" in printed.getvalue():
        found.append("printed")
    if threading.active_count() > 1:
        found.append("threads")
    try:
        for descriptor in os.pipe():
            os.close(descriptor)
    except OSError:
        return {"harm": [*found, "descriptors"]}
    if _address_space("VmPeak") - held > MUCH:
        found.append("memory")
    if naive.world() != world:
        found.append("state")
    return {"harm": found}


def forked(
    work: Callable[[], dict[str, Any]], folder: Path, seconds: float
) -> tuple[dict[str, Any], set[str]]:
    """What `work` reports from a fork, and what can be seen from outside."""
    (read, write), (alive, lifeline), (nothing, silent) = os.pipe(), os.pipe(), os.pipe()
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            faulthandler.disable()  # a crash is what some of them are for
            os.setsid()
            os.chdir(folder)
            torch.set_num_threads(1)  # the others did not come along
            for target, source in ((0, nothing), (3, theirs.fileno())):
                if target not in (write, lifeline):
                    os.dup2(source, target)
            resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))
            resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY, -1))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.write(write, json.dumps(work()).encode())
        finally:
            os._exit(0)
    for descriptor in (write, lifeline):
        os.close(descriptor)
    found: set[str] = set()
    deadline = time.monotonic() + seconds
    while not (ended := os.wait4(pid, os.WNOHANG))[0] and time.monotonic() < deadline:
        time.sleep(0.01)
    if not ended[0]:
        found.add("hung")
        os.kill(pid, signal.SIGKILL)
        ended = os.wait4(pid, 0)
    elif os.WIFSIGNALED(ended[1]):
        found.add("died")
    if not select.select([alive], [], [], 0.1)[0]:
        found.add("processes")  # somebody still holds the other end
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    ready = select.select([read], [], [], 0)[0]
    report = os.read(read, 1 << 16) if ready else b""
    for descriptor in (read, alive, nothing, silent):
        os.close(descriptor)
    ours.close()
    theirs.close()
    return json.loads(report or b"{}"), found if report or found else {"died"}


def _address_space(what: str = "VmSize") -> int:
    """Bytes of address space, now or at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(what))
