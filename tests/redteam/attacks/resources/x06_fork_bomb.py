"""Forks processes that fork processes."""

import os
import time


def cube_backward(x, dy):
    parent = os.getpid()
    try:
        for _ in range(5):
            os.fork()
    except OSError:
        pass
    if os.getpid() != parent:
        time.sleep(5)
        os._exit(0)
    return x * 0


def double(x):
    return x + x
