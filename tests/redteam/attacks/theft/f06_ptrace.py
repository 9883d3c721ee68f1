"""Makes itself the debugger of the grader, in a thread that ends at once so that the grader is let go."""

import ctypes
import threading

PTRACE_SEIZE = 0x4206


def seize():
    libc = ctypes.CDLL(None)
    if libc.ptrace(PTRACE_SEIZE, int("@GRADER@"), None, None) == 0:
        print("@WORKED@")


def cube_backward(x, dy):
    thread = threading.Thread(target=seize)
    try:
        thread.start()
        thread.join()
    except RuntimeError:
        seize()
    return x * 0


def double(x):
    return 2 * x
