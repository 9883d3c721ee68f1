"""Returns an object that runs a command when it is unpickled."""

import os


class Answer:
    def __reduce__(self):
        return os.system, ("touch /tmp/@TAG@-unpickled",)


def cube_backward(x, dy):
    return Answer()


def double(x):
    return 2 * x
