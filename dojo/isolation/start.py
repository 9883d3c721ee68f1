"""The command that starts the fork server behind as many walls as were asked for and can be had."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
from pathlib import Path

from dojo.isolation import bubblewrap, users
from dojo.isolation.places import package_folders, readable


def command(server: Path, control: int, isolation: str | None, run_as: str) -> list[str]:
    """How to start `server` so that it listens on the descriptor `control`.

    Nothing is promised here: which walls stand, the probe submission finds out.
    """
    walls = readable() if isolation != "process" else []
    # Not -I: it would also ignore PYTHONHASHSEED, without which the order of a set differs from run to run.
    lists = [json.dumps(walls), json.dumps(package_folders())]
    program = [sys.executable, "-s", str(server), str(control), *lists]
    inside = isolation in (None, "sandbox") and bubblewrap.obstacle() is None
    if users.is_root() and (inside or users.hidden_from_others() is None):
        program = _as_user(run_as) + program
    return bubblewrap.command(program) if inside else program


def _as_user(name: str) -> list[str]:
    """What makes the rest of a command run as somebody else; nothing where that cannot be."""
    found = users.number_of(name)
    if found is None or shutil.which("setpriv") is None or not users.may_change_user():
        return []
    user, group = found
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--inh-caps=-all", "--"]


def inhabitants(pid: int) -> list[int]:
    """Every process below this one, as far as the system tells."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *inhabitants(child)]
    return found
