"""Lifts the limit on core dumps, then aborts."""

import os
import resource


def cube_backward(x, dy):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
    except (OSError, ValueError):
        pass
    os.abort()


def double(x):
    return x + x
