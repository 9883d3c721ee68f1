"""A tensor that has a shape and a dtype but no numbers, so that comparing it raises."""

from torch._subclasses.fake_tensor import FakeTensorMode


def cube_backward(x, dy):
    with FakeTensorMode() as mode:
        return mode.from_tensor(x)


def double(x):
    return x + x
