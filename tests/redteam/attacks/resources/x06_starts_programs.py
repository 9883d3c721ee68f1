"""Starts another program that goes on without it."""

import subprocess


def cube_backward(x, dy):
    try:
        subprocess.Popen(["/bin/sh", "-c", "sleep 3; mkdir /tmp/@TAG@-program"], start_new_session=True)
    except OSError:
        pass
    return x * 0


def double(x):
    return x + x
