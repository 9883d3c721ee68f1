"""Takes hold of the grader and sends it a signal through that."""

import os
import signal
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        signal.pidfd_send_signal(os.pidfd_open(int("@GRADER@")), 0)
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
