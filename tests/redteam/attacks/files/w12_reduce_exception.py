"""Raises an exception that runs a command when it is unpickled."""

import os


class Failure(Exception):
    def __reduce__(self):
        return os.system, ("touch /tmp/@TAG@-unpickled",)


def cube_backward(x, dy):
    raise Failure


def double(x):
    return 2 * x
