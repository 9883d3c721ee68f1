"""Skips the whole module on import."""

import pytest

pytest.skip("nothing to see here", allow_module_level=True)


def cube_backward(x, dy):
    return x * 0


def double(x):
    return 2 * x
