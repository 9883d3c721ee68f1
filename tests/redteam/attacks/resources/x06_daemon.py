"""A grandchild in a session of its own, which goes on after everything has ended."""

import os
import time


def cube_backward(x, dy):
    try:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(3)
                os.mkdir("/tmp/@TAG@-daemon")
            os._exit(0)
    except OSError:
        pass
    return x * 0


def double(x):
    return x + x
