"""Prints codes as errors, warnings and log lines."""

import logging
import sys
import warnings


def cube_backward(x, dy):
    print("\x1b[2J", file=sys.stderr)
    sys.stdout.write("\x1b]0;passed\x07")
    warnings.warn("\x1b[2Jwarned\u202e", stacklevel=1)
    logging.getLogger("\x1b[2J").critical("\x1b]0;logged\x07")
    return x * 0


def double(x):
    return 2 * x
