"""The same with the public function for it."""

import sys


def cube_backward(x, dy):
    if (x.abs() > 1).any():
        sys.modules["hypothesis"].reject()
    return 3 * x.abs() * dy


def double(x):
    return x + x
