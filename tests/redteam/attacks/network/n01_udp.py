"""Sends a datagram, which needs nobody to answer."""

import socket
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.sendto(b"hello", ("127.0.0.1", int("@PORT@")))
        print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
