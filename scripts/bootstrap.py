"""Builds `.venv` on the first `make` and keeps it up to date, so that a student needs only Python and make.

Usage: `sh scripts/bootstrap.sh [--dev] [--fuzz]`. `--dev` adds the tools that `make test` and `make lint`
need, `--fuzz` what `make fuzz` needs.
`TORCH_INDEX` in the environment names an index that torch alone is taken from.

`.venv/.dojo-ready` is written last and says what the environment was built from: where nothing else is
wanted, there is nothing to do. `.venv/.dojo-building` is written first and marks a half-made one as ours.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from processes import SetupError, StoppedError, check_stopped, lock, run, say, watch_signals

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
READY = VENV / ".dojo-ready"
BUILDING = VENV / ".dojo-building"
DISCARDED = ROOT / ".venv.discarded"
INPUTS = ("pyproject.toml", "constraints.txt")
EXTRAS = ("dev", "fuzz")  # of pyproject.toml, each with an option of its own
CONSTRAINED = ("--constraint", "constraints.txt")
PIP_OPTIONS = ("--disable-pip-version-check", "--no-input", "--no-warn-conflicts")

State = dict[str, Any]


def read_state() -> State | None:
    """What the finished `.venv` was built from, or None where there is no finished one of ours."""
    try:
        state = json.loads(READY.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None


def wanted_state(have: State | None, extras: Sequence[str]) -> State:
    """What `.venv` should be built from; the tools and the torch of an earlier run are kept."""
    have = have or {}
    content = b"\0".join((ROOT / name).read_bytes() for name in INPUTS)
    return {
        "digest": "sha256:" + hashlib.sha256(content).hexdigest(),
        "root": str(ROOT),  # the commands in .venv/bin and the editable install hold this path
        **{name: name in extras or bool(have.get(name)) for name in EXTRAS},
        "torch_index": os.environ.get("TORCH_INDEX") or have.get("torch_index", ""),
    }


def is_current(have: State | None, want: State) -> bool:
    """Whether `.venv` is finished, built from what is wanted, and its Python is still there."""
    return have == want and PYTHON.exists()


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
    """Takes an unusable `.venv` of ours out of the way. Raises SetupError if it is not ours."""
    if not os.path.lexists(VENV):
        return
    empty = VENV.is_dir() and not any(VENV.iterdir())
    if VENV.is_symlink() or not (have or BUILDING.exists() or empty):
        raise SetupError(
            "There is a .venv here that make did not build. Move it away or delete it, then run make again."
        )
    if have and have.get("root") != str(ROOT):
        say("This folder was moved or copied since its .venv was built, so it is built anew.")
    elif have:
        say("The Python that .venv was built with is gone, so it is built anew.")
    else:
        say("Removing the half-made .venv that an earlier run left behind.")
    discard()


def discard() -> None:
    """Removes `.venv`. It is renamed first, so that a kill at any moment leaves no half of it there."""
    shutil.rmtree(DISCARDED, ignore_errors=True)
    with contextlib.suppress(FileNotFoundError):
        VENV.rename(DISCARDED)
    shutil.rmtree(DISCARDED, ignore_errors=True)


def build(want: State) -> None:
    """Builds `.venv` from nothing, or leaves nothing."""
    say("Building .venv. This happens once and takes some minutes, most of them to download torch.")
    if sys.platform == "linux" and not want["torch_index"]:
        say(
            "On Linux torch brings gigabytes of GPU libraries by default. The README says how to get the"
            " small build instead; Ctrl-C stops here and leaves nothing behind."
        )
    try:
        VENV.mkdir()
        BUILDING.touch()
        run([sys.executable, "-m", "venv", "--without-pip", VENV], cwd=ROOT)
        install(want)
        finish(want)
    except SetupError as error:
        discard()
        raise SetupError(f".venv could not be built, and nothing of it is left. {error}") from None
    except BaseException:
        discard()
        raise


def update(have: State, want: State) -> None:
    """Brings a working `.venv` up to date. Where that fails it stays, and the next run tries again."""
    if have.get("digest") != want["digest"]:
        say("The course's requirements have changed; updating .venv, which is usually quick.")
    elif any(want[name] and not have.get(name) for name in EXTRAS):
        say("Adding the tools for testing the kit to .venv, which is usually quick.")
    else:
        say("Installing torch from the index you named, which takes some minutes.")
    try:
        install(want, other_torch=have.get("torch_index") != want["torch_index"])
        finish(want)
    except SetupError as error:
        raise SetupError(f".venv could not be updated; the next make tries again. {error}") from None


def install(want: State, other_torch: bool = False) -> None:
    """Installs the course and what it needs into `.venv`, in the versions of constraints.txt."""
    command = [*installer(), *CONSTRAINED]
    if want["torch_index"]:
        # Torch and nothing else from there, so that no other package can come from an index named for torch.
        again = ["--force-reinstall"] if other_torch else []
        run([*command, "--index-url", want["torch_index"], "--no-deps", *again, "torch"], cwd=ROOT)
    # The build tool comes from constraints.txt too, instead of the newest one in an environment of its own.
    run([*command, "setuptools"], cwd=ROOT, quiet=True)
    extras = ",".join(name for name in EXTRAS if want[name])
    target = f".[{extras}]" if extras else "."
    run([*command, "--no-build-isolation", "--editable", target], cwd=ROOT)
    with contextlib.suppress(SetupError):  # only so that the first start is as fast as the second
        run([PYTHON, "-m", "compileall", "-q", "dojo"], cwd=ROOT, quiet=True)


def installer() -> list[str | Path]:
    """The start of an install command: of uv, or of the new environment's pip, or of this Python's."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", PYTHON, "--compile-bytecode"]
    if importlib.util.find_spec("ensurepip"):
        run([PYTHON, "-m", "ensurepip"], cwd=ROOT, quiet=True)
        command: list[str | Path] = [PYTHON, "-m", "pip", "install", *PIP_OPTIONS]
        run([*command, *CONSTRAINED, "pip"], cwd=ROOT, quiet=True)
        return command
    if importlib.util.find_spec("pip"):  # Debian without python3-venv
        return [sys.executable, "-m", "pip", "--python", PYTHON, "install", *PIP_OPTIONS]
    raise SetupError(
        f"{sys.executable} has neither pip nor ensurepip. Install uv or pip; on Debian and Ubuntu:"
        " sudo apt install python3-venv"
    )


