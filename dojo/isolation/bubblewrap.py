"""Bubblewrap: the fork server in a system of its own, with its own files, processes and network.

What is not bound here does not exist in there: the course, other submissions, the home folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from dojo.isolation.places import SERVER_FOLDER, interpreter_folders, package_folders

SCRATCH_BYTES = 64 << 20  # of all scratch folders together
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage"  # malloc asks here; see the environment in `forkserver`
_LOADER = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")
TRY_SECONDS = 10.0


def command(program: list[str]) -> list[str]:
    """The command that runs `program` inside. It sees Python, the system's libraries and an empty /tmp."""
    found = shutil.which("bwrap")
    assert found is not None
    needed = [*interpreter_folders(), *package_folders(), SERVER_FOLDER]
    bound = [path for path in needed if not path.startswith("/usr/")]
    arguments = [found, "--new-session", "--cap-drop", "ALL", *_namespaces()]
    for path in _SYSTEM:
        if os.path.islink(path):
            arguments += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            arguments += ["--ro-bind", path, path]
    arguments += _open_folders(["/etc", *_parents(_HUGE_PAGES)])
    for path in (*_LOADER, _HUGE_PAGES):
        arguments += ["--ro-bind-try", path, path]
    arguments += ["--proc", "/proc", "--dev", "/dev", "--size", str(SCRATCH_BYTES), "--perms", "1777"]
    arguments += ["--tmpfs", "/tmp"]
    for path in bound:  # which may lie below /tmp, so they come after it
        arguments += [*_open_folders(_parents(path)), "--ro-bind", path, path]
    return [*arguments, "--remount-ro", "/", "--chdir", "/tmp", "--", *program]


def _open_folders(paths: list[str]) -> list[str]:
    """Folders made by these arguments may be entered by all; those that bwrap makes itself are closed."""
    return [word for path in paths for word in ("--perms", "0755", "--dir", path)]


def _parents(path: str) -> list[str]:
    """The folders above a path, from the top, without those that are there anyhow."""
    above = [str(parent) for parent in reversed(Path(path).parents)]
    return [folder for folder in above if folder not in ("/", "/tmp", "/usr")]


def _namespaces() -> list[str]:
    unshare = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        # Root needs no user namespace, and the server inside goes on as another user (see `users`).
        return [*unshare, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return ["--unshare-user", *unshare]


@cache
def obstacle() -> str | None:
    """Why there can be no sandbox on this machine: one sentence with what to do. None where there can."""
    if sys.platform != "linux":
        return "The level sandbox needs Linux."
    if shutil.which("bwrap") is None:
        return "The program bwrap is missing: install the package bubblewrap."
    try:
        tried = subprocess.run(
            command(["true"]), stdin=subprocess.DEVNULL, capture_output=True, timeout=TRY_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"bwrap does not start ({error})."
    if tried.returncode == 0:
        return None
    reason = tried.stderr.decode(errors="replace").strip().splitlines()
    return f"bwrap is there but may not work ({reason[-1] if reason else 'no reason given'}){_advice()}."


def _advice() -> str:
    for name, value, advice in (
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "allow it to bwrap by an AppArmor profile, or"),
        ("kernel/unprivileged_userns_clone", "0", "an administrator can"),
        ("user/max_user_namespaces", "0", "an administrator can"),
    ):
        try:
            with open(f"/proc/sys/{name}") as file:
                now = file.read().strip()
        except OSError:
            continue
        if now == value:
            wanted = {"1": "0", "0": "1"}[value] if not name.startswith("user/") else "10000"
            return f": {advice} set {name.replace('/', '.')} to {wanted} with sysctl"
    return ": in a container, allow user namespaces to it, or use the level confined"
