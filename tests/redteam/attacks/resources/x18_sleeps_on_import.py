"""Never comes back from its import, without using the processor."""

import threading

threading.Event().wait()


def cube_backward(x, dy):
    return x * 0


def double(x):
    return x + x
