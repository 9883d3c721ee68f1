"""Where Python and its packages lie: all that student code needs to read."""

from __future__ import annotations

import os
import sys
import sysconfig
from functools import cache

import dojo

SERVER_FOLDER = os.path.join(os.path.dirname(os.path.abspath(dojo.__file__)), "worker")
_LIBRARIES = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/etc/ld.so.cache")
_PACKAGES = ("site-packages", "dist-packages", "lib-dynload")


@cache
def interpreter_folders() -> list[str]:
    """The folders that Python is installed in: that of the virtual environment and the one behind it."""
    program = os.path.realpath(sys.executable)
    found = [sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.path.dirname(program))]
    found += [os.path.realpath(folder) for folder in found]
    # Short ones first, so that a folder inside of another one is bound after it.
    return sorted({os.path.abspath(folder) for folder in found} - {"/", "/usr"}, key=len)


@cache
def package_folders() -> list[str]:
    """Folders with packages that Python looks into only by its settings, such as a user's own: the server,
    which has none of these settings, is told of them."""
    usual = (*(folder + os.sep for folder in interpreter_folders()), "/usr/")
    found = [os.path.abspath(path) for path in sys.path if os.path.basename(path) in _PACKAGES]
    return [path for path in dict.fromkeys(found) if not path.startswith(usual) and os.path.isdir(path)]


@cache
def readable() -> list[str]:
    """What a worker may read: the standard library, installed packages and shared libraries."""
    paths = sysconfig.get_paths()
    found = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [path for path in sys.path if os.path.basename(path) in _PACKAGES]
    found += [os.path.join(folder, "lib") for folder in interpreter_folders()]
    found += [SERVER_FOLDER, *_LIBRARIES, *_DEVICES]
    return sorted({path for path in found if os.path.exists(path)})
