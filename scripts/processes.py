"""Runs the installer for `bootstrap.py` so that a signal leaves nothing behind, and one set-up at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

# Settings of the caller's shell that would send the packages somewhere else than into .venv.
UNWANTED = ("PYTHONHOME", "PYTHONPATH", "PIP_PREFIX", "PIP_TARGET", "PIP_USER", "__PYVENV_LAUNCHER__")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_received: list[int] = []


class SetupError(Exception):
    """The set-up cannot go on; the text is the sentence that the student reads."""


class StoppedError(Exception):
    """The user or the system asked us to stop; the argument is the signal's number."""


def say(text: str) -> None:
    """Prints at once, so that our lines and the installer's stand in the right order."""
    print(text, flush=True)


def watch_signals() -> None:
    """Notes signals instead of dying of them; `check_stopped` then leaves from where it is safe."""
    for signum in SIGNALS:
        signal.signal(signum, lambda number, _frame: _received.append(number))


def check_stopped() -> None:
    """Raises StoppedError if a signal has come."""
    if _received:
        raise StoppedError(_received[0])


def run(command: Sequence[str | Path], cwd: Path, quiet: bool = False) -> None:
    """Runs a command to its end. Raises SetupError if it fails, StoppedError (with it ended) on a signal."""
    env = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    check_stopped()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env={**env, "PYTHONWARNINGS": "ignore"},  # the build tool warns of what an editable install is
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else None,
        start_new_session=True,  # so that one call ends the installer and everything that it started
    )
    while process.poll() is None:
        if _received:
            _end(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
    check_stopped()
    if process.returncode != 0:
        raise SetupError("The lines above say why.")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and all that it started."""
    # First as Ctrl-C does: pip then removes what it has downloaded to the system's temporary folder.
    for signum in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Lets one process at a time in; the others say that they wait. Raises StoppedError on a signal."""
    told = False
    with open(path, "w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    say("Another make is setting up .venv; waiting for it.")
                told = True
                check_stopped()
                time.sleep(0.1)
            except OSError:  # a file system without locks: better without than not at all
                break
        yield
