"""Fails by an exception of the comparison itself, so that the report is one of the grader's own errors."""


class Boom:
    def __getattr__(self, name):
        raise RuntimeError("".join(map(str, [name, self.__class__])))

    def __eq__(self, other):
        raise RuntimeError(str(other))


def cube_backward(x, dy):
    return Boom()


def double(x):
    return 2 * x
