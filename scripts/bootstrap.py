"""Builds `.venv` on the first `make` and keeps it up to date, so that a student needs only Python and make.

Usage: `sh scripts/bootstrap.sh [--dev]`. `--dev` adds the tools that `make test` and `make lint` need.
`TORCH_INDEX` in the environment names an index that torch alone is taken from.

`.venv/.dojo-ready` is written last and says what the environment was built from: where it matches there is nothing
to do. `.venv/.dojo-building` is written first and says that an unfinished `.venv` is ours to remove.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
READY = VENV / ".dojo-ready"
BUILDING = VENV / ".dojo-building"
DISCARDED = ROOT / ".venv.discarded"
INPUTS = ("pyproject.toml", "constraints.txt")
PIP_OPTIONS = ("--disable-pip-version-check", "--no-input")
# Settings of the caller's shell that would send the packages somewhere else than into .venv.
UNWANTED = ("PYTHONHOME", "PYTHONPATH", "PIP_PREFIX", "PIP_TARGET", "PIP_USER", "__PYVENV_LAUNCHER__")

State = dict[str, Any]
_stop_signals: list[int] = []


class SetupError(Exception):
    """The set-up cannot go on; the text is the sentence that the student reads."""


class Stopped(Exception):
    """The user or the system asked us to stop; the argument is the signal's number."""


def say(text: str) -> None:
    """Prints at once, so that our lines and the installer's stand in the right order."""
    print(text, flush=True)


# What was built and what is wanted


