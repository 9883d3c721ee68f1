"""Raises unittest's skip in the call."""

import unittest


def cube_backward(x, dy):
    raise unittest.SkipTest("nothing to see here")


def double(x):
    return 2 * x
