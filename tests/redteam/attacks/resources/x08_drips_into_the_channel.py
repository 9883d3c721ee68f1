"""Announces a message and sends it byte by byte, so that each read succeeds."""

import os
import struct
import time


def cube_backward(x, dy):
    os.write(3, struct.pack(">II", 1 << 20, 0))
    while True:
        os.write(3, b" ")
        time.sleep(0.2)


def double(x):
    return x + x
