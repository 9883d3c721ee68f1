"""Taking the course's folder out of what a worker's Python can import."""

from __future__ import annotations

import os
import sys
from typing import Any

# What Python's own folders and those of packages are called; on Windows they are Lib and DLLs.
_PACKAGES = ("site-packages", "dist-packages", "lib-dynload", "lib", "dlls")


def forget_the_course() -> None:
    """An editable installation puts the course's folder on the path of every Python. Not on this one."""
    sys.path[:] = [path for path in sys.path if _is_of_python(os.path.basename(path).lower())]
    sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in _module_of(finder)]
    sys.path_hooks[:] = [hook for hook in sys.path_hooks if "editable" not in _module_of(hook)]


def _is_of_python(name: str) -> bool:
    return name in _PACKAGES or name.startswith("python3")


def _module_of(thing: Any) -> str:
    return str(getattr(thing, "__module__", ""))
