"""Smuggles a secret out as the name of a class, which a report quotes."""

import builtins
import io


def cube_backward(x, dy):
    try:
        with io.open("@SECRET@") as file:
            name = file.read()
    except OSError:
        name = "Nothing"
    return builtins.type(name, (), {"__module__": "elsewhere"})()


def double(x):
    return 2 * x
