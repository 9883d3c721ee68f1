"""Prints its environment, in which tokens might be."""

import os
from contextlib import suppress


def cube_backward(x, dy):
    with suppress(BaseException):
        print(dict(os.environ))
        if len(os.environ) > 5:
            print("@WORKED@")
    return x * 0


def double(x):
    return 2 * x
