"""Declares that it was expected to fail."""


def cube_backward(x, dy):
    import pytest

    pytest.xfail("as everybody knew")


def double(x):
    return 2 * x
