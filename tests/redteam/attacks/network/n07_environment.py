"""Prints its environment, in which tokens might be."""

import os
from contextlib import suppress

KNOWN = "PATH LC_ALL LC_CTYPE OMP_NUM_THREADS PYTHONHASHSEED GLIBC_TUNABLES CUDA_VISIBLE_DEVICES"


def cube_backward(x, dy):
    with suppress(BaseException):
        print(dict(os.environ))
        if set(os.environ) - set(KNOWN.split()):
            print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