def read_state() -> State | None:
    """What the finished `.venv` was built from, or None where there is no finished one of ours."""
    try:
        state = json.loads(READY.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None


def wanted_state(have: State | None, dev: bool) -> State:
    """What `.venv` should be built from; the tools and the torch of an earlier run are kept."""
    have = have or {}
    content = b"\0".join((ROOT / name).read_bytes() for name in INPUTS)
    return {
        "digest": "sha256:" + hashlib.sha256(content).hexdigest(),
        "root": str(ROOT),
        "dev": dev or bool(have.get("dev")),
        "torch_index": os.environ.get("TORCH_INDEX") or have.get("torch_index", ""),
    }


def is_current(have: State | None, want: State) -> bool:
    """Whether `.venv` is finished, built from what is wanted, and its Python still starts from somewhere."""
    return have == want and PYTHON.exists()


# Running things so that a signal leaves nothing behind


def check_stopped() -> None:
    """Raises Stopped if a signal has come; called wherever it is safe to leave."""
    if _stop_signals:
        raise Stopped(_stop_signals[0])


def run(command: Sequence[str | Path]) -> None:
    """Runs a command to its end; SetupError if it fails, Stopped (and all its processes ended) on a signal."""
    env = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    check_stopped()
    # A session of its own, so that one call ends the installer and everything that it started.
    process = subprocess.Popen(
        [str(part) for part in command], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, start_new_session=True
    )
    while process.poll() is None:
        if _stop_signals:
            end(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
    check_stopped()
    if process.returncode != 0:
        raise SetupError("The lines above say why.")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and all that it started: politely first, then for good."""
    for signum in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signum)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """Lets one set-up at a time work in this folder; the others wait for it."""
    with open(ROOT / ".venv.lock", "w") as file:
        told = False
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


# Building


def set_up(have: State | None, want: State) -> None:
    """Makes `.venv` what is wanted: updates a good one in place, builds a new one otherwise."""
    started = time.monotonic()
    if have and have.get("root") == want["root"] and PYTHON.exists():
        update(have, want)
    else:
        clear(have)
        build(want)
    say(f".venv is ready ({time.monotonic() - started:.0f} s).")


def clear(have: State | None) -> None:
    """Takes an unusable `.venv` of ours out of the way; SetupError if it is not ours."""
    if not os.path.lexists(VENV):
        return
    empty = VENV.is_dir() and not any(VENV.iterdir())
    if VENV.is_symlink() or not (have or BUILDING.exists() or empty):
        raise SetupError("There is a .venv here that make did not build. Move it away or delete it, then run make again.")
    if have and have.get("root") != str(ROOT):
        say("This folder was moved or copied since its .venv was built, so it is built anew.")
    elif have:
        say("The Python that .venv was built with is gone, so it is built anew.")
    else:
        say("Removing the half-made .venv that an earlier run left behind.")
    discard()


def discard() -> None:
    """Removes `.venv`. It is renamed first, so that a kill at any moment leaves no half of it under its name."""
    shutil.rmtree(DISCARDED, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        VENV.rename(DISCARDED)
    shutil.rmtree(DISCARDED, ignore_errors=True)


def build(want: State) -> None:
    """Builds `.venv` from nothing, or leaves nothing."""
    say("Building .venv. This happens once and takes some minutes, most of them to download torch.")
    if sys.platform == "linux" and not want["torch_index"]:
        say(
            "On Linux torch brings gigabytes of GPU libraries by default. The README says how to get the small build"
            " instead; Ctrl-C stops here and leaves nothing behind."
        )
    try:
        VENV.mkdir()
        BUILDING.touch()
        run([sys.executable, "-m", "venv", "--without-pip", VENV])
        install(want)
        finish(want)
    except SetupError as error:
        discard()
        raise SetupError(f".venv could not be built, and nothing of it is left. {error}") from None
    except BaseException:
        discard()
        raise


def update(have: State, want: State) -> None:
    """Brings a working `.venv` up to date; one that cannot be is left in place and tried again next time."""
    if have.get("digest") != want["digest"]:
        say("The course's requirements have changed; updating .venv, which usually takes a minute or less.")
    elif have.get("dev") != want["dev"]:
        say("Adding the tools for testing the kit to .venv, which usually takes a minute or less.")
    else:
        say("Installing torch from the index you named, which takes some minutes.")
    try:
        install(want, other_torch=have.get("torch_index") != want["torch_index"])
        finish(want)
    except SetupError as error:
        raise SetupError(f".venv could not be updated, and the next make tries again. {error}") from None


def install(want: State, other_torch: bool = False) -> None:
    """Installs the course and what it needs, in the versions of constraints.txt, into `.venv`."""
    command = [*installer(), "--constraint", "constraints.txt"]
    if want["torch_index"]:
        # Torch and nothing else from there: no other package can be taken from an index you named for torch.
        again = ["--force-reinstall"] if other_torch else []
        run([*command, "--index-url", want["torch_index"], "--no-deps", *again, "torch"])
    # The build tool comes from constraints.txt too, instead of the newest one in an environment of its own.
    run([*command, "setuptools"])
    run([*command, "--no-build-isolation", "--editable", ".[dev]" if want["dev"] else "."])
    run([PYTHON, "-m", "compileall", "-q", "dojo"])  # so that the first start is as fast as the second


def installer() -> list[str | Path]:
    """The start of an install command: uv, or else the new environment's pip, or else this Python's."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", PYTHON, "--compile-bytecode"]
    if importlib.util.find_spec("ensurepip"):
        run([PYTHON, "-m", "ensurepip"])
        pip: list[str | Path] = [PYTHON, "-m", "pip"]
        run([*pip, "install", *PIP_OPTIONS, "--constraint", "constraints.txt", "pip"])
    elif importlib.util.find_spec("pip"):  # Debian without python3-venv
        pip = [sys.executable, "-m", "pip", "--python", PYTHON]
    else:
        raise SetupError(
            f"{sys.executable} has neither pip nor ensurepip. Install uv or pip, or on Debian and Ubuntu:"
            " sudo apt install python3-venv"
        )
    return [*pip, "install", *PIP_OPTIONS]


def finish(want: State) -> None:
    """Writes the marker of a finished `.venv`, whole or not at all."""
    check_stopped()
    new = READY.with_suffix(".new")
    new.write_text(json.dumps(want, indent=1) + "\n", encoding="utf-8")
    new.replace(READY)
    BUILDING.unlink(missing_ok=True)


def leave_own_venv() -> None:
    """Starts again with the Python underneath where `.venv` is activated: it may have to be built anew."""
    below = Path(sys.executable).resolve()
    if Path(sys.prefix) == VENV and VENV not in below.parents:
        os.execv(below, [str(below), *sys.argv])


def main(arguments: Sequence[str]) -> int:
    """Returns 0 where `.venv` is ready, 1 where it could not be made, 128 + the signal where it was stopped."""
    dev = "--dev" in arguments
    try:
        have = read_state()
        if is_current(have, wanted_state(have, dev)):
            return 0
        leave_own_venv()
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, lambda number, _frame: _stop_signals.append(number))
        with lock():
            have = read_state()  # again: the make that we waited for may have done it
            want = wanted_state(have, dev)
            if not is_current(have, want):
                set_up(have, want)
    except Stopped as stopped:
        print("Stopped before .venv was finished. The next make starts it again.", file=sys.stderr)
        return 128 + int(stopped.args[0])
    except (SetupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
