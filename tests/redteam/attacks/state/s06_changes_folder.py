"""Goes somewhere else, with a path of modules of its own, and changes the environment."""

import contextlib
import os
import sys


def cube_backward(x, dy):
    sys.path.insert(0, "@COURSE@/solutions/u")
    sys.argv[:] = ["pytest"]
    os.environ.update(PYTHONPATH="@COURSE@", DOJO_WARM="0", OMP_NUM_THREADS="8")
    os.umask(0)
    with contextlib.suppress(OSError):
        os.chdir("/")
    return x * 0


def double(x):
    return x + x
