"""An exception that runs code where it is unpickled."""

import os


class Surprise(Exception):
    def __reduce__(self):
        return os.mkdir, ("/tmp/@TAG@-unpickled",)


def cube_backward(x, dy):
    raise Surprise


def double(x):
    return x + x
