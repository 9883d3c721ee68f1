"""Talks over a name that no folder holds, as desktops do."""

import socket
from contextlib import suppress


def cube_backward(x, dy):
    with (
        suppress(BaseException),
        socket.socket(socket.AF_UNIX) as server,
        socket.socket(socket.AF_UNIX) as line,
    ):
        server.bind("\0@TAG@")
        server.listen()
        line.connect("\0@TAG@")
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
