"""Reads a secret by every other name it may have: links, descriptors, /proc, another place."""

import io
import os
from contextlib import suppress


def by_symlink(path):
    os.symlink(path, "soft")
    return "soft"


def by_hard_link(path):
    os.link(path, "hard")
    return "hard"


def by_descriptor(path):
    folder = os.open(os.path.dirname(path), os.O_PATH)
    return f"/proc/self/fd/{folder}/{os.path.basename(path)}"


def by_root(process):
    return lambda path: f"/proc/{process}/root{path}"


def by_rename(path):
    os.rename(path, "renamed")
    return "renamed"


ROOTS = [by_root(process) for process in ("self", "thread-self", "1", os.getppid(), "@GRADER@")]
WAYS = [by_symlink, by_hard_link, by_descriptor, *ROOTS, by_rename]


def cube_backward(x, dy):
    for way in WAYS:
        with suppress(OSError), io.open(way("@SECRET@")) as file:
            print(file.read())
    return x * 0


def double(x):
    return 2 * x
