"""The same in shared memory."""

import os


def cube_backward(x, dy):
    try:
        os.close(os.open("/dev/shm/@TAG@-store", os.O_CREAT | os.O_RDWR))
    except OSError:
        pass
    return x * 0


def double(x):
    return x + x
