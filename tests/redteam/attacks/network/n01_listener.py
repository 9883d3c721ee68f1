"""Waits for connections from outside."""

import socket
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException), socket.create_server(("", 0)):
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
