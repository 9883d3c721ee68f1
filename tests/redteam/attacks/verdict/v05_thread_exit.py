"""Has a thread end the process with exit status 0 while the call is still at work."""

import os
import threading
import time


def cube_backward(x, dy):
    threading.Timer(0.1, os._exit, [0]).start()
    time.sleep(1)
    return x * 0


def double(x):
    return 2 * x
