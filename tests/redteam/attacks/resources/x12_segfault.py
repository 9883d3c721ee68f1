"""Reads from address zero."""

import ctypes


def cube_backward(x, dy):
    ctypes.string_at(0)


def double(x):
    return x + x
