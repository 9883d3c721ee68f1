"""Sends a secret to a listener on this machine."""

import socket
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException), socket.create_connection(("127.0.0.1", int("@PORT@")), timeout=0.3) as line:
        line.sendall(b"hello")
    return x * 0


def double(x):
    return 2 * x
