"""A worker where there is no fork server: one fresh interpreter that imports torch and then waits.

Started as `python -I spawned.py FD`, or without FD on Windows, where the channel comes through standard
input. It says that it is ready, is told its limits, and from then on it is a worker like any other.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
import time
import types
from typing import NoReturn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import limits

LINE_LIMIT = 1000
LOOK_SECONDS = 0.5


def main() -> NoReturn:
    """Become a worker. The process ends here, whatever happens."""
    status = 70
    try:
        channel = _channel()
        session = _load()
        channel.sendall(b"r")
        told = json.loads(_line(channel))
        threading.Thread(target=_end_with_the_grader, args=(channel,), daemon=True).start()
        for name in ("SIGINT", "SIGTERM", "SIGPIPE"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_DFL)
        # What importing torch took is not the student's.
        limits.limit(told["memory_mib"], told["cpu_seconds"] + int(time.process_time()) + 1)
        channel.sendall(b"s")
        session.serve(channel)
        status = 0
    finally:
        os._exit(status)


def _load() -> types.ModuleType:
    """Import torch and all that a session needs, just as the fork server does; the module `session`."""
    gc.disable()  # importing torch makes millions of objects and no garbage
    import forget
    import inert
    import numpy  # noqa: F401
    import optimizers
    import session
    import torch
    import watch

    sys.path.pop(0)
    sys.modules["jaxtyping"] = inert.jaxtyping_stand_in()  # student modules annotate with it
    torch.set_num_threads(1)
    watch.warm_up()
    optimizers.leave_the_compiler_out()
    forget.forget_the_course()
    gc.collect()
    gc.freeze()  # what torch has made is no garbage of student code either
    gc.enable()
    return session


def _channel() -> socket.socket:
    """The worker's end of the channel, and no other descriptor that leads anywhere.

    Before torch is imported: what the system's own libraries may then have opened is not ours to close.
    """
    if len(sys.argv) > 1:
        limits.keep_only(int(sys.argv[1]))
        return socket.socket(fileno=limits.CHANNEL_FD)
    # Windows. The grader has to know the process to which it hands a socket over, and the one that it
    # started may be a launcher that has started us.
    print(os.getpid(), flush=True)
    channel = socket.fromshare(sys.stdin.buffer.read())  # type: ignore[attr-defined]
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    return channel


def _line(channel: socket.socket) -> bytes:
    """One line from the grader. Ends the process where none comes any more."""
    text = b""
    while not text.endswith(b"\n") and len(text) < LINE_LIMIT:
        part = channel.recv(1)
        if not part:
            os._exit(0)
        text += part
    return text


def _end_with_the_grader(channel: socket.socket) -> None:
    """End this process when the other end of the channel is closed: nobody else might, if it was killed.

    Only looks at what has come and leaves it to be read.
    """
    try:
        while channel.recv(1, socket.MSG_PEEK):
            time.sleep(LOOK_SECONDS)
    except OSError:
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
