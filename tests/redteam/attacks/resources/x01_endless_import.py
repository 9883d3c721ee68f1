"""Never comes back from its import."""

while True:
    pass


def cube_backward(x, dy):
    return x * 0


def double(x):
    return x + x
