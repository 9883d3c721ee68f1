"""One interpreter that imports torch, waits, and becomes one worker: what a fork is elsewhere."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from dojo import endings
from dojo.forkserver import START_SECONDS, ServerDied
from dojo.tree import TAG, Tree, Watch
from dojo.worker import scratch

# Not -I: it would also ignore PYTHONHASHSEED, without which the order of a set differs from run to run.
COMMAND = [sys.executable, "-s", "-X", "utf8", str(Path(__file__).parent / "worker" / "spawned.py")]
SCRATCH = "dojo-worker-"  # then the pid of the grader, and something random
LOOK_SECONDS = 0.5  # between two looks whether it is still alive
LIMITS_SECONDS = 30.0  # setting limits takes no time; this is for a stopped process
# What Windows cannot do without, and a remedy for two copies of OpenMP that a user has needed for torch.
KEPT = ("SYSTEMROOT", "KMP_DUPLICATE_LIB_OK")


class Spare:
    """A process that will be a worker. The calls come in this order: limit, become_worker, end."""

    def __init__(self) -> None:
        """Start it; nothing here waits for it. Raises ServerDied where no process can be started."""
        self._scratch = os.path.realpath(tempfile.mkdtemp(prefix=f"{SCRATCH}{os.getpid()}-"))
        self.channel, theirs = socket.socketpair()
        for end in (self.channel, theirs):
            if end.family == socket.AF_INET:  # as on Windows: there TCP would hold back the end of a message
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._process = _start(theirs, self._scratch)
            self._tree = Tree(self._process.pid, self._scratch)
        except (OSError, psutil.Error) as error:
            theirs.close()
            self.channel.close()
            scratch.remove(self._scratch)
            raise ServerDied(f"no process could be started ({error})") from None
        self.pid = self._process.pid
        self._ready = False
        self._limits: tuple[int, float] = 0, 0.0
        self._watch: Watch | None = None

    def ready(self) -> None:
        """Wait until it has imported torch. Raises ServerDied where it never will."""
        if not self._ready:
            self._hear(b"r", START_SECONDS)
            self._ready = True

    def limit(self, memory_mib: int, cpu_seconds: float) -> None:
        """Tell it the limits under which it will work, without waiting."""
        self._limits = memory_mib, cpu_seconds + 1
        told = {"memory_mib": memory_mib, "cpu_seconds": int(cpu_seconds) + 1}
        try:
            self.channel.sendall(json.dumps(told).encode() + b"\n")
        except OSError:
            raise ServerDied("a process ended before it was used") from None

    def become_worker(self) -> None:
        """Wait until its limits are set, and keep an eye on it from then on. Raises ServerDied."""
        self.ready()
        self._hear(b"s", LIMITS_SECONDS)
        self._watch = Watch(self._tree, *self._limits)

    def end(self, grace_s: float = 0.0) -> dict[str, Any]:
        """Kill it with all that descends from it; how it ended, in the words of `WorkerEnded`.

        A worker that has just closed its channel gets `grace_s` seconds to finish ending by itself.
        """
        try:
            code = self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            code = None
        seconds = self._tree.held()[1]
        if self._watch is not None:
            self._watch.stop()
            self._tree.end()
        self.drop()
        ended: dict[str, Any] = {"by_us": code is None, "cpu_s": seconds}
        broken = self._watch.broken if self._watch is not None else None
        if broken is None and code is not None:
            broken = endings.explain(code)
        if broken is not None:
            ended["why"], ended["reason"] = broken
        return ended

    def drop(self) -> None:
        """Kill the process alone: enough where it has never run anybody's code."""
        self.channel.close()
        self._process.kill()
        self._process.wait()
        scratch.remove(self._scratch)

    def _hear(self, word: bytes, seconds: float) -> None:
        deadline, heard = time.monotonic() + seconds, b""
        self.channel.settimeout(LOOK_SECONDS)
        while not heard and self._process.poll() is None:
            try:
                heard = self.channel.recv(1)
            except TimeoutError:
                if time.monotonic() > deadline:
                    raise ServerDied("a process that was to run answers does not start") from None
                continue
            except OSError:
                break
            if not heard:
                break
        if heard != word:
            raise ServerDied("a process that was to run answers ended on its start")


def remove_leftovers() -> None:
    """Remove the scratch folders of graders that were killed: nobody else does."""
    for folder in os.scandir(tempfile.gettempdir()):
        owner = folder.name.removeprefix(SCRATCH).partition("-")[0]
        if folder.name.startswith(SCRATCH) and owner.isdigit() and not psutil.pid_exists(int(owner)):
            scratch.remove(folder.path)


def _start(theirs: socket.socket, folder: str) -> subprocess.Popen[bytes]:
    """Start the interpreter and give it its end of the channel, which is then no longer ours."""
    common: dict[str, Any] = {"cwd": folder, "env": _environment(folder), "stderr": subprocess.DEVNULL}
    if not hasattr(theirs, "share"):
        number = theirs.fileno()
        common |= {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        process = subprocess.Popen(
            [*COMMAND, str(number)], pass_fds=[number], start_new_session=True, **common
        )
        theirs.close()
        return process
    # A window of its own, which is not shown, keeps Ctrl-C from it.
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    common |= {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(COMMAND, creationflags=flags, **common)
    threading.Thread(target=_hand_over, args=(process, theirs), daemon=True).start()
    return process


def _hand_over(process: subprocess.Popen[bytes], theirs: socket.socket) -> None:
    """On Windows: a socket can be given only to a process whose number is known, and it tells us that."""
    assert process.stdin is not None and process.stdout is not None
    # If this fails, the closed channel says so to whoever waits for the process.
    with theirs, process.stdout, contextlib.suppress(OSError, ValueError), process.stdin:
        number = int(process.stdout.readline())
        process.stdin.write(theirs.share(number))  # type: ignore[attr-defined]


def _environment(folder: str) -> dict[str, str]:
    """Exactly these names: what a worker sees must not depend on who grades, and must hold no secret."""
    names = {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "CUDA_VISIBLE_DEVICES": "",
        TAG: folder,
    }
    names |= {name: os.environ[name] for name in KEPT if name in os.environ}
    if "SYSTEMROOT" in names:
        system, here = names["SYSTEMROOT"], sys.exec_prefix
        folders = (here, os.path.join(here, "Library", "bin"), os.path.join(system, "System32"), system)
        names |= {"PATH": os.pathsep.join(folders), "TEMP": folder, "TMP": folder}
    return names
