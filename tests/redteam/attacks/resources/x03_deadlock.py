"""Waits for a lock that it holds itself."""

import threading

lock = threading.Lock()


def cube_backward(x, dy):
    lock.acquire()
    lock.acquire()


def double(x):
    return x + x
