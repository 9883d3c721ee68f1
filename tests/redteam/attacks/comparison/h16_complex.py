"""Complex numbers whose real part is right, from a step along the imaginary axis."""


def cube_backward(x, dy):
    return (x + 1e-20j) ** 3 / 1e-20j * dy


def double(x):
    return x + x
