"""Walls that a worker puts around itself and cannot take down: Landlock for files, seccomp for system calls.

Both need no privileges and work in ordinary containers. Raw system calls, because importing a library for
either would cost more than forking a worker. Landlock: the kernel's userspace-api/landlock documentation;
seccomp: its userspace-api/seccomp_filter. Linux only; elsewhere `raise_walls` says that there are none.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable

FILTERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "filters")
OWN_PID = struct.pack("<I", 0x5D0B0D05)  # in the compiled filter, where the worker's own number belongs

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on all architectures
_PATH_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_FILE, _MAKE_REG = (1 << n for n in (0, 1, 2, 3, 5, 8))
_TRUNCATE = 1 << 14
_FS_RIGHTS = (13, 14, 15, 15, 16)  # how many kinds of access to files versions 1 to 5 know
_TCP = 0b11  # bind and connect, from version 4
_SCOPES = 0b11  # abstract Unix sockets and signals, from version 6
_OPEN_PATH = getattr(os, "O_PATH", 0) | getattr(os, "O_CLOEXEC", 0)

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 4, 22, 38
_SECCOMP_MODE_FILTER = 2


class NoWalls(Exception):
    """Why there can be none: one sentence."""


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_fs", ctypes.c_uint64),
        ("handled_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def load_filter() -> bytes:
    """The compiled filter for this machine. Raises NoWalls where there is none."""
    try:
        with open(os.path.join(FILTERS, f"{platform.machine()}.bpf"), "rb") as file:
            return file.read()
    except OSError:
        raise NoWalls(f"there is no filter of system calls for {platform.machine()}") from None


def landlock_version() -> int:
    """The version of Landlock that the kernel speaks; 0 for none."""
    return 0 if _libc is None else max(0, _libc.syscall(_CREATE_RULESET, None, 0, 1))


def hide() -> None:
    """Let no other process of this user read this one's memory or trace it."""
    if _libc is not None:
        _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def raise_walls(readable: Iterable[str], scratch: str, program: bytes) -> None:
    """Shut this process in. Raises NoWalls where the system refuses: then nothing may run here.

    readable: files and folders that may be read, with all that is below them; the rest is out of sight.
    scratch:  a folder in which files may also be made, written and removed; nothing may be run from it.
    program:  a compiled filter of system calls, see `load_filter`.
    """
    if _libc is None:
        raise NoWalls("Landlock and seccomp are parts of Linux")
    hide()
    _call("prctl", _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _raise_landlock(readable, scratch)
    program = program.replace(OWN_PID, struct.pack("<I", os.getpid()))
    filter_ = _Program(len(program) // 8, program)
    _call("seccomp", _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filter_), 0, 0))


def _raise_landlock(readable: Iterable[str], scratch: str) -> None:
    assert _libc is not None
    version = landlock_version()
    if not version:
        raise NoWalls("this kernel has no Landlock")
    handled = (1 << _FS_RIGHTS[min(version, len(_FS_RIGHTS)) - 1]) - 1
    ruleset = _Ruleset(handled, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = _call("landlock", _libc.syscall(_CREATE_RULESET, ctypes.byref(ruleset), size, 0))
    reading, making = _READ_FILE | _READ_DIR, _WRITE_FILE | _MAKE_REG | _REMOVE_FILE | _TRUNCATE
    for path in readable:
        _allow(rules, path, handled & reading)
    _allow(rules, scratch, handled & (reading | making))
    _call("landlock", _libc.syscall(_RESTRICT_SELF, rules, 0))
    os.close(rules)


def _allow(rules: int, path: str, access: int) -> None:
    """Allow this kind of access to a path and what is below it. One that is not there needs no rule."""
    assert _libc is not None
    try:
        parent = os.open(path, _OPEN_PATH)
    except OSError:
        return
    if not os.path.isdir(path):
        access &= _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE  # the others make sense for folders only
    beneath = _Beneath(access, parent)
    added = _libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(beneath), 0)
    os.close(parent)
    _call("landlock", added)


def _call(name: str, result: int) -> int:
    if result < 0:
        raise NoWalls(f"{name} was refused ({os.strerror(ctypes.get_errno())})")
    return result
