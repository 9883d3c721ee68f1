"""Runs a `dojo` command for a notebook in a process of its own, where the course is."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import dojo
from dojo.editions import edition_root

PAUSE = 0.005  # seconds between two looks whether the command has ended
PATIENCE = 0.8  # and before one says that it takes a while
GRACE = 2.5  # for a command that was told to stop; nbgrader gives a kernel four to be quiet
_OF_TERMINALS = ("FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS", "LINES")  # which kernels pretend


@dataclass(frozen=True)
class Reply:
    """What a command came to: its exit code, what it printed and the sentences it complained in."""

    code: int
    text: str
    complaint: str


class NoCourseError(Exception):
    """There is no course to check against: one sentence what to do."""


def course_root(near: Path | None = None) -> Path:
    """The course's folder: DOJO_COURSE, else around the current folder or `near`, else the package's own.

    Raises NoCourseError.
    """
    named = os.environ.get("DOJO_COURSE")
    if named:
        if (Path(named) / "course.toml").is_file():
            return Path(named).resolve()
        raise NoCourseError(f"DOJO_COURSE names {named}, and there is no course.toml in it.")
    for start in [Path.cwd(), *([near.resolve()] if near else [])]:
        for folder in (start, *start.parents):
            if (folder / "course.toml").is_file():
                return folder
    packaged = edition_root()
    if packaged is not None:
        return packaged
    raise NoCourseError(
        f"There is no course in {Path.cwd()} or above it: put the notebook into the course's folder, or set "
        "DOJO_COURSE to that folder, as in `%env DOJO_COURSE=/path/to/course`."
    )


def ask(
    words: list[str],
    root: Path,
    work: Path,
    meanwhile: Callable[[], None] = lambda: None,
    on_wait: Callable[[], None] = lambda: None,
) -> Reply:
    """Run `dojo` with these words in `root` and wait for it.

    `meanwhile` is called once it runs, and `on_wait` once if it takes long.

    Its output goes through files in the folder `work`, because the warm server that it may leave behind
    would keep a pipe open. An interrupt ends the command, and all that it has started, and goes on.
    """
    out, err = work / "out.txt", work / "err.txt"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        command = subprocess.Popen(
            [sys.executable, "-m", "dojo", *words],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            cwd=root,
            env=environment(root),
            start_new_session=True,  # a kernel's interrupt goes to its whole group, and here through `_stop`
        )
    try:
        began = time.monotonic()
        meanwhile()
        while command.poll() is None:
            time.sleep(PAUSE)
            if time.monotonic() - began > PATIENCE:
                on_wait()
                began = float("inf")
    except BaseException:
        _stop(command)
        raise
    complaint = " ".join(line.removeprefix("dojo: ") for line in _read(err).splitlines())
    return Reply(command.returncode, _read(out), complaint)


def environment(root: Path) -> dict[str, str]:
    """Ours, less what kernels say of terminals, so that the command imports the very `dojo` that we are.

    In a course that is not the student's, the history goes where a student's data belong.
    """
    kept = {name: value for name, value in os.environ.items() if name not in _OF_TERMINALS}
    kept |= {"PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8"}
    ours = Path(dojo.__file__).resolve().parent.parent
    if ours.name not in ("site-packages", "dist-packages"):  # which must not come before Python's own
        kept["PYTHONPATH"] = os.pathsep.join([str(ours), *filter(None, [kept.get("PYTHONPATH")])])
    if root == edition_root() or not os.access(root, os.W_OK):
        data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
        name = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        kept.setdefault("DOJO_HISTORY", str(data / "backprop-dojo" / f"{name}.jsonl"))
    return kept


def _stop(command: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C in a terminal: the command ends its workers itself. Whatever is left after that is killed."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        command.terminate() if os.name == "nt" else command.send_signal(signal.SIGINT)
        command.wait(GRACE)
    if command.poll() is None:
        with contextlib.suppress(OSError):
            command.kill() if os.name == "nt" else os.killpg(command.pid, signal.SIGKILL)
        command.wait()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
