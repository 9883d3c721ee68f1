"""A thread that goes on when the answer is there, and leaves something behind."""

import os
import threading
import time


def later():
    time.sleep(3)
    os.mkdir("/tmp/@TAG@-later")


def cube_backward(x, dy):
    try:
        threading.Thread(target=later, daemon=True).start()
    except RuntimeError:
        pass
    return x * 0


def double(x):
    return x + x
