"""Raises an exception whose class has codes and bidi signs in its name."""

Failure = type("\x1b[2J\x1b]0;passed\x07\u202edessap[bold]", (Exception,), {})


def cube_backward(x, dy):
    raise Failure("no")


def double(x):
    return 2 * x
