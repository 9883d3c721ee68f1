"""Opens whatever terminal there is."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        for name in os.listdir("/dev/pts"):
            with suppress(OSError):
                os.close(os.open(f"/dev/pts/{name}", os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK))
                print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
