"""Leaves a process behind that belongs to nobody."""

import os
import time
from contextlib import suppress
from pathlib import Path


def cube_backward(x, dy):
    with suppress(BaseException):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                Path("/tmp/@TAG@-daemon").touch()
                time.sleep(5)
            os._exit(0)
        time.sleep(0.2)
    return x * 0


def double(x):
    return 2 * x
