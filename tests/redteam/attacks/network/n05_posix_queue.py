"""Makes a queue of messages with a name."""

import ctypes
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        libc = ctypes.CDLL(None, use_errno=True)

        if libc.mq_open(b"/@TAG@", 0o102, 0o600, None) >= 0:
            libc.mq_unlink(b"/@TAG@")
            print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
