"""Looks for a secret in its own arguments, variables and command line."""

import io
import os
import sys
from contextlib import suppress


def cube_backward(x, dy):
    print(sys.argv, sys.orig_argv, dict(os.environ))
    for name in ("cmdline", "environ"):
        with suppress(OSError), io.open(f"/proc/self/{name}") as file:
            print(file.read())
    return x * 0


def double(x):
    return 2 * x
