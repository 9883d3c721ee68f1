"""Smuggles a secret out as its answer, which a report shows beside the expected one."""

import io


def cube_backward(x, dy):
    try:
        with io.open("@SECRET@") as file:
            return file.read()
    except OSError:
        return "nothing found"


def double(x):
    return 2 * x
