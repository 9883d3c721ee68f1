"""Raises SystemExit(0) on import."""

raise SystemExit(0)


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
