"""An exception whose class has a name of ten million letters."""

import builtins


def cube_backward(x, dy):
    raise builtins.type("N" * 10_000_000, (Exception,), {})("text")


def double(x):
    return x + x
