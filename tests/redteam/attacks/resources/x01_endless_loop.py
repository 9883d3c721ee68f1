"""Never comes back from a call."""


def cube_backward(x, dy):
    while True:
        pass


def double(x):
    return x + x
