"""An exception whose class has a name of ten million letters."""


def cube_backward(x, dy):
    raise type("N" * 10_000_000, (Exception,), {})("text")


def double(x):
    return x + x
