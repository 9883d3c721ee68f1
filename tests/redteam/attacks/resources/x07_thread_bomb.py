"""Starts thread after thread, each with a stack of its own."""

import threading
import time


def cube_backward(x, dy):
    for _ in range(200):
        threading.Thread(target=time.sleep, args=(5,)).start()
    return x * 0


def double(x):
    return x + x
