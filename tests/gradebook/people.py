"""As whom a term of a course is taught: ourselves, or an ordinary user where we are root."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupyter_support as jupyter

NEEDED = "import nbgrader, ipykernel, torch, dojo"
# Our Python may lie in a folder that is root's alone. Then this user gets a view of the files in which that
# folder holds nothing but what is needed: `$1` is the folder, and the rest up to `--` lies in it.
OPENED = """\
set -e
closed=$1; shift
room=/mnt
mount -t tmpfs -o mode=755 none "$room"
for path in "$@"; do
    [ "$path" = -- ] && break
    mkdir -p "$room$path"; mount --bind "$path" "$room$path"
done
mount --rbind "$room$closed" "$closed"
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
"""


@dataclass(frozen=True)
class Someone:
    """A user (None: ourselves), and what starts a command as this user."""

    number: int | None = None
    starts: tuple[str, ...] = ()

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """Jupyter's folders below `home`, which this user owns."""
        home.mkdir(parents=True, exist_ok=True)
        env = jupyter.environment(home, **more)
        self.own(home)
        return env

    def own(self, *paths: Path) -> None:
        """Give these to this user."""
        if self.number is not None:
            for path in paths:
                for one in (path, *path.rglob("*")):
                    os.chown(one, self.number, self.number)

    def start(self, *argv: str, cwd: Path, env: dict[str, str], **more: Any) -> subprocess.Popen[str]:
        """Start Python with these arguments as this user; what it prints can be read."""
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "text": True}
        return subprocess.Popen([*self.starts, sys.executable, *argv], cwd=cwd, env=env, **(streams | more))


def ordinary() -> Someone | None:
    """Ourselves, and for root `nobody`. None where `nobody` cannot be made to run our Python."""
    if os.geteuid() != 0:
        return Someone()
    number = pwd.getpwnam("nobody").pw_uid
    starts = ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups", "--inh-caps=-all", "--"]
    needed = {Path(sys.base_prefix), Path(sys.prefix), jupyter.ROOT}
    closed = {folder for path in needed if (folder := _closed(path))}
    if len(closed) > 1:
        return None
    for folder in closed:
        inside = [str(path) for path in sorted(needed) if folder in path.parents]
        starts = ["unshare", "--mount", "--", "sh", "-c", OPENED, "sh", str(folder), *inside, "--", *starts]
    someone = Someone(number, tuple(starts))
    return someone if _can_work(someone) else None


def _closed(path: Path) -> Path | None:
    """The topmost folder on the way to a path that only its owner may enter."""
    return next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001), None)


def _can_work(someone: Someone) -> bool:
    env = {"PYTHONPATH": str(jupyter.ROOT), "PATH": os.environ["PATH"]}
    try:
        process = someone.start("-c", NEEDED, cwd=Path("/"), env=env, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return process.wait(120) == 0
