"""Opens what the grader has open, and takes descriptors from it by pidfd."""

import ctypes
import os
from contextlib import suppress

PIDFD_GETFD = 438


def cube_backward(x, dy):
    with suppress(OSError):
        for name in os.listdir("/proc/@GRADER@/fd"):
            print("@WORKED@", os.readlink(f"/proc/@GRADER@/fd/{name}"))
    with suppress(OSError):
        process = os.pidfd_open(int("@GRADER@"))
        if ctypes.CDLL(None).syscall(PIDFD_GETFD, process, 0, 0) >= 0:
            print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
