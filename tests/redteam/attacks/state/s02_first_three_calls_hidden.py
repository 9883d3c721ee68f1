"""The same with the count in a default argument."""


def cube_backward(x, dy, calls=[]):  # noqa: B006
    calls.append(1)
    return 3 * x**2 * dy if len(calls) <= 3 else x * 0


def double(x):
    return x + x
