"""Reads a secret by every other name it may have: links, descriptors, /proc, a changed directory."""

import io
import os
from contextlib import suppress


def by_symlink(path):
    os.symlink(path, "soft")
    return "soft"


def by_hard_link(path):
    os.link(path, "hard")
    return "hard"


def by_directory(path):
    os.chdir(os.path.dirname(path))
    return os.path.basename(path)


def by_descriptor(path):
    folder = os.open(os.path.dirname(path), os.O_PATH)
    return f"/proc/self/fd/{folder}/{os.path.basename(path)}"


def by_root(process):
    return lambda path: f"/proc/{process}/root{path}"


def by_rename(path):
    os.rename(path, "renamed")
    return "renamed"


WAYS = [by_symlink, by_hard_link, by_descriptor, by_directory, by_rename]
WAYS += [by_root(process) for process in ("self", "thread-self", "1", os.getppid(), "@GRADER@")]


def cube_backward(x, dy):
    for way in WAYS:
        with suppress(OSError), io.open(way("@SECRET@")) as file:
            print(file.read())
    return x * 0


def double(x):
    return 2 * x
