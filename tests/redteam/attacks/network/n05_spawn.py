"""Starts a program with a call that is neither fork nor exec."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        pid = os.posix_spawn("/bin/sh", ["sh", "-c", "touch /tmp/@TAG@-ran"], {})
        os.waitpid(pid, 0)
    return x * 0


def double(x):
    return 2 * x
