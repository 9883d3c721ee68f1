"""The warm server, seen from a command: hand the command over if one is running, leave one behind at the end.

Never needed for correctness. This side imports almost nothing, because it runs before anything is shown.
The command's own terminal is handed over, so what it shows and how is the same either way.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dojo.servers import can_fork

if TYPE_CHECKING:
    from dojo.course import Course
    from dojo.engine import Engine

REPLY_SECONDS = 2.0  # a server that takes longer to accept a command is stuck: go on without it
LONGEST_PATH = 100  # of a Unix socket, whose address has 108 bytes
IDLE_SECONDS = 900.0  # a server that a command left behind ends after this long without another


def socket_path(root: Path) -> Path | None:
    """Where the server of a course listens: a folder of this user's alone. None where there can be none."""
    if not can_fork():
        return None
    name = hashlib.sha256(f"{root.resolve()}\0{sys.executable}\0{__file__}".encode()).hexdigest()[:24]
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()):
        path = Path(base or "/nowhere") / f"dojo-{os.getuid()}" / f"{name}.sock"
        if len(str(path)) <= LONGEST_PATH and _is_private(path.parent):
            return path
    return None


def _is_private(folder: Path) -> bool:
    """Whether the folder is there, or could be made, and nobody else may enter it."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError:
        return False
    mine = status.st_uid == os.getuid() and not status.st_mode & 0o077
    return mine and not folder.is_symlink()


def try_warm(argv: list[str]) -> int | None:
    """Let a warm server run this command. Its exit code, or None where there is none to be had."""
    if any(word.startswith(("--isolation", "--run-as", "--hi")) for word in argv):
        return None  # the server has the walls that it was started with, and knows no --hidden graders
    root = next((d for d in [Path.cwd(), *Path.cwd().parents] if (d / "course.toml").is_file()), None)
    path = None if root is None else socket_path(root)
    if path is None or not path.exists():
        return None
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(REPLY_SECONDS)
        try:
            connection.connect(str(path))
            request = {"argv": argv, "cwd": os.getcwd(), "environment": dict(os.environ)}
            socket.send_fds(connection, [json.dumps(request).encode() + b"\n"], [0, 1, 2])
            answer = _line(connection)
        except OSError:
            return None
        if not answer or "pid" not in answer:
            return None  # it was stale, or is gone
        return _wait(connection, answer["pid"])


def _wait(connection: socket.socket, pid: int) -> int:
    connection.settimeout(None)
    while True:
        try:
            answer = _line(connection)
            return int(answer["code"]) if answer else 3
        except KeyboardInterrupt:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGINT)


def _line(connection: socket.socket) -> dict[str, Any] | None:
    text = b""
    while not text.endswith(b"\n"):
        part = connection.recv(4096)
        if not part:
            return None
        text += part
    return dict(json.loads(text))


def stay_warm(engine: Engine) -> None:
    """Leave a copy of this process, which has loaded everything, behind to serve the next command."""
    if os.environ.get("DOJO_WARM") == "0" or os.environ.get("CI"):
        return
    path = socket_path(engine.course.root)
    if path is None or (server := _listen(path)) is None:
        return
    sys.stdout.flush()
    sys.stderr.flush()
    if os.fork():
        server.close()
        engine.detach()  # the copy has it now
        return
    try:
        from dojo.warmserver import Warm

        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        Warm(engine, server, path, IDLE_SECONDS).run()
    finally:
        path.unlink(missing_ok=True)
        os._exit(0)


def serve(course: Course) -> int:
    """Be a warm server until stopped. Returns the exit code."""
    from dojo.cli.errors import UsageError

    path = socket_path(course.root)
    if path is None:
        raise UsageError("A warm server needs Linux and a folder for its socket that is yours alone.")
    from dojo.engine import Engine
    from dojo.warmserver import Warm

    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as old:
        old.connect(str(path))
        old.sendall(b'{"leave": true}\n')  # a server that a command left behind makes room
        old.recv(1)
    server = _listen(path)
    if server is None:
        raise UsageError("Another warm server is running for this course; stop that one first.")
    print("Loading torch and the graders …", flush=True)
    with Engine(course) as engine:
        engine.warm_up()
        print("Warm. Checks of this course start at once until you stop this with Ctrl-C.", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            Warm(engine, server, path, None).run()
    path.unlink(missing_ok=True)
    return 0


def _listen(path: Path) -> socket.socket | None:
    """A socket that listens at `path`; None where a living server does already."""
    server = socket.socket(socket.AF_UNIX)
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
        server.close()
        return None
    except OSError:
        path.unlink(missing_ok=True)  # what a killed server left behind
    try:
        server.bind(str(path))
        os.chmod(path, 0o600)
        server.listen(8)
    except OSError:
        server.close()
        return None
    return server
