"""Smuggles a secret out in the text of an exception, where prints are not looked at."""

import io


def cube_backward(x, dy):
    try:
        with io.open("@SECRET@") as file:
            text = file.read()
    except OSError:
        text = "nothing found"
    raise ValueError(text)


def double(x):
    return 2 * x
