"""A loop that catches whatever is meant to stop it."""


def cube_backward(x, dy):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def double(x):
    return x + x