def finish(want: State) -> None:
    """Writes the marker of a finished `.venv`, whole or not at all."""
    check_stopped()
    new = VENV / ".dojo-ready.new"
    new.write_text(json.dumps(want, indent=1) + "\n", encoding="utf-8")
    new.replace(READY)
    BUILDING.unlink(missing_ok=True)


def leave_own_venv() -> None:
    """Starts again with the Python below where `.venv` runs this: it may have to be built anew."""
    below = Path(sys.executable).resolve()
    if Path(sys.prefix) == VENV and VENV not in below.parents:
        os.execv(below, [str(below), "-E", *sys.argv])


def main(arguments: Sequence[str]) -> int:
    """Returns 0 when `.venv` is ready, 1 when it could not be made, 128 + the signal when it was stopped."""
    extras = [name for name in EXTRAS if f"--{name}" in arguments]
    try:
        have = read_state()
        if is_current(have, wanted_state(have, extras)):
            return 0
        leave_own_venv()
        watch_signals()
        with lock(ROOT / ".venv.lock"):
            have = read_state()  # again: the make that we waited for may have done the work
            want = wanted_state(have, extras)
            if not is_current(have, want):
                set_up(have, want)
    except StoppedError as stopped:
        print("Stopped before .venv was finished. The next make starts again.", file=sys.stderr)
        return 128 + int(stopped.args[0])
    except (SetupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
