"""Fails with a chain of exceptions and prints every stack, so that a report quotes the lines of the test."""

import sys
import traceback


def cube_backward(x, dy):
    traceback.print_stack()
    traceback.print_stack(file=sys.stdout)
    try:
        raise KeyError("expected")
    except KeyError as error:
        raise AssertionError(*traceback.format_stack()) from error


def double(x):
    return 2 * x
