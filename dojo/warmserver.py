"""The warm server itself: for each command a fork of a process that has loaded everything.

A command runs in its fork exactly as it would have run cold: with its own arguments, folder, environment
and terminal. The server grades nothing itself, so nothing of one command is left for the next.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import select
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from dojo.editions import reference_tree
from dojo.engine import Engine
from dojo.forkserver import ServerDied
from dojo.isolation.probe import prove
from dojo.servers import Server


class Warm:
    """Accepts commands on a socket until it is idle for too long, stale, or told to leave."""

    def __init__(self, engine: Engine, server: socket.socket, path: Path, idle_seconds: float | None) -> None:
        self.engine, self.server, self.path, self.idle_seconds = engine, server, path, idle_seconds
        self.loaded = fingerprint(engine.course.root)
        self.spare: Server | None = None  # cloned ahead, so that a command need not wait for it

    def run(self) -> None:
        """Serve. Returns when it is time to end."""
        self.engine.load()
        for view in (
            "cli.check",
            "cli.grade",
            "views.exercise",
            "views.overview",
            "views.live",
            "views.console",
        ):
            importlib.import_module(f"dojo.{view}")
        gc.collect()
        gc.freeze()  # or a collection in a command would copy every page
        last = time.monotonic()
        while True:
            try:
                if self.spare is None:
                    self.spare = self.engine.clone_server()
                    self.spare.proof = prove(self.spare, self.engine.course.root)  # anew for each command
            except ServerDied:
                return self.leave()
            ready, _, _ = select.select([self.server], [], [], 5.0)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if ready:
                connection, _ = self.server.accept()
                with connection:
                    if not self.answer(connection):
                        return self.leave()
                last = time.monotonic()
            elif (
                self.idle_seconds is not None and time.monotonic() - last > self.idle_seconds
            ) or not self.path.exists():
                return self.leave()

    def leave(self) -> None:
        """End: no new command finds the socket, and the fork server goes too."""
        self.path.unlink(missing_ok=True)
        if self.spare is not None:
            self.spare.close()
        self.engine.close()

    def answer(self, connection: socket.socket) -> bool:
        """Start one command. False where the server has to end: it is stale, or was asked to."""
        connection.settimeout(2.0)
        try:
            text, descriptors, _, _ = socket.recv_fds(connection, 1 << 20, 3)
            while text and not text.endswith(b"\n"):
                text += connection.recv(1 << 20)
            request = json.loads(text)
        except (OSError, ValueError):
            return True  # somebody looked whether we are alive
        try:
            if request.get("leave") or fingerprint(self.engine.course.root) != self.loaded:
                connection.sendall(b"{}\n")
                return False
            pid = os.fork()
            if pid == 0:
                self.run_command(connection, request, descriptors)
            connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
            if self.spare is not None:
                self.spare.detach()  # the command has it now
                self.spare = None
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        return True

    def run_command(
        self, connection: socket.socket, request: dict[str, Any], descriptors: list[int]
    ) -> NoReturn:
        """In the fork: become the command, run it, report its exit code."""
        code = 3
        try:
            self.server.close()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for number, descriptor in enumerate(descriptors):
                os.dup2(descriptor, number)
            os.environ.clear()
            os.environ.update(request["environment"])
            os.chdir(request["cwd"])
            sys.stdout, sys.stderr = _stream(1), _stream(2)
            from dojo.cli.main import main

            assert self.spare is not None
            self.engine.adopt(self.spare)
            code = main(request["argv"], engine=self.engine)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            with contextlib.suppress(OSError):
                connection.sendall(json.dumps({"code": code}).encode() + b"\n")
            os._exit(code)


def _stream(number: int) -> io.TextIOWrapper:
    coding = (os.environ.get("PYTHONIOENCODING") or "").partition(":")[0] or None
    if coding is None and os.environ.get("PYTHONUTF8") != "0":
        locale = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "C"
        # As Python itself does: the C locale and UTF-8 locales give UTF-8.
        coding = "utf-8" if locale in ("C", "POSIX") or "utf" in locale.lower() else "ascii"
    errors = "backslashreplace" if number == 2 else "surrogateescape"
    return io.TextIOWrapper(open(number, "wb", closefd=False), coding, errors, line_buffering=True)


def fingerprint(root: Path) -> int:
    """A number that changes when the engine, the manifest, a solution or a grader does."""
    seen = []
    folders = [Path(__file__).parent, root / reference_tree(root), root / "graders"]
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            status = path.stat()
            seen.append((str(path), status.st_mtime_ns, status.st_size))
    manifest = (root / "course.toml").stat()
    return hash((tuple(seen), manifest.st_mtime_ns, manifest.st_size))
