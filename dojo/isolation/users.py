"""Who student code runs as where the grader is root: another user, who owns nothing."""

from __future__ import annotations

import os
import stat
import sys

from dojo.isolation.places import SERVER_FOLDER, interpreter_folders

NOBODY = "nobody"
CAP_SETGID, CAP_SETUID = 6, 7  # their numbers in the kernel's linux/capability.h


def is_root() -> bool:
    """Whether this process may do everything. Never on a platform that has no such user."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def number_of(name: str) -> tuple[int, int] | None:
    """A user's number and group, or None where there is no such user."""
    import pwd

    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return entry.pw_uid, entry.pw_gid


def may_change_user() -> bool:
    """Whether this process may become another user: root in a container has often lost that right."""
    with open("/proc/self/status") as status:
        lines = dict(line.split(":", 1) for line in status if ":" in line)
    held = int(lines["CapEff"], 16)
    return all(held >> number & 1 for number in (CAP_SETGID, CAP_SETUID))


def hidden_from_others() -> str | None:
    """The first folder on the way to Python that other users may not enter, or None."""
    for folder in [os.path.dirname(sys.executable), *interpreter_folders(), SERVER_FOLDER]:
        path = folder
        while True:
            if not stat.S_IMODE(os.stat(path).st_mode) & stat.S_IXOTH:
                return path
            if path == os.path.dirname(path):
                break
            path = os.path.dirname(path)
    return None
